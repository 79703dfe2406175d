"""Several holders of one record: from a list inside the record, or joined by a separator, to one canonical list.

Knows the declaration of holders; judges no code: only what cannot be mapped becomes a problem.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import polars as pl

from connectors.declarations.declared import Feed
from connectors.declarations.declared_fields import FieldRule, Holders
from connectors.mapping.face_texts import face_texts
from connectors.mapping.mapping_values import clean_texts, expression
from schemas.license.holders import KEYS
from schemas.license.problems import Problem
from schemas.phrases import phrase

RowProblem = tuple[int, Problem]
PARTS = tuple(KEYS)
FIELDS = ("holder_code", "holder_code_type", "holder_name")
_UNEVEN = Problem("record.holders_differ", "holders", phrase("as_many_of_each"), phrase("other_counts"))
_NO_LIST = Problem("record.wrong_type", "holders", phrase("plain_objects"), phrase("another_value"))
_ENTRIES = msgspec.json.Decoder(list[dict[str, str | None]])
_UNKNOWN = Problem("record.unknown_code", "holders", phrase("declared_code_type"), phrase("another_code"))


def name_holders(feed: Feed, source: pl.DataFrame, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[RowProblem]]:
    """Return the frame with everyone its records name, and what could not be mapped of them.

    Where the declaration maps no holder of its own, the first of the list is the holder.
    """
    if feed.holders is None:
        return frame, []
    told, unread = _told(feed, feed.holders, source)
    rules = _rules(feed, feed.holders)
    named = told.select("row", *(expression(rule, pl.String()).alias(part) for part, rule in rules.items()))
    problems = [(row, _UNKNOWN) for row in _lost_types(told, named)] + [(row, _NO_LIST) for row in unread]
    if feed.holders.separator:
        problems += [(row, _UNEVEN) for row in _uneven(told)]
    if feed.holders.separator or "holder_code" not in feed.fields:
        frame = _with_first(frame, named)
    else:
        named = _with_own(frame, named)
    return frame.with_columns(holders=_texts(frame.height, named)), problems


def _rules(feed: Feed, holders: Holders) -> dict[str, FieldRule]:
    """Return how each part of an entry is mapped, over columns that are called like the parts."""
    if holders.separator:
        rules = {"code": feed.fields["holder_code"], "code_type": feed.fields["holder_code_type"]}
        rules["name"] = feed.fields["holder_name"]
    else:
        rules = {part: rule for part in PARTS if (rule := getattr(holders, part)) is not None}
    given = {part: msgspec.structs.replace(rule, from_=part) if rule.from_ else rule for part, rule in rules.items()}
    return {part: given.get(part, FieldRule(value=None, from_=part)) for part in PARTS}


def _told(feed: Feed, holders: Holders, source: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Return what the rows tell of holders, one row for each, and the rows that hold no list."""
    if holders.separator:
        return _joined(feed, holders, source), []
    try:
        return _listed(feed, source[holders.list]), []
    except pl.exceptions.ComputeError:  # of one row: what each holds is looked at only where it must be
        texts, unread = _lists(source[holders.list])
        return _listed(feed, texts), unread


def _lists(texts: pl.Series) -> tuple[pl.Series, list[int]]:
    """Return the texts that hold a list, the others null, and the rows of these: a person may have put anything there."""
    rows = texts.is_not_null().arg_true()
    unread = [row for row, text in zip(rows, texts[rows], strict=True) if not _is_list(text)]
    return texts.scatter(unread, None) if unread else texts, unread


def _is_list(text: str) -> bool:
    try:
        _ENTRIES.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _listed(feed: Feed, texts: pl.Series) -> pl.DataFrame:
    """Return the entries of the lists as rows, their values as they came."""
    keys = feed.holder_keys
    rows = texts.is_not_null().arg_true()
    entries = pl.List(pl.Struct(dict.fromkeys(sorted(set(keys.values())), pl.String())))
    lists = pl.DataFrame({"row": rows, "entry": texts[rows].str.json_decode(entries)})
    flat = lists.explode("entry", empty_as_null=False).unnest("entry")
    return _cleaned(flat.select("row", *(pl.col(key).alias(part) for part, key in keys.items())))


def _joined(feed: Feed, holders: Holders, source: pl.DataFrame) -> pl.DataFrame:
    """Return the joined values of the rows that join any, apart; too few of one kind leave nothing in their place."""
    columns = {part: feed.fields[name].from_ for part, name in zip(PARTS, FIELDS, strict=False)}
    texts = {part: source[column] for part, column in columns.items() if column}
    held = pl.select(pl.any_horizontal(text.str.contains(holders.separator, literal=True) for text in texts.values()))
    rows = held.to_series().fill_null(value=False).arg_true()
    apart = pl.DataFrame({part: text[rows].str.split(holders.separator) for part, text in texts.items()})
    most = apart.select(pl.max_horizontal(pl.all().list.len())).to_series()
    padded = [_padded(part, apart[part], most) for part in texts]
    flat = pl.DataFrame([pl.Series("row", rows, pl.UInt32), *padded])
    return _cleaned(flat.explode(list(texts), empty_as_null=False))


def _padded(part: str, lists: pl.Series, most: pl.Series) -> pl.Series:
    """Bring lists to one length; a single code type counts for everyone."""
    spread = pl.when((pl.lit(part) == "code_type") & (pl.col("list").list.len() == 1))
    ours = pl.DataFrame({"list": lists, "most": most})
    missing = pl.lit(None, pl.String).repeat_by((pl.col("most") - pl.col("list").list.len()).cast(pl.UInt32))
    return ours.select(
        spread.then(pl.col("list").list.first().repeat_by("most"))
        .otherwise(pl.concat_list("list", missing))
        .alias(part)
    ).to_series()


def _cleaned(flat: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, pl.String).alias(part) for part in PARTS if part not in flat.columns]
    rows = flat["row"].cast(pl.UInt32)
    return clean_texts(flat.with_columns(absent).select(PARTS)).with_columns(row=rows)


def _lost_types(told: pl.DataFrame, named: pl.DataFrame) -> Iterator[int]:
    lost = told["code_type"].is_not_null() & named["code_type"].is_null()
    yield from told["row"].filter(lost).unique()


def _uneven(told: pl.DataFrame) -> Iterator[int]:
    """Yield the rows whose joined names and codes do not pair up."""
    yield from told["row"].filter(told["name"].is_null() | told["code"].is_null()).unique()


def _with_first(frame: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Make the first of each list the record's holder."""
    if named.is_empty():
        return frame
    first = named.unique("row", keep="first", maintain_order=True)
    at = first["row"]
    told = dict(zip(FIELDS, PARTS, strict=False))
    return frame.with_columns(frame[field].scatter(at, first[part]) for field, part in told.items())


def _with_own(frame: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Set the record's own holder before the others, unless the list names it."""
    at = named["row"].unique(maintain_order=True)
    if at.is_empty():
        return named
    own = frame.select(*(pl.col(field).alias(part) for field, part in zip(FIELDS, PARTS, strict=False)))[at]
    own = own.with_columns(row=at, share=pl.lit(None, pl.String)).select(named.columns)
    unnamed = own.join(named, on=["row", "code", "code_type"], how="anti", nulls_equal=True)
    return pl.concat([unnamed, named]).sort("row", maintain_order=True)


def _texts(height: int, named: pl.DataFrame) -> pl.Series:
    """Write each record's list; one holder without a share needs none."""
    entries = named.select("row", "share", text=face_texts({part: named[part] for part in PARTS}))
    lists = entries.group_by("row", maintain_order=True).agg(
        pl.col("text").fill_null("{}").str.join(","), told=(pl.len() > 1) | pl.col("share").is_not_null().any()
    )
    lists = lists.filter("told")
    texts = pl.concat_str(pl.lit("["), lists["text"], pl.lit("]"))
    return pl.repeat(None, height, dtype=pl.String, eager=True).scatter(lists["row"], pl.select(texts).to_series())

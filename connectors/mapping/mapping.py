"""From source columns to the canonical records frame, as the declaration says; column by column.

Knows declarations and the record type; knows no transport and judges nothing that schemas/ judges: only what cannot
be mapped (an unknown code, a date of another form, a missing key) becomes a problem, and its value becomes null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec
import polars as pl

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_fields import FieldRule
from connectors.formats.page_rows import Fault, PageRows, source_digests
from connectors.mapping.face_texts import face_texts
from connectors.mapping.mapping_holders import name_holders
from connectors.mapping.mapping_times import instant_of
from connectors.mapping.mapping_values import clean_texts, expression
from schemas.checking.face_checks import judge_faces
from schemas.license.license import LICENSE
from schemas.license.problems import Problem, describe_value, problems_frame
from schemas.phrases import phrase
from schemas.suites.suite_outcomes import ExpectationResult

KINDS: dict[str, pl.DataType] = {
    "text": pl.String(), "code": pl.String(), "json": pl.String(), "holders": pl.String(), "flag": pl.Boolean(),
    "date": pl.Date(), "instant": pl.Datetime("us", "UTC"),
}  # fmt: skip
_FIELDS = {field.name: KINDS[field.kind] for field in LICENSE.fields}
RowProblem = tuple[int, Problem]


@dataclass(frozen=True)
class MappedPage:
    """Hold some pages in canonical form: good values in the frame, the others null with a problem each.

    `source` holds the declared source columns as they came. A problem's row counts from the first page's beginning.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame
    source: pl.DataFrame
    unread: Mapping[int, bytes]
    names: frozenset[str] = frozenset()  # of every field that came in some record
    face_results: tuple[ExpectationResult, ...] = ()  # how each judged field of the face fared

    def digests(self, rows: Sequence[int]) -> dict[int, bytes]:
        """Return the digest of some source rows, by row."""
        digests = dict(zip(rows, source_digests(self.source[rows]), strict=True))
        return {row: self.unread.get(row, digest) for row, digest in digests.items()}

    def sources(self, rows: Sequence[int]) -> dict[int, bytes]:
        """Return what stands in some source rows, by row: one JSON object each."""
        return {
            row: msgspec.json.encode(values) for row, values in zip(rows, self.source[rows].to_dicts(), strict=True)
        }


def map_rows(
    department: Department, feed: Feed, pages: Sequence[tuple[int, PageRows]], license_names: Mapping[str, str]
) -> MappedPage:
    """Map decoded pages, each with its number, at one go."""
    source = pl.concat([rows.frame() for _, rows in pages])
    clean = clean_texts(source)
    wanted = _expressions(department, feed, license_names)
    face = {name: clean[column] for name, column in feed.face.items()}
    wanted["face"] = face_texts(face)
    fields = [wanted.get(name, pl.lit(None, dtype=kind)).alias(name) for name, kind in _FIELDS.items()]
    frame, unnamed = name_holders(feed, clean, clean.select(fields).with_columns(_places(pages)))
    faces = judge_faces(face, frame["license_type"])
    problems = [*_lost_values(feed, clean, frame), *unnamed, *faces.problems, *_faulted(feed, pages)]
    found = problems_frame(sorted(problems, key=lambda problem: problem[0]))
    return MappedPage(frame, found, source, _unread(pages), _names(pages), tuple(faces.results))


def _names(pages: Sequence[tuple[int, PageRows]]) -> frozenset[str]:
    return frozenset().union(*(rows.names for _, rows in pages))


def _unread(pages: Sequence[tuple[int, PageRows]]) -> dict[int, bytes]:
    """Return the digests of the rows that could not be taken apart, by their place among all."""
    starts = accumulate((rows.count for _, rows in pages), initial=0)
    return {
        start + row: digest
        for start, (_, rows) in zip(starts, pages, strict=False)
        for row, digest in rows.unread.items()
    }


def _places(pages: Sequence[tuple[int, PageRows]]) -> tuple[pl.Series, pl.Series]:
    """Return where each row stands: the number of its page, and its position there."""
    numbers = [pl.repeat(number, rows.count, dtype=pl.Int32, eager=True) for number, rows in pages]
    positions = [pl.int_range(rows.first, rows.first + rows.count, dtype=pl.Int32, eager=True) for _, rows in pages]
    return pl.concat(numbers).alias("_page"), pl.concat(positions).alias("_position")


def _expressions(department: Department, feed: Feed, license_names: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return one expression over source columns per canonical field that the declaration can fill."""
    wanted = {name: expression(rule, _FIELDS[name]) for name, rule in feed.fields.items()}
    wanted["record_id"] = _record_id(feed.key)
    wanted["source_updated_at"] = instant_of(pl.col(feed.cursor.field), feed.cursor.format, department.timezone)
    ends = feed.fields.get("valid_to", FieldRule())
    wanted["open_ended"] = (
        pl.col(ends.from_).is_in(ends.open_ended).fill_null(value=False) if ends.from_ else pl.lit(value=False)
    )
    if license_names and "license_type" in wanted:
        default = wanted["license_type"].replace_strict(dict(license_names), default=None, return_dtype=pl.String)
        wanted["license_name"] = pl.coalesce(wanted["license_name"], default) if "license_name" in wanted else default
    return wanted


def _record_id(key: Sequence[str]) -> pl.Expr:
    """Join the parts; one but the last that holds a slash makes none: another record could have the same."""
    parts = [pl.when(~pl.col(part).str.contains("/", literal=True)).then(part) for part in key[:-1]]
    return pl.concat_str([*parts, key[-1]], separator="/")


def _lost_values(feed: Feed, source: pl.DataFrame, frame: pl.DataFrame) -> Iterator[RowProblem]:
    """Yield a problem for every value that was there and did not survive its rule; looks only where some are missing."""
    for name, rule in feed.fields.items():
        if rule.from_ and (rule.date is not None or rule.codes is not None):
            code = "record.bad_date" if rule.date is not None else "record.unknown_code"
            expected = (
                phrase("date_form", rule.date)
                if rule.date is not None
                else phrase("one_of", ", ".join(rule.codes or ()))
            )
            yield from _lost(
                source[rule.from_], frame[name], Problem(code, name, expected, phrase("nothing")), rule.open_ended
            )
    instant = Problem(
        "record.bad_date", "source_updated_at", phrase("time_form", feed.cursor.format), phrase("nothing")
    )
    yield from _lost(source[feed.cursor.field], frame["source_updated_at"], instant, [])
    if frame["record_id"].null_count():
        yield from _without_id(feed.key, source, frame["record_id"].is_null())


def _without_id(key: Sequence[str], source: pl.DataFrame, is_lost: pl.Series) -> Iterator[RowProblem]:
    slashed = Problem("record.wrong_type", "record_id", phrase("slash_at_the_end"), phrase("slash_before_the_end"))
    missing = Problem("record.missing_field", "record_id", phrase("own_key"), phrase("nothing"))
    for row in is_lost.arg_true():
        yield row, slashed if any("/" in (source[part][row] or "") for part in key[:-1]) else missing


def _lost(source: pl.Series, mapped: pl.Series, problem: Problem, meant: Sequence[str]) -> Iterator[RowProblem]:
    if mapped.null_count() == source.null_count():
        return
    field = LICENSE.field(problem.field)
    for row in (mapped.is_null() & source.is_not_null() & ~source.is_in(list(meant))).arg_true():
        yield row, msgspec.structs.replace(problem, got=describe_value(field, source[row]))


def _faulted(feed: Feed, pages: Sequence[tuple[int, PageRows]]) -> Iterator[RowProblem]:
    starts = accumulate((rows.count for _, rows in pages), initial=0)
    for start, (_, rows) in zip(starts, pages, strict=False):
        for fault in rows.faults:
            yield start + fault.row, Problem(fault.code, _canonical(feed, fault), fault.expected, fault.got)


def _canonical(feed: Feed, fault: Fault) -> str:
    """Return our name for the source field a fault is in; the steward knows that one."""
    names = [name for name, rule in feed.fields.items() if rule.from_ == fault.source]
    names += ["record_id"] * (fault.source in feed.key) + ["source_updated_at"] * (fault.source == feed.cursor.field)
    names += ["holders"] * (feed.holders is not None and fault.source == feed.holders.list)
    names += ["face"] * (fault.source in feed.face.values())
    return names[0] if names else "record"

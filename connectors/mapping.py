"""From source columns to the canonical records frame, as the declaration says; column by column.

Knows declarations and the record type; knows no transport and judges nothing that schemas/ judges: only what cannot
be mapped (an unknown code, a date of another form, a missing key) becomes a problem, and its value becomes null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from connectors.declared import Department, Feed, FieldRule
from connectors.mapping_times import date_of, instant_of
from connectors.page_rows import Fault, PageRows
from schemas.license import LICENSE
from schemas.problems import Problem, describe_value, problems_frame

KINDS: dict[str, pl.DataType] = {
    "text": pl.String(), "code": pl.String(), "json": pl.String(), "flag": pl.Boolean(),
    "date": pl.Date(), "instant": pl.Datetime("us", "UTC"),
}  # fmt: skip
_FIELDS = {field.name: KINDS[field.kind] for field in LICENSE.fields}
RowProblem = tuple[int, Problem]
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class MappedPage:
    """Hold one page in canonical form: good values in the frame, the others null with a problem each."""

    frame: pl.DataFrame
    problems: pl.DataFrame
    source_digests: list[bytes]


def map_rows(
    department: Department, feed: Feed, rows: PageRows, page_number: int, license_names: Mapping[str, str]
) -> MappedPage:
    """Map one decoded page."""
    source = _clean(rows)
    wanted = _expressions(department, feed, license_names)
    frame = source.select(
        *(wanted.get(name, pl.lit(None, dtype=kind)).alias(name) for name, kind in _FIELDS.items()),
        pl.lit(page_number, dtype=pl.Int32).alias("_page"),
        (pl.int_range(pl.len(), dtype=pl.Int32) + rows.first).alias("_position"),
    ).with_columns(_faces(feed, source))
    problems = [*_lost_values(feed, source, frame), *_faulted(feed, rows.faults)]
    return MappedPage(frame, problems_frame(sorted(problems, key=lambda problem: problem[0])), rows.digests())


def _clean(rows: PageRows) -> pl.DataFrame:
    """Strip blanks around every value; an empty value is no value."""
    raw = pl.DataFrame([pl.Series(name, values, pl.String, strict=True) for name, values in rows.columns.items()])
    return raw.select(pl.all().str.strip_chars()).select(pl.when(pl.all() != "").then(pl.all()))


def _expressions(department: Department, feed: Feed, license_names: Mapping[str, str]) -> dict[str, pl.Expr]:
    """Return one expression over source columns per canonical field that the declaration can fill."""
    wanted = {name: _expression(rule, _FIELDS[name]) for name, rule in feed.fields.items()}
    wanted["record_id"] = pl.concat_str(feed.key, separator="/")
    wanted["source_updated_at"] = instant_of(pl.col(feed.cursor.field), feed.cursor.format, department.timezone)
    ends = feed.fields.get("valid_to", FieldRule())
    wanted["open_ended"] = (
        pl.col(ends.from_).is_in(ends.open_ended).fill_null(value=False) if ends.from_ else pl.lit(value=False)
    )
    if license_names and "license_type" in wanted:
        default = wanted["license_type"].replace_strict(dict(license_names), default=None, return_dtype=pl.String)
        wanted["license_name"] = pl.coalesce(wanted["license_name"], default) if "license_name" in wanted else default
    return wanted


def _expression(rule: FieldRule, kind: pl.DataType) -> pl.Expr:
    if rule.value is not None:
        return pl.lit(rule.value, dtype=pl.String).cast(kind)
    value = pl.col(rule.from_)
    if rule.open_ended:
        value = pl.when(~value.is_in(rule.open_ended)).then(value)
    if rule.date is not None:
        return date_of(value, rule.date)
    if rule.codes is not None:
        return value.replace_strict(rule.codes, default=None, return_dtype=pl.String)
    if rule.normalise == "identifier":
        return value.str.normalize("NFKC").str.strip_chars().str.to_uppercase()
    return value


def _faces(feed: Feed, source: pl.DataFrame) -> pl.Series:
    """Return each row's face as canonical JSON: keys sorted, no blanks, nothing for what the source leaves empty."""
    names = sorted(feed.face)
    rows = zip(*(source[feed.face[name]].to_list() for name in names), strict=True)
    faces = [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows]
    texts = [_encoder.encode(face).decode() if face else None for face in faces]
    return pl.Series("face", texts or [None] * source.height, pl.String)


def _lost_values(feed: Feed, source: pl.DataFrame, frame: pl.DataFrame) -> Iterator[RowProblem]:
    """Yield a problem for every value that was there and did not survive its rule; looks only where some are missing."""
    for name, rule in feed.fields.items():
        if rule.from_ and (rule.date is not None or rule.codes is not None):
            code = "record.bad_date" if rule.date is not None else "record.unknown_code"
            expected = (
                f"a date written {rule.date}" if rule.date is not None else f"one of {', '.join(rule.codes or ())}"
            )
            yield from _lost(source[rule.from_], frame[name], Problem(code, name, expected, ""), rule.open_ended)
    instant = Problem("record.bad_date", "source_updated_at", f"a time written {feed.cursor.format}", "")
    yield from _lost(source[feed.cursor.field], frame["source_updated_at"], instant, [])
    for row in frame["record_id"].is_null().arg_true() if frame["record_id"].null_count() else ():
        yield row, Problem("record.missing_field", "record_id", "the department's own key", "nothing")


def _lost(source: pl.Series, mapped: pl.Series, problem: Problem, meant: Sequence[str]) -> Iterator[RowProblem]:
    if mapped.null_count() == source.null_count():
        return
    field = LICENSE.field(problem.field)
    for row in (mapped.is_null() & source.is_not_null() & ~source.is_in(list(meant))).arg_true():
        yield row, msgspec.structs.replace(problem, got=describe_value(field, source[row]))


def _faulted(feed: Feed, faults: Sequence[Fault]) -> Iterator[RowProblem]:
    for fault in faults:
        yield fault.row, Problem(fault.code, _canonical(feed, fault), fault.expected, fault.got)


def _canonical(feed: Feed, fault: Fault) -> str:
    """Return our name for the source field a fault is in; the steward knows that one."""
    names = [name for name, rule in feed.fields.items() if rule.from_ == fault.source]
    names += ["record_id"] * (fault.source in feed.key) + ["source_updated_at"] * (fault.source == feed.cursor.field)
    names += ["face"] * (fault.source in feed.face.values())
    return names[0] if names else "record"

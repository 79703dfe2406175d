"""From source columns to the canonical records frame, as the declaration says; column by column.

Knows declarations and the record type; knows no transport and judges nothing that schemas/ judges: only what cannot
be mapped (an unknown code, a date of another form, a missing key) becomes a problem, and its value becomes null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from connectors.declared import Department, Feed, FieldRule
from connectors.mapping_times import read_dates, read_instants
from connectors.page_rows import Fault, PageRows
from schemas.license import LICENSE, Field
from schemas.problems import PROBLEM_SCHEMA, Problem, describe_value, problems_frame

KINDS: dict[str, pl.DataType] = {
    "text": pl.String(), "code": pl.String(), "json": pl.String(), "flag": pl.Boolean(),
    "date": pl.Date(), "instant": pl.Datetime("us", "UTC"),
}  # fmt: skip
RECORDS_SCHEMA = {field.name: KINDS[field.kind] for field in LICENSE.fields} | {
    "_page": pl.Int32(),
    "_position": pl.Int32(),
}
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
    columns: dict[str, pl.Series] = {}
    failed: list[pl.DataFrame] = []
    for name, rule in feed.fields.items():
        columns[name] = _map_field(LICENSE.field(name), rule, source, rows.count)
        failed.append(_failures(LICENSE.field(name), rule, source, columns[name]))
    columns |= _derive(department, feed, source, columns, license_names)
    failed += [_missing_key(columns["record_id"]), _bad_instants(feed, source, columns["source_updated_at"])]
    failed.append(problems_frame((f.row, Problem(f.code, _canonical(feed, f), f.expected, f.got)) for f in rows.faults))
    frame = _frame(columns, rows.count, page_number)
    return MappedPage(frame, pl.concat(failed).sort("row", maintain_order=True), rows.digests())


def _clean(rows: PageRows) -> pl.DataFrame:
    """Strip blanks around every value; an empty value is no value."""
    raw = pl.DataFrame({name: pl.Series(name, values, pl.String) for name, values in rows.columns.items()})
    stripped = pl.all().str.strip_chars()
    return raw.select(pl.when(stripped.str.len_bytes() > 0).then(stripped))


def _map_field(field: Field, rule: FieldRule, source: pl.DataFrame, count: int) -> pl.Series:
    if rule.value is not None:
        return pl.repeat(rule.value, count, dtype=pl.String, eager=True).cast(KINDS[field.kind])
    values = source[rule.from_]
    if rule.open_ended:
        values = values.set(values.is_in(rule.open_ended), None)
    if rule.date is not None:
        return read_dates(values, rule.date)
    if rule.codes is not None:
        return values.replace_strict(list(rule.codes), list(rule.codes.values()), default=None, return_dtype=pl.String)
    return _normalise_identifier(values) if rule.normalise == "identifier" else values


def _normalise_identifier(values: pl.Series) -> pl.Series:
    return values.str.normalize("NFKC").str.strip_chars().str.to_uppercase()


def _derive(
    department: Department,
    feed: Feed,
    source: pl.DataFrame,
    columns: Mapping[str, pl.Series],
    license_names: Mapping[str, str],
) -> dict[str, pl.Series]:
    """Derive what no single source field says: key, time of change, open end, default name and face."""
    valid_to = feed.fields.get("valid_to", FieldRule())
    ends = source[valid_to.from_] if valid_to.from_ else pl.repeat(None, source.height, dtype=pl.String, eager=True)
    return {
        "record_id": source.select(pl.concat_str(feed.key, separator="/")).to_series(),
        "source_updated_at": read_instants(source[feed.cursor.field], feed.cursor.format, department.timezone),
        "open_ended": ends.is_in(valid_to.open_ended).fill_null(value=False),
        "license_name": _names(columns, license_names, source.height),
        "face": _faces(feed, source),
    }


def _names(columns: Mapping[str, pl.Series], license_names: Mapping[str, str], count: int) -> pl.Series:
    nothing = pl.repeat(None, count, dtype=pl.String, eager=True)
    types = columns.get("license_type", nothing)
    defaults = types.replace_strict(
        list(license_names), list(license_names.values()), default=None, return_dtype=pl.String
    ) if license_names else nothing  # fmt: skip
    given = columns.get("license_name", nothing)
    return given.zip_with(given.is_not_null(), defaults)


def _faces(feed: Feed, source: pl.DataFrame) -> pl.Series:
    """Return each row's face as canonical JSON: keys sorted, no blanks, nothing for what the source leaves empty."""
    names = sorted(feed.face)
    rows = zip(*(source[feed.face[name]] for name in names), strict=True)
    faces = [_encode({n: v for n, v in zip(names, row, strict=True) if v is not None}) for row in rows] if names else []
    return pl.Series("face", faces or [None] * source.height, pl.String)


def _encode(face: dict[str, str]) -> str | None:
    return _encoder.encode(face).decode() if face else None


def _failures(field: Field, rule: FieldRule, source: pl.DataFrame, mapped: pl.Series) -> pl.DataFrame:
    """Return a problem for every value that was there and did not survive its rule."""
    if rule.value is not None or (rule.date is None and rule.codes is None):
        return problems_frame()
    values = source[rule.from_]
    lost = (mapped.is_null() & values.is_not_null() & ~values.is_in(rule.open_ended)).arg_true().to_list()
    code = "record.bad_date" if rule.date is not None else "record.unknown_code"
    expected = f"a date written {rule.date}" if rule.date is not None else f"one of {', '.join(rule.codes or ())}"
    return problems_frame(
        (row, Problem(code, field.name, expected, describe_value(field, values[row]))) for row in lost
    )


def _missing_key(record_id: pl.Series) -> pl.DataFrame:
    rows = record_id.is_null().arg_true().to_list()
    return problems_frame(
        (r, Problem("record.missing_field", "record_id", "the department's own key", "nothing")) for r in rows
    )


def _bad_instants(feed: Feed, source: pl.DataFrame, mapped: pl.Series) -> pl.DataFrame:
    values, field = source[feed.cursor.field], LICENSE.field("source_updated_at")
    lost = (mapped.is_null() & values.is_not_null()).arg_true().to_list()
    expected = f"a time written {feed.cursor.format}"
    return problems_frame(
        (r, Problem("record.bad_date", field.name, expected, describe_value(field, values[r]))) for r in lost
    )


def _canonical(feed: Feed, fault: Fault) -> str:
    """Return our name for the source field a fault is in; the steward knows that one."""
    names = [name for name, rule in feed.fields.items() if rule.from_ == fault.source]
    names += ["record_id"] * (fault.source in feed.key) + ["source_updated_at"] * (fault.source == feed.cursor.field)
    names += [f"face.{name}" for name, source in feed.face.items() if source == fault.source]
    return names[0] if names else "record"


def _frame(columns: Mapping[str, pl.Series], count: int, page_number: int) -> pl.DataFrame:
    place: dict[str, pl.Series] = {
        "_page": pl.repeat(page_number, count, dtype=pl.Int32, eager=True),
        "_position": pl.int_range(0, count, dtype=pl.Int32, eager=True),
    }
    given: Mapping[str, pl.Series] = {**columns, **place}
    full: Sequence[pl.Series] = [
        given[name].alias(name) if name in given else pl.repeat(None, count, dtype=kind, eager=True).alias(name)
        for name, kind in RECORDS_SCHEMA.items()
    ]
    return pl.DataFrame(full)


__all__ = ["KINDS", "PROBLEM_SCHEMA", "RECORDS_SCHEMA", "MappedPage", "map_rows"]

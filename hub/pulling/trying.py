"""A live look at a feed: the first rows, as they came and as they would be mapped, with every reason. Writes nothing.

Personal values are masked unless they are asked for with a purpose; who asks is the caller's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
import polars as pl
from polars import selectors

from connectors.declarations.declaration import Department, Feed, FieldRule
from connectors.pages.pages import PageRows, map_page, peek_rows
from connectors.wire.connection import Connection
from hub.pulling.checking import suite_of
from license_library.asking.masking import mask_code, mask_text
from schemas.catalogue.catalogue import load_catalogue
from schemas.checking.checks import check_records
from schemas.checking.date_rules import EARLIEST_YEAR, LATEST_YEAR
from schemas.license.license import LICENSE, Field
from schemas.license.problems import PROBLEM_CODES, join_problems
from schemas.suites.expectations import run_suite

BESIDE = {"record_id", "source_updated_at", "open_ended", "face", "holders"}  # follow from tables of their own


class TriedField(msgspec.Struct, frozen=True):
    """Show one field: what the department calls it and says, and what becomes of it."""

    field: str
    zh: str
    source: str  # empty: a constant
    source_value: str | None
    value: str | None
    problems: list[str]  # in Chinese, as on the pages


class TriedRow(msgspec.Struct, frozen=True):
    """Show one row."""

    position: int
    is_good: bool
    codes: list[str]
    fields: list[TriedField]


class Tried(msgspec.Struct, frozen=True):
    """Show the first rows of a feed."""

    department: str
    feed: str
    request: str
    received: int
    good: int
    is_masked: bool
    rows: list[TriedRow]


def try_feed(
    department: Department, feed: Feed, connection: Connection, limit: int, today: date, *, reveal: bool = False
) -> Tried:
    """Ask for one page from the beginning and show at most `limit` rows of it."""
    asked = msgspec.structs.replace(feed, paging=msgspec.structs.replace(feed.paging, size=limit), flag=None)
    request, rows = peek_rows(department, asked, connection)
    names = {kind.license_type: kind.name for kind in load_catalogue().license_types}
    mapped = map_page(department, asked, rows, 1, names)
    frame, problems = mapped.frame, mapped.problems
    if frame.height:
        found = check_records(frame, LICENSE, names.keys(), today)
        problems = join_problems(problems, found, run_suite(frame, suite_of(department, feed)).problems)
    by_row = _by_row(problems)
    said = frame.with_columns(_sayable(selectors.temporal()))
    shown = [_row(feed, rows, said, at, by_row.get(at, []), reveal=reveal) for at in range(min(limit, frame.height))]
    good = sum(one.is_good for one in shown)
    return Tried(department.department, feed.name, request, rows.count, good, not reveal, shown)


def _sayable(time: pl.Expr) -> pl.Expr:
    """Leave out the days that Python cannot say: the row's problems tell of them."""
    return pl.when(time.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(time).name.keep()


def _by_row(problems: pl.DataFrame) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for row, code, field in problems.select("row", "code", "field").iter_rows():
        found.setdefault(row, []).append((code, field))
    return found


def _row(
    feed: Feed, rows: PageRows, frame: pl.DataFrame, at: int, wrong: list[tuple[str, str]], *, reveal: bool
) -> TriedRow:
    values = frame.row(at, named=True)
    fields = [one for one in LICENSE.fields if _sources(feed, one.name) or values[one.name] is not None]
    shown = [_field(one, feed, rows, at, values, wrong, reveal=reveal) for one in fields]
    return TriedRow(at, not wrong, sorted({code for code, _ in wrong}), shown)


def _field(
    field: Field,
    feed: Feed,
    rows: PageRows,
    at: int,
    values: Mapping[str, Any],
    wrong: list[tuple[str, str]],
    *,
    reveal: bool,
) -> TriedField:
    sources = _sources(feed, field.name)
    said = [rows.columns[name][at] for name in sources]
    source_value = None if not any(one is not None for one in said) else "/".join(one or "" for one in said)
    words = [PROBLEM_CODES[code].zh for code, name in wrong if name == field.name]
    known = [] if reveal else [str(values["holder_code"] or ""), str(values["holder_name"] or "")]
    value = _text(values[field.name])
    if not reveal:
        source_value, value = _masked(field, source_value, known), _masked(field, value, known)
    return TriedField(field.name, field.zh, "/".join(sources), source_value, value, words)


def _sources(feed: Feed, field: str) -> list[str]:
    if field in BESIDE:
        ends = feed.fields.get("valid_to", FieldRule())
        beside = {"record_id": feed.key, "source_updated_at": [feed.cursor.field], "face": sorted(feed.face.values())}
        if field == "holders":
            return [feed.holders.list] if feed.holders and feed.holders.list else []
        return beside.get(field) or ([ends.from_] if ends.from_ and ends.open_ended else [])
    rule = feed.fields.get(field, FieldRule())
    return [rule.from_] if rule.from_ else []


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _masked(field: Field, text: str | None, known: list[str]) -> str | None:
    """Leave of a personal value what shows whether it is the right one; a person may stand in any other field, too."""
    if not text:
        return text
    if field.name == "holder_name":
        return text[:1] + "*" * (len(text) - 1)
    if field.name == "holder_code":
        return mask_code(text)
    if field.personal:
        return f"({len(text)} characters)"
    return mask_text(text, *known)

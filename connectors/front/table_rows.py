"""Rows of a front table as a page: written canonically, value by value, and read back into source columns.

What the database said is kept as text, so that a page means the same whatever drives it. Opens no database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from connectors.declarations.declared import Department, Feed
from connectors.formats.page_rows import Fault, PageRows, source_names
from connectors.front.table_contract import Column, TableContract, read_table_contract
from schemas.errors import DeclarationError, DepartmentBrokePromise
from schemas.phrases import phrase

MEDIA_TYPE = "application/json; charset=utf-8"
WORDS = {"integer": "a whole number", "number": "a number", "time": "a time in ISO 8601", "date": "a date in ISO 8601"}
WHOLE_SECONDS = len("2025-07-01 08:00:00")
_encoder = msgspec.json.Encoder()


class TablePage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold some rows of a table, as the page is written."""

    table: str
    columns: list[str]
    rows: list[list[str | None]]


_decoder = msgspec.json.Decoder(TablePage)


def read_columns(contract: TableContract, feed: Feed) -> list[Column]:
    """Return the columns that a page holds: all of the contract but the ones that acknowledging changes."""
    flag = feed.flag
    ours = {flag.column, flag.message, flag.at, flag.batch} if flag else set()
    return [column for column in contract.columns.values() if column.name not in ours - set(source_names(feed))]


def write_page(table: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], zone: ZoneInfo) -> bytes:
    """Write a page; DepartmentBrokePromise where a plain column of the contract holds an object or a list."""
    read = [tuple(row) for row in rows]
    for column, values in zip(columns, zip(*read, strict=True), strict=False):
        if column.kind != "other" and any(isinstance(value, dict | list) for value in values):
            raise DepartmentBrokePromise(
                f"{table}: column {column.name} holds objects or lists; expected plain values, as in the contract; "
                "nothing of the table is applied until the contract is reviewed"
            )
    texts = [[text_of(value, zone) for value in row] for row in read]
    return _encoder.encode(TablePage(table, [column.name for column in columns], texts))


def open_page(body: bytes, who: str) -> TablePage:
    """Read a page back; it was written by us, so anything else is a broken page."""
    try:
        page = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise DepartmentBrokePromise(
            f"{who}: the page is not one of a front table; nothing of it is applied"
        ) from error
    if any(len(row) != len(page.columns) for row in page.rows):
        raise DepartmentBrokePromise(f"{who}: a row of the page is not whole; nothing of it is applied")
    return page


def table_rows(department: Department, feed: Feed, body: bytes) -> PageRows:
    """Return the declared source columns of a page."""
    return rows_of(department, feed, open_page(body, f"{department.department}.{feed.name}"))


def rows_of(department: Department, feed: Feed, page: TablePage) -> PageRows:
    """Return the declared source columns of rows as a page would hold them."""
    who, contract = f"{department.department}.{feed.name}", read_table_contract(department, feed)
    kinds = {name: contract.column(name, who).kind for name in source_names(feed)}
    columns = {name: [row[page.columns.index(name)] for row in page.rows] for name in kinds}
    faults = []
    for name, kind in kinds.items():
        if kind == "time":  # a declared form has whole seconds; the page keeps the rest
            columns[name] = [value and value[:WHOLE_SECONDS] for value in columns[name]]
        if kind == "other":
            rows = [row for row, value in enumerate(columns[name]) if value is not None]
            faults += [
                Fault(row, name, "record.wrong_type", phrase("text_number_or_time"), phrase("another_type"))
                for row in rows
            ]
            columns[name] = [None] * len(page.rows)
    return PageRows(dict(columns), len(page.rows), faults)


def text_of(value: object, zone: ZoneInfo) -> str | None:
    """Return one value of a database as text; times in the department's zone, as `2025-07-01 08:00:00`."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return str(value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict | list) else str(value)


def given_values(contract: TableContract, texts: Mapping[str, str], who: str) -> dict[str, object]:
    """Return what a new row's columns are given; DeclarationError names one that cannot hold its text."""
    given: dict[str, object] = {}
    for name, text in texts.items():
        column = contract.column(name, who)
        try:
            given[name] = value_of(text, column)
        except (ValueError, ArithmeticError):  # what it stumbled over may be a person's: the column alone is named
            raise DeclarationError(
                f"{who}: column {name} of table {contract.name} cannot hold what the declaration gives it; expected "
                f"{WORDS[column.kind]}; nothing was sent"
            ) from None
    return given


def value_of(text: str | None, column: Column) -> object:
    """Return the value that a text of a page stands for, as its column would be asked for it."""
    if text is None:
        return None
    if column.kind in {"integer", "number"}:
        return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
    if column.kind == "time":
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if column.kind == "date" else text

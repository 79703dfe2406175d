"""What can be found wrong with a front table's declaration by its DDL alone. Opens no database."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.declarations.declared import Department, Feed, Flag
from connectors.declarations.delivery_feeds import sending_feed, state_paths
from connectors.declarations.parcel import write_fields
from connectors.formats.page_rows import source_names
from connectors.front.table_contract import Column, TableContract, read_table_contract
from connectors.front.table_rows import given_values
from connectors.lint.delivery_lint import example_parcel
from connectors.wire.findings import Finding, declared_at
from schemas.errors import DeclarationError


def check_table(department: Department, feed: Feed) -> Iterator[Finding]:
    """Look every column that the declaration names up in the contract, and what it is to hold."""
    place = declared_at(department.department, f"[feeds.{feed.name}]")
    contract, flag = read_table_contract(department, feed), feed.flag
    marks = [name for name in (flag.column, flag.message, flag.at, flag.batch) if name] if flag else []
    for name in sorted({*source_names(feed), *feed.order, *marks} - contract.columns.keys()):
        there = ", ".join(contract.columns)
        yield Finding(
            "error", place, f"column {name!r} is not in the contract's table {contract.name}; there are {there}"
        )
    for name in source_names(feed):
        column = contract.columns.get(name)
        if column and column.kind == "other":
            yield Finding("error", place, f"column {name!r} is neither text, a number nor a time; it cannot be read")
    yield from _check_cursor(feed, contract, place)
    yield from _check_flag(flag, contract, place) if flag else [_no_flag(place)]


def check_table_deliveries(department: Department) -> Iterator[Finding]:
    """Write each row by the contract's table, and look up there what its receipt is read from."""
    for delivery in department.deliveries.values():
        place, who = f"[deliveries.{delivery.kind}", f"{department.department}.{delivery.kind}"
        try:
            contract = read_table_contract(department, sending_feed(delivery))
            given_values(contract, write_fields(delivery, example_parcel(delivery), who), who)
            for one in state_paths(delivery.receipt) if delivery.receipt else ():
                for name in filter(None, (one.field, one.message)):
                    contract.column(name, who)
        except DeclarationError as error:
            yield Finding("error", declared_at(department.department, f"{place}]"), str(error))


def _no_flag(place: str) -> Finding:
    return Finding(
        "warning", place, "declares no flag: rows are read by their time of change, and nothing is acknowledged"
    )


def _check_cursor(feed: Feed, contract: TableContract, place: str) -> Iterator[Finding]:
    column = contract.columns.get(feed.cursor.field)
    if feed.flag is None and column and column.kind == "text" and not feed.cursor.format.startswith("%Y"):
        yield Finding(
            "error", place, "without a flag rows are chosen by the text of their time; expected it to begin with %Y"
        )


def _check_flag(flag: Flag, contract: TableContract, place: str) -> Iterator[Finding]:
    if not contract.primary_key:
        yield Finding(
            "error", place, f"table {contract.name} has no primary key in the contract; no row can be acknowledged"
        )
    column = contract.columns.get(flag.column)
    for code in [*flag.unread, flag.read, flag.error] if column else []:
        if column and not _holds(column, code):
            yield Finding("error", f"{place} flag", f"column {flag.column!r} cannot hold {code!r}")
    if not flag.message:
        yield Finding(
            "warning", f"{place} flag", "declares no message: the department is not told what is wrong with a row"
        )


def _holds(column: Column, code: str) -> bool:
    if column.kind == "text":
        return column.length is None or len(code) <= column.length
    return column.kind in {"integer", "number"} and code.lstrip("-").isdecimal()

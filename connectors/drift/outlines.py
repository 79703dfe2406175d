"""The pinned and the live contract, whatever their form, as outlines that can be laid beside each other."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from connectors.declarations.declared import Department, Feed
from connectors.declarations.delivery_feeds import sending_feed
from connectors.drift.live_files import fetch_live_files, told_of_department
from connectors.drift.live_header import read_live_header
from connectors.drops.file_contract import read_file_contract
from connectors.front.front_schema import read_live_table
from connectors.front.table_contract import Column, TableContract, read_table_contract
from connectors.front.table_contract import Kind as ColumnKind
from connectors.scaffold.openapi_document import gather_openapi
from connectors.scaffold.openapi_reader import read_openapi
from connectors.scaffold.outline import Call, Kind, Node, Outline
from connectors.scaffold.vendoring import gather_xml, parse_contract
from connectors.scaffold.wsdl_reader import read_wsdl
from connectors.soap.wsdl_schemas import XS
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock

KINDS: dict[ColumnKind, Kind] = {
    "text": "text", "integer": "number", "number": "number", "time": "time", "date": "date", "other": "flag",
}  # fmt: skip


@dataclass(frozen=True)
class Contract:
    """Hold one contract: its outline, the namespaces of its schemas, and what of it could not be looked at."""

    outline: Outline
    namespaces: frozenset[str] = frozenset()
    not_fetched: tuple[str, ...] = ()


def read_pinned(department: Department) -> Contract:
    """Return the vendored contract."""
    transport = department.transport
    if transport.kind == "table":
        tables = {feed.table: read_table_contract(department, feed) for feed in _of_tables(department)}
        return Contract(Outline("table", tuple(_call(name, table) for name, table in tables.items())))
    if transport.kind == "file":
        headers = {feed.name: list(read_file_contract(department, feed).columns) for feed in _with_header(department)}
        return Contract(Outline("file", tuple(_headed(name, columns) for name, columns in headers.items())))
    return _read(transport.kind, department.folder / "contract" / transport.contract.removeprefix("contract/"))


def read_given(department: Department, path: Path) -> Contract:
    """Return a contract that somebody was given as a file, of the form of the pinned one: a WSDL or an OpenAPI document."""
    return _read(department.transport.kind, path)


def read_live(department: Department, connection: Connection, clock: Clock) -> Contract:
    """Return the contract that the department shows today; DepartmentBrokePromise where it shows none."""
    if department.transport.kind == "table":
        return _live_tables(department, _of_tables(department), connection, clock)
    if department.transport.kind == "file":
        return _live_headers(department, connection)
    with tempfile.TemporaryDirectory(prefix="hub-contract-") as folder:
        place = Path(folder) / department.department / "contract"
        place.mkdir(parents=True)
        files = fetch_live_files(department, connection, place, clock)
        with told_of_department(department.department):
            contract = _read(department.transport.kind, files.main)
    return Contract(contract.outline, contract.namespaces, tuple(files.not_fetched))


def _read(kind: str, path: Path) -> Contract:
    if kind == "rest":
        return Contract(read_openapi(gather_openapi(path)))
    gathered = gather_xml(path)
    roots = [parse_contract(content, name) for name, content in gathered.files.items()]
    spaces = {schema.get("targetNamespace", "") for root in roots for schema in root.iter(f"{{{XS}}}schema")}
    return Contract(read_wsdl(gathered), frozenset(spaces - {""}))


def _of_tables(department: Department) -> list[Feed]:
    """Return feeds and deliveries: the tables that are read, and those that are written."""
    return [*department.feeds.values(), *map(sending_feed, department.deliveries.values())]


def _live_tables(department: Department, feeds: list[Feed], connection: Connection, clock: Clock) -> Contract:
    found = {feed.table: read_live_table(department, feed, connection, clock) for feed in feeds}
    return Contract(Outline("table", tuple(_call(name, table) for name, table in found.items() if table)))


def _live_headers(department: Department, connection: Connection) -> Contract:
    """Return the columns that the newest files show; a feed none of whose files lies there is as it was."""
    calls, absent = list[Call](), list[str]()
    for feed in _with_header(department):
        columns = read_live_header(department, feed, connection)
        absent += [f"{feed.name}: no file lies there"] if columns is None else []
        calls.append(_headed(feed.name, columns or list(read_file_contract(department, feed).columns)))
    return Contract(Outline("file", tuple(calls)), not_fetched=tuple(absent))


def _with_header(department: Department) -> list[Feed]:
    return [feed for feed in department.feeds.values() if feed.files and feed.files.format == "csv"]


def _headed(name: str, columns: list[str]) -> Call:
    nodes = tuple(Node(column) for column in columns)
    return Call(name, Node(name, kind="group"), Node(name, kind="group", children=nodes))


def _call(name: str, table: TableContract) -> Call:
    nodes = tuple(_node(column, column.name in table.primary_key) for column in table.columns.values())
    return Call(name, Node(name, kind="group"), Node(name, kind="group", children=nodes))


def _node(column: Column, is_key: bool) -> Node:
    kind = KINDS[column.kind]
    return Node(
        column.name, kind=kind, is_key=is_key, is_required=column.is_required or is_key, length=column.length or 0
    )

"""A front table as its database describes it: columns, types, lengths, required, primary key. Reads no row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department, Feed
from connectors.front.front_database import FrontDatabase
from connectors.front.table_contract import Column, Kind, TableContract
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock

KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]], Kind], ...] = (
    (sa.String, "text"), (sa.Integer, "integer"), (sa.Numeric, "number"), (sa.Float, "number"),
    (sa.DateTime, "time"), (sa.Date, "date"),
)  # fmt: skip


def read_live_table(department: Department, feed: Feed, connection: Connection, clock: Clock) -> TableContract | None:
    """Return the feed's table as it is now; None where the database has none of that name."""
    with FrontDatabase(department, feed, connection, clock) as front:
        contract = front.contract
        return front.step(lambda conn: _describe(conn, contract))


def _describe(conn: sa.Connection, contract: TableContract) -> TableContract | None:
    inspector, schema = sa.inspect(conn), contract.schema
    names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    name = next((one for one in names if one.casefold() == contract.name.casefold()), None)
    try:
        if name is None:
            return None
        key = tuple(inspector.get_pk_constraint(name, schema).get("constrained_columns") or ())
        found = [_column(one, contract) for one in inspector.get_columns(name, schema)]
        return TableContract(contract.name, schema, {one.name: one for one in found}, key)
    finally:
        conn.rollback()


def _column(described: Any, contract: TableContract) -> Column:
    """Return a column under the name by which the contract knows it; databases fold case as they please."""
    name = next((one for one in contract.columns if one.casefold() == described["name"].casefold()), described["name"])
    kind: Any = described["type"]
    return Column(name, _kind(kind), getattr(kind, "length", None), not described["nullable"])


def _kind(described: sa.types.TypeEngine[Any]) -> Kind:
    return next((kind for one, kind in KINDS if isinstance(described, one)), "other")

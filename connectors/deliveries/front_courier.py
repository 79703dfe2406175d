"""Parcels brought by inserting a row into a department's front table; receipts read from the same row.

The row's primary key is the delivery's key, so that the same one is never there twice. Knows no flag of a feed.
"""

from __future__ import annotations

import contextlib
from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import Answered, Delivery
from connectors.declarations.declared_parts import Success
from connectors.declarations.delivery_feeds import sending_feed
from connectors.declarations.parcel import Parcel, write_fields
from connectors.deliveries.delivery_outcomes import Outcome, from_error, from_receipt, receipt_states
from connectors.front.front_database import FrontDatabase
from connectors.front.front_errors import RowTaken
from connectors.front.table_contract import read_table_contract
from connectors.front.table_rows import given_values, text_of
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentTimeout,
    DepartmentUnreachable,
    HubError,
)

Columns = dict[str, sa.ColumnClause[Any]]
DOWN = (DepartmentUnreachable, DepartmentTimeout)
ROLLED_BACK = (DepartmentBrokePromise, DepartmentFault)  # the statement itself was refused: a value, a constraint


class FrontCourier:
    """Bring parcels to one department, each in a session and a transaction of its own."""

    def __init__(self, department: Department, connection: Connection, clock: Clock) -> None:
        self._department, self._connection, self._clock = department, connection, clock
        self._tried: set[str] = set()

    def close(self) -> None:
        """Let go; no session outlives its parcel."""

    def open(self, delivery: Delivery) -> None:
        """Try once whether our own connection, driver and contract allow a session; nothing is asked of the database."""
        if delivery.kind not in self._tried:
            with contextlib.suppress(DepartmentError), self._front(delivery):
                self._tried.add(delivery.kind)

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Insert the row, unless one with the same key is there already."""
        who, feed = f"{self._department.department}.{delivery.kind}", sending_feed(delivery)
        try:
            given = given_values(read_table_contract(self._department, feed), write_fields(delivery, parcel, who), who)
        except DeclarationError as error:
            return Outcome("refused", error.code, str(error))
        is_leaving = False
        try:
            with self._front(delivery) as front:
                live = front.live_columns(sorted(given))
                is_leaving = True
                _bring(front, live, given, delivery.key.field if delivery.key else "")
        except HubError as error:
            if is_leaving and isinstance(error, ROLLED_BACK):
                return Outcome("refused", error.code, str(error))
            return from_error(error, was_sent=is_leaving, is_down=isinstance(error, DOWN))
        return Outcome("accepted")

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        """Say that a front table is not asked: its key is enough."""
        return Outcome("pending")

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Read from the delivered row what became of it."""
        receipt, key = delivery.receipt, delivery.key
        if receipt is None or key is None:
            return Outcome("done")
        told: list[Success | Answered] = [
            *receipt_states(receipt).values(),
            *([receipt.answer] if receipt.answer else []),
        ]
        wanted = {key.field, *(one.field for one in told), *(one.message for one in told)} - {""}
        try:
            with self._front(delivery) as front:
                live = front.live_columns(sorted(wanted))
                found = front.step(lambda conn: _read(conn, front, live, key.field, parcel.delivery_key))
        except HubError as error:
            return Outcome("pending", error.code, str(error), is_down=isinstance(error, DOWN))
        return from_receipt(lambda name: (found.get(name) or "").strip(), receipt)

    def _front(self, delivery: Delivery) -> FrontDatabase:
        return FrontDatabase(self._department, sending_feed(delivery), self._connection, self._clock)


def _bring(front: FrontDatabase, live: Columns, given: dict[str, object], key: str) -> None:
    """Insert the row unless it is there; one that came between looking and inserting is ours as well."""
    table, values = front.table(list(live.values())), {live[name].name: value for name, value in given.items()}
    same = sa.select(sa.literal(1)).select_from(table).where(live[key] == given[key]) if key else None
    try:
        front.step(lambda conn: _insert(conn, table.insert().values(values), same))
    except RowTaken:
        if same is None or not front.step(lambda conn: _is_there(conn, same)):
            raise


def _insert(conn: sa.Connection, row: sa.Insert, same: sa.Select[Any] | None) -> None:
    if same is not None and _is_there(conn, same):
        return
    with conn.begin():
        conn.execute(row)


def _is_there(conn: sa.Connection, same: sa.Select[Any]) -> bool:
    with conn.begin():
        return conn.execute(same).first() is not None


def _read(conn: sa.Connection, front: FrontDatabase, live: Columns, key: str, value: str) -> dict[str, str | None]:
    table = front.table(list(live.values()))
    row = conn.execute(sa.select(*live.values()).select_from(table).where(live[key] == value)).first()
    conn.rollback()
    return {name: text_of(cell, front.zone) for name, cell in zip(live, row, strict=True)} if row else {}

"""The tables of a faked front database that the hub writes into: made empty, read as what was delivered, worked through.

Knows the contract's tables; knows no record.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import Delivery
from connectors.declarations.delivery_feeds import sending_feed
from connectors.fake.stores.table_ground import demand_own, own_table
from connectors.front.table_contract import Column, read_table_contract


class FrontInbox:
    """Keep the tables of one department's deliveries."""

    def __init__(self, department: Department, engine: sa.Engine) -> None:
        self._engine = engine
        self._tables = [(one, _table(department, one)) for one in department.deliveries.values()]
        with engine.begin() as conn:
            demand_own(conn, [table for _, table in self._tables])
            for _, table in self._tables:
                table.drop(conn, checkfirst=True)
                table.create(conn)

    def taken(self) -> list[dict[str, Any]]:
        """Return every delivered row."""
        with self._engine.connect() as conn:
            return [
                {
                    "kind": delivery.kind,
                    "delivery_key": str(row[delivery.key.field]) if delivery.key else "",
                    "values": {name: None if value is None else str(value) for name, value in row.items()},
                    "times": 1,
                    "received": 1,
                }
                for delivery, table in self._tables
                for row in conn.execute(sa.select(table)).mappings()
            ]

    def work(self) -> None:
        """Say of every row that it is done."""
        with self._engine.begin() as conn:
            for delivery, table in self._tables:
                if delivery.receipt:
                    done = delivery.receipt.done_when
                    answered = delivery.receipt.answer
                    told = {answered.field: next(iter(answered.codes))} if answered else {}
                    conn.execute(table.update().values({done.field: done.values[0], **told}))


def column_type(column: Column) -> sa.types.TypeEngine[Any]:
    """Return the type that a column of the contract has in a real database."""
    if column.kind == "text":
        return sa.String(column.length) if column.length else sa.Text()
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "integer": sa.BigInteger(), "number": sa.Numeric(24, 6), "time": sa.DateTime(), "date": sa.Date(),
    }  # fmt: skip
    return kinds.get(column.kind, sa.LargeBinary())


def _table(department: Department, delivery: Delivery) -> sa.Table:
    contract = read_table_contract(department, sending_feed(delivery))
    columns = [
        sa.Column(
            one.name, column_type(one), primary_key=one.name in contract.primary_key, nullable=not one.is_required
        )
        for one in contract.columns.values()
    ]
    return own_table(contract.name, contract.schema, columns)

"""A front database that is not there: the declared table in a real database, filled as the department would fill it.

One row per change, in the department's own words; what the hub writes back is left alone. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from connectors.declared import Department, Feed
from connectors.fake.dialect import Row
from connectors.fake.shelf import Listed, Shelf
from connectors.table_contract import Column, TableContract, read_table_contract

SCHEMES = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
MODES = ("ok", "table_locked", "table_missing", "column_renamed")
AWAY = "_away"


class FrontTables:
    """Keep the tables of one department's feeds; a later day adds rows, never changes one."""

    def __init__(self, department: Department, shelves: Mapping[str, Shelf], database: str) -> None:
        self._engine = sa.create_engine(database, poolclass=NullPool)
        self._url = self._engine.url
        feeds = department.feeds
        self._tables = {name: FrontTable(read_table_contract(department, feeds[name]), feeds[name]) for name in feeds}
        self._shelves, self._mode, self._lock = shelves, "ok", _Lock(self._engine)
        with self._engine.begin() as conn:
            for table in self._tables.values():
                table.create(conn)
        self.catch_up()

    @property
    def connection_value(self) -> str:
        """Return what AIRFLOW_CONN_… must say."""
        scheme = SCHEMES.get(self._url.get_backend_name(), self._url.drivername)
        return self._url.set(drivername=scheme).render_as_string(hide_password=False)

    def catch_up(self) -> None:
        """Add a row for every record that is new or changed since the last time."""
        with self._engine.begin() as conn:
            for name, table in self._tables.items():
                table.add(conn, list(self._shelves[name].listed()))

    def delete(self, count: int) -> None:
        """Say of the first `count` good records that they are deleted."""
        with self._engine.begin() as conn:
            for name, table in self._tables.items():
                good = [one for one in self._shelves[name].listed() if not one.kind]
                table.add(conn, good[:count], "D")

    def set_mode(self, mode: str) -> None:
        """Misbehave; the mode before is undone first."""
        self._lock.release()
        self._alter(self._mode, undo=True)
        self._mode = mode
        self._alter(mode, undo=False)
        if mode == "table_locked":
            self._lock.take([table.sql for table in self._tables.values()])

    def _alter(self, mode: str, *, undo: bool) -> None:
        with self._engine.begin() as conn:
            for table in self._tables.values():
                quoted = conn.dialect.identifier_preparer.quote
                name, column = table.sql.name, table.feed.cursor.field
                if mode == "table_missing":
                    old, new = (f"{name}{AWAY}", name) if undo else (name, f"{name}{AWAY}")
                    conn.exec_driver_sql(f"alter table {quoted(old)} rename to {quoted(new)}")
                if mode == "column_renamed":
                    old, new = (f"{column}{AWAY}", column) if undo else (column, f"{column}{AWAY}")
                    conn.exec_driver_sql(f"alter table {quoted(name)} rename column {quoted(old)} to {quoted(new)}")


class FrontTable:
    """Be one table and what was already written to it."""

    def __init__(self, contract: TableContract, feed: Feed) -> None:
        columns = [
            sa.Column(one.name, _type(one), primary_key=one.name in contract.primary_key, nullable=not one.is_required)
            for one in contract.columns.values()
        ]
        self.feed, self._contract = feed, contract
        self.sql = sa.Table(contract.name, sa.MetaData(schema=contract.schema), *columns)
        self._written: dict[str, Row] = {}
        self._number = 0

    def create(self, conn: sa.Connection) -> None:
        """Make the table anew."""
        self.sql.drop(conn, checkfirst=True)
        self.sql.create(conn)

    def add(self, conn: sa.Connection, listed: list[Listed], operation: str = "") -> None:
        """Write the rows that are not there yet; `operation` writes them whatever is there."""
        rows = []
        for place, one in enumerate(listed):
            name = one.record_id or f"row {place}"  # without a key there is nothing else to know it by
            if operation or self._written.get(name) != one.row:
                said = operation or ("U" if name in self._written else "I")
                self._written[name] = one.row
                rows.append(self._row(self._later(one.row) if operation else one.row, said))
        if rows:
            conn.execute(self.sql.insert(), rows)

    def _later(self, row: Row) -> Row:
        """Return the row as it was changed a second later: a department that deletes raises the time of change too."""
        name, form = self.feed.cursor.field, self.feed.cursor.format
        moment = datetime.strptime(row[name] or "", form) + timedelta(seconds=1)  # noqa: DTZ007  local time
        return row | {name: moment.strftime(form)}

    def _row(self, said: Row, operation: str) -> dict[str, Any]:
        self._number += 1
        change = {self.feed.change.column: operation} if self.feed.change else {}
        values = {**dict.fromkeys(self._contract.columns), **said, **change}
        keys = [name for name in self._contract.primary_key if values[name] is None]
        values |= dict.fromkeys(keys, str(self._number))
        return {name: _value(text, self._contract.columns[name], self.feed) for name, text in values.items()}


class _Lock:
    """Hold tables so that nobody can read them, until released."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._conn: sa.Connection | None = None

    def take(self, tables: list[sa.Table]) -> None:
        self._conn = self._engine.connect()
        for table in tables:
            name = self._conn.dialect.identifier_preparer.format_table(table)
            is_postgres = self._conn.dialect.name == "postgresql"
            self._conn.exec_driver_sql(
                f"lock table {name} in access exclusive mode" if is_postgres else f"lock tables {name} write"
            )

    def release(self) -> None:
        if self._conn:
            self._conn.invalidate()
            self._conn.close()
        self._conn = None


def _type(column: Column) -> sa.types.TypeEngine[Any]:
    if column.kind == "text":
        return sa.String(column.length) if column.length else sa.Text()
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "integer": sa.BigInteger(), "number": sa.Numeric(24, 6), "time": sa.DateTime(), "date": sa.Date(),
    }  # fmt: skip
    return kinds.get(column.kind, sa.LargeBinary())


def _value(text: str | None, column: Column, feed: Feed) -> object:
    if text is None or column.kind in {"text", "other"}:
        return text if column.kind == "text" else None
    if column.kind in {"integer", "number"}:
        return int(text) if column.kind == "integer" else float(text)
    rule = next((rule for rule in feed.fields.values() if rule.from_ == column.name and rule.date), None)
    form = rule.date if rule and rule.date else feed.cursor.format
    moment = datetime.strptime(text, form)  # noqa: DTZ007  the department's own local time
    return moment if column.kind == "time" else moment.date()

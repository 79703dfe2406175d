"""A front database that is not there: the declared table in a real database, filled as the department would fill it.

One row per change, or one per record where the contract's primary key is the record's own, in the department's own words;
what the hub writes back is left alone. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from connectors.declarations.declared import Department, Feed
from connectors.fake.rows.bending import ADDED, bent_column
from connectors.fake.rows.dialect import Dialect, Row
from connectors.fake.rows.shelf import Listed, Shelf
from connectors.fake.rows.storable import column_value
from connectors.fake.stores.front_inbox import FrontInbox, column_type
from connectors.fake.stores.relay import MODES as RELAYED
from connectors.fake.stores.relay import Relay
from connectors.fake.stores.table_ground import demand_own, own_table
from connectors.front.table_contract import TableContract, read_table_contract

SCHEMES = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
REWRITTEN = {"duplicate_records", "unknown_code", "giant_field", "ten_times_volume", "zero_rows"}
AWAY = "_away"


class FrontTables:
    """Keep the tables of one department's feeds; a later day adds rows, and changes one only where a record has one row."""

    def __init__(self, department: Department, shelves: Mapping[str, Shelf], database: str) -> None:
        self._engine = sa.create_engine(database, poolclass=NullPool)
        self._url = self._engine.url
        feeds = department.feeds
        self._tables = {name: FrontTable(read_table_contract(department, feeds[name]), feeds[name]) for name in feeds}
        self._shelves, self._mode, self._lock = shelves, "ok", _Lock(self._engine)
        flags = [feed.flag.column for feed in feeds.values() if feed.flag]
        with self._engine.begin() as conn:
            demand_own(conn, [table.sql for table in self._tables.values()])
        self.inbox = FrontInbox(department, self._engine)
        self._relay = Relay(self._url.host or "127.0.0.1", self._url.port or 3306, [*flags, "\0"][0])
        with self._engine.begin() as conn:
            for table in self._tables.values():
                table.create(conn)
        self.catch_up()

    @property
    def connection_value(self) -> str:
        """Return what AIRFLOW_CONN_… must say."""
        scheme = SCHEMES.get(self._url.get_backend_name(), self._url.drivername)
        relayed = self._url.set(drivername=scheme, host="127.0.0.1", port=self._relay.port)
        return relayed.render_as_string(hide_password=False)

    def close(self) -> None:
        """Let locks and lines go."""
        self._lock.release()
        self._relay.close()

    def catch_up(self) -> None:
        """Add a row for every record that is new, changed or deleted since the last time."""
        with self._engine.begin() as conn:
            for name, table in self._tables.items():
                table.add(conn, list(self._shelves[name].listed()))

    def answered(self, feed: str) -> set[str]:
        """Return the record ids of the rows that the hub has marked, as read or as wrong."""
        table = self._tables[feed]
        with self._engine.connect() as conn:
            return table.answered(conn)

    def delete(self, count: int) -> None:
        """Say of the first `count` good records that they are deleted."""
        for shelf in self._shelves.values():
            shelf.end_licenses(count, is_deletion=True)
            shelf.set_day(shelf.day)
        self.catch_up()

    def set_mode(self, mode: str) -> None:
        """Misbehave, the shelves knowing it already; the mode before is undone first."""
        self._lock.release()
        self._alter(self._mode, undo=True)
        if self._mode in REWRITTEN:
            self._rewrite("ok")
        self._mode = mode
        self._relay.set_mode(mode if mode in RELAYED else "ok")
        self._alter(mode, undo=False)
        if mode in REWRITTEN:
            self._rewrite(mode)
        else:
            self.catch_up() if mode not in {
                "table_missing",
                "column_renamed",
                "schema_missing",
                "type_changed",
            } else None
        if mode == "table_locked":
            self._lock.take([table.sql for table in self._tables.values()])

    def _rewrite(self, mode: str) -> None:
        with self._engine.begin() as conn:
            for name, table in self._tables.items():
                table.rewrite(conn, list(self._shelves[name].listed(mode=mode)))

    def _alter(self, mode: str, *, undo: bool) -> None:
        with self._engine.begin() as conn:
            for table in self._tables.values():
                for statement in table.alterations(mode, conn.dialect, undo=undo):
                    conn.exec_driver_sql(statement)


class FrontTable:
    """Be one table and what was already written to it."""

    def __init__(self, contract: TableContract, feed: Feed) -> None:
        columns = [
            sa.Column(
                one.name, column_type(one), primary_key=one.name in contract.primary_key, nullable=not one.is_required
            )
            for one in contract.columns.values()
        ]
        self.feed, self._contract = feed, contract
        self.sql = own_table(contract.name, contract.schema, columns)
        self._written: dict[str, Row] = {}
        self._number = 0
        self._is_one_each = set(contract.primary_key) <= set(Dialect(feed).columns)

    def create(self, conn: sa.Connection) -> None:
        """Make the table anew."""
        if self.sql.schema:
            conn.execute(sa.schema.CreateSchema(self.sql.schema, if_not_exists=True))
        self.sql.drop(conn, checkfirst=True)
        self.sql.create(conn)

    def add(self, conn: sa.Connection, listed: list[Listed]) -> None:
        """Write the rows that are not there yet, in one statement."""
        rows = []
        for place, one in enumerate(listed):
            name = one.record_id or f"row {place}"  # without a key there is nothing else to know it by
            if self._written.get(name) != one.row:
                said = "D" if one.is_deleted else "U" if name in self._written else "I"
                self._written[name] = one.row
                rows.append(self._row(one.row, said))
        if rows and self._is_one_each:
            ours = sa.and_(*(column == sa.bindparam(f"old_{column.name}") for column in self.sql.primary_key))
            olds = [{f"old_{column.name}": row[column.name] for column in self.sql.primary_key} for row in rows]
            conn.execute(self.sql.delete().where(ours), olds)
        if rows:
            conn.execute(self.sql.insert(), rows)

    def rewrite(self, conn: sa.Connection, listed: list[Listed]) -> None:
        """Write the table anew, every row unread."""
        conn.execute(self.sql.delete())
        self._written = {one.record_id or f"row {place}": one.row for place, one in enumerate(listed)}
        rows = [self._row(one.row, "D" if one.is_deleted else "I") for one in listed]
        keys = [tuple(row[name] for name in self._contract.primary_key) for row in rows]
        unique = [row for place, row in enumerate(rows) if keys[place] not in keys[:place] or not keys[place]]
        if unique:
            conn.execute(self.sql.insert(), unique)

    def answered(self, conn: sa.Connection) -> set[str]:
        """Return the record ids of the rows whose flag says read or wrong."""
        flag, columns = self.feed.flag, self.sql.columns
        if flag is None:
            return set()
        codes = [column_value(code, self._contract.columns[flag.column], self.feed) for code in (flag.read, flag.error)]
        marked = sa.select(*(columns[name] for name in self.feed.key)).where(columns[flag.column].in_(codes))
        return {"/".join(map(str, row)) for row in conn.execute(marked) if all(row)}

    def alterations(self, mode: str, dialect: sa.Dialect, *, undo: bool) -> list[str]:
        """Return the statements that make the table another than the contract's, or the contract's again."""
        quoted = dialect.identifier_preparer.quote
        table, column = dialect.identifier_preparer.format_table(self.sql), bent_column(self.feed)
        if mode == "table_missing":
            old, new = (f"{self.sql.name}{AWAY}", self.sql.name) if undo else (self.sql.name, f"{self.sql.name}{AWAY}")
            schema = f"{quoted(self.sql.schema)}." if self.sql.schema else ""
            return [f"alter table {schema}{quoted(old)} rename to {quoted(new)}"]
        if mode in {"column_renamed", "schema_missing"}:
            column = self.feed.cursor.field if mode == "column_renamed" else column
            old, new = (f"{column}{AWAY}", column) if undo else (column, f"{column}{AWAY}")
            return [f"alter table {table} rename column {quoted(old)} to {quoted(new)}"]
        if mode == "schema_added":
            return [f"alter table {table} {'drop' if undo else 'add'} column {ADDED}{'' if undo else ' varchar(20)'}"]
        if mode in {"type_changed", "giant_field"}:
            return self._retyped(mode, dialect, table, quoted(column), undo=undo)
        return []

    def _retyped(self, mode: str, dialect: sa.Dialect, table: str, column: str, *, undo: bool) -> list[str]:
        """Return what gives the license number another type; what has grown too long is cut where it goes back."""
        contract = self._contract.columns[bent_column(self.feed)]
        usual = column_type(contract).compile(dialect=dialect)
        if dialect.name == "postgresql":
            kind, cast = ("bytea", "convert_to") if mode == "type_changed" else ("text", "")
            to = usual if undo else kind
            cast = cast.replace("_to", "_from") if undo else cast
            using = f"{cast}({column}, 'UTF8')" if cast else f"left({column}, {contract.length or 200})"
            return [f"alter table {table} alter column {column} type {to} using {using}"]
        cut = f"update {table} set {column} = left({column}, {contract.length or 200})"  # noqa: S608  the contract's own names
        wide = "longblob" if mode == "type_changed" else "longtext"
        return [*([cut] if undo else []), f"alter table {table} modify {column} {usual if undo else wide}"]

    def _row(self, said: Row, operation: str) -> dict[str, Any]:
        self._number += 1
        spoken = self.feed.change
        codes = {"I": spoken.kept[0], "U": spoken.kept[-1], "D": spoken.deleted[0]} if spoken else {}
        change = {spoken.column: codes[operation]} if spoken else {}
        values = {**dict.fromkeys(self._contract.columns), **said, **change}
        keys = [name for name in self._contract.primary_key if values[name] is None]
        values |= dict.fromkeys(keys, str(self._number))
        return {name: column_value(text, self._contract.columns[name], self.feed) for name, text in values.items()}


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

"""A front table in a real database, as tests fill it, look at it and answer for it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.pool import NullPool

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department, Feed
from connectors.fake.rows.truth import Plot, Truth, make_shelf, tell_truth
from connectors.fake.stores.front_table import FrontTables
from connectors.wire.connection import Connection, parse_connection

MARIADB = ("127.0.0.1", 3306)
MARIADB_URL = "mysql+pymysql://root@127.0.0.1:3306"
PLOT = Plot(scale=120, bad_share=0.05)


def mariadb_answers() -> bool:
    """Tell whether the machine's own MariaDB takes connections."""
    with socket.socket() as line:
        line.settimeout(1)
        return line.connect_ex(MARIADB) == 0


def front_department(page_size: int = 40, deadline_seconds: float = 10, name: str = "work_safety") -> Department:
    """Load the department with pages small enough to have some."""
    department = load_department(name)
    feed = department.feeds["licenses"]
    limits = replace(department.transport.limits, requests_per_second=1000, deadline_seconds=deadline_seconds)
    small = replace(feed, paging=replace(feed.paging, size=page_size))
    return replace(department, transport=replace(department.transport, limits=limits), feeds={"licenses": small})


@dataclass
class Front:
    """One filled front table."""

    department: Department
    tables: FrontTables
    engine: sa.Engine
    plot: Plot

    @property
    def feed(self) -> Feed:
        return self.department.feeds["licenses"]

    @property
    def connection(self) -> Connection:
        return parse_connection(self.tables.connection_value)

    @property
    def truth(self) -> Truth:
        return tell_truth(self.department, self.plot)

    @property
    def table(self) -> sa.Table:
        return self.tables._tables["licenses"].sql

    def rows(self, *names: str) -> list[tuple[Any, ...]]:
        """Return columns of every row, by serial number."""
        with self.engine.connect() as conn:
            found = sa.select(*(self.table.c[name] for name in names)).order_by(self.table.c.XH)
            return [tuple(row) for row in conn.execute(found)]

    def good_row(self, *names: str) -> tuple[Any, ...]:
        """Return columns of the first row with nothing wrong with it."""
        bad = {one.record_id for one in self.truth.bad_records}
        return next(row[1:] for row in self.rows("YWLSH", *names) if row[0] and row[0] not in bad)

    def flags(self) -> dict[str | None, int]:
        """Count rows by flag."""
        found: dict[str | None, int] = {}
        for (flag,) in self.rows("GTSYNC"):
            found[flag] = found.get(flag, 0) + 1
        return found

    def change(self, number: int, **values: Any) -> None:
        """Change a row as the department would, without touching what it does not name."""
        with self.engine.begin() as conn:
            conn.execute(self.table.update().where(number == self.table.c.XH).values(values))

    def alter(self, statements: list[str]) -> None:
        """Change the table as its department would; names stand in braces."""
        quote = self.engine.dialect.identifier_preparer.quote
        with self.engine.begin() as conn:
            for statement in statements:
                written = re.sub(r"\{(\w+)\}", lambda name: quote(name[1]), statement)
                conn.execute(sa.text(f"alter table {quote(self.table.name)} {written}"))

    def repeat(self, number: int, **values: Any) -> int:
        """Write a row again under the next serial number, with other values; return that number."""
        with self.engine.begin() as conn:
            row = conn.execute(sa.select(self.table).where(number == self.table.c.XH)).one()._asdict()
            last = int(conn.scalar(sa.select(sa.func.max(self.table.c.XH))) or 0)
            marks = {"GTSYNC": None, "CWXX": None, "DQSJ": None, "PCH": None}
            conn.execute(self.table.insert().values(row | marks | {"XH": last + 1} | values))
            return last + 1


def fill_front(department: Department, url: str, plot: Plot = PLOT) -> Front:
    """Create and fill the table."""
    shelves = {name: make_shelf(department, feed, plot, lambda _: b"") for name, feed in department.feeds.items()}
    return Front(department, FrontTables(department, shelves, url), sa.create_engine(url, poolclass=NullPool), plot)

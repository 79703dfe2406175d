"""What tests of the hub make and look at: one faked department with its truth, one pull, rows of the library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from connectors.connection import Connection, parse_connection
from connectors.declaration import Department
from connectors.fake.process import FakeProcess
from connectors.fake.truth import Plot, Truth, tell_truth
from hub.context import HubContext
from hub.pull import pull
from license_library.summaries import ExchangeSummary

PLOT = Plot(scale=300)


@dataclass
class Faked:
    """One department, its fake, and the truth about what the fake holds."""

    department: Department
    process: FakeProcess
    folder: Path
    plot: Plot = PLOT

    @property
    def name(self) -> str:
        return self.department.department

    @property
    def connection(self) -> Connection:
        return parse_connection(self.process.connection_value)

    def truth(self, day: int = PLOT.day, since: datetime | None = None) -> Truth:
        """Tell what a pull on that day must find."""
        return tell_truth(self.department, Plot(self.plot.seed, self.plot.scale, day, self.plot.bad_share), since=since)


StartFake = Callable[..., Faked]


def pull_once(hub: HubContext, one: Faked, *, full: bool = False) -> ExchangeSummary:
    """Pull the fake's licenses."""
    return pull(hub, one.name, "licenses", one.connection, full=full)


def count(hub: HubContext, table: str, condition: str = "true") -> int:
    """Count rows."""
    with hub.engine.connect() as conn:
        return int(conn.scalar(text(f"select count(*) from {table} where {condition}")) or 0)


def column(hub: HubContext, statement: str) -> list[object]:
    """Return the first column of what a statement finds."""
    with hub.engine.connect() as conn:
        return list(conn.scalars(text(statement)))

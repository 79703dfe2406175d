"""What tests of the hub make and look at: one faked department with its truth, one pull, rows of the library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace as replace_fields
from sqlalchemy import text

from connectors.declarations import declared
from connectors.declarations.declaration import Department, list_departments, load_department
from connectors.fake.process import FakeProcess
from connectors.fake.rows.truth import Plot, Truth, tell_truth
from connectors.wire.connection import Connection, parse_connection
from hub.conformance.outcome import Check
from hub.conformance.run import CHECKS
from hub.context import HubContext
from hub.pulling.pull import pull
from license_library.exchange.summaries import ExchangeSummary

PLOT = Plot(scale=300)
FEW = Plot(scale=60, day=0, bad_share=0.05)
CITY = [(name, feed) for name in list_departments() for feed in load_department(name).feeds]

QUICK = {
    "lint", "first_pull", "reasons", "second_pull", "both_ends", "half_json", "half_gzip", "short_body", "reset_midway",
    "200_html_login", "200_with_fault", "gbk_labelled_utf8", "doctype", "deep_nesting", "count_lies", "page_loops",
    "schema_renamed_namespace", "table_missing", "column_renamed", "unknown_code", "schema_missing", "duplicate_records",
    "kill_before_merge_commit_1", "corrected_file", "delivery_arrives", "delivery_ack_lost",
    "delivery_kill_after_send_before_mark_1",
}  # fmt: skip


def quick_checks() -> list[Check]:
    """Return the few checks that every department passes in every run of the tests; in seconds, not minutes."""
    return sorted((one for one in CHECKS if one.name in QUICK), key=lambda one: one.level)


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

    def truth(self, day: int | None = None, since: datetime | None = None, feed: str = "licenses") -> Truth:
        """Tell what a pull on that day (default: the plot's) must find."""
        plot = self.plot if day is None else replace(self.plot, day=day)
        return tell_truth(self.department, plot, feed, since)


StartFake = Callable[..., Faked]


def pull_once(hub: HubContext, one: Faked, feed: str = "licenses", *, full: bool = False) -> ExchangeSummary:
    """Pull one feed of the fake."""
    return pull(hub, one.name, feed, one.connection, full=full)


def expect_more(department: declared.Department) -> declared.Department:
    """Let any batch be one for the steward: the `amend` of a hub that holds everything."""
    feed = department.feeds["licenses"]
    feed = replace_fields(feed, expects=replace_fields(feed.expects, records_per_day=(1000, 0)))
    return replace_fields(department, feeds={"licenses": feed})


def count(hub: HubContext, table: str, condition: str = "true") -> int:
    """Count rows."""
    with hub.engine.connect() as conn:
        return int(conn.scalar(text(f"select count(*) from {table} where {condition}")) or 0)


def column(hub: HubContext, statement: str) -> list[object]:
    """Return the first column of what a statement finds."""
    with hub.engine.connect() as conn:
        return list(conn.scalars(text(statement)))

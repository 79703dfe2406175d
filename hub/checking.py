"""What happens to landed pages between their bytes and a verdict: mapped, checked, staged or quarantined, or held.

Works in chunks, so memory is bounded by the page. Knows neither how a department speaks nor which tables there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection

from connectors.declaration import Department, Feed
from connectors.pages import MappedPage, map_page, read_page
from hub.bounds import hold_reasons, window_of
from hub.context import HubContext
from hub.progress import Progress
from license_library.exchanges import Exchange, read_pages
from license_library.staging import (
    clear_staged,
    finish_check,
    hold_exchange,
    quarantine_records,
    save_quality_results,
    stage_records,
)
from schemas.catalogue import load_catalogue
from schemas.checks import check_records
from schemas.expectations import Suite, SuiteOutcome, load_suite, merge_outcomes, run_suite
from schemas.license import LICENSE
from schemas.problems import join_problems

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Chunk:
    """Some pages as one frame of records, with the problems that mapping found and a digest of each source row."""

    frame: pl.DataFrame
    problems: pl.DataFrame
    source_digests: list[bytes]


@dataclass
class Tally:
    """What a check has seen so far."""

    received: int = 0
    quarantined: int = 0
    cursor_at: datetime | None = None
    outcomes: list[SuiteOutcome] = field(default_factory=list)

    def add(self, received: int, quarantined: int, newest: datetime | None, outcome: SuiteOutcome) -> None:
        """Add one chunk; only good records move the cursor, so that a wrong time in a bad one cannot."""
        self.received += received
        self.quarantined += quarantined
        self.cursor_at = max(filter(None, [self.cursor_at, newest]), default=None)
        self.outcomes.append(outcome)


def check_exchange(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, progress: Progress
) -> list[str]:
    """Check everything that landed, in one transaction; return why the batch is held, or nothing."""
    now, suite, tally = hub.clock(), load_suite(feed.record), Tally()
    with hub.engine.begin() as conn:
        clear_staged(conn, exchange)
        for chunk in read_chunks(hub, exchange, department, feed):
            _check_chunk(hub, conn, exchange, chunk, suite, tally, now)
            progress("check", tally.received)
        return _conclude(conn, exchange, feed, suite, tally, now)


def read_chunks(hub: HubContext, exchange: Exchange, department: Department, feed: Feed) -> Iterator[Chunk]:
    """Yield the landed records, mapped, some pages at a time."""
    names = {kind.license_type: kind.name for kind in load_catalogue().license_types}
    waiting: list[MappedPage] = []
    for page in read_pages(hub.engine, hub.keyring, exchange.exchange_id):
        rows = read_page(department, feed, page.body, page.media_type)
        waiting.append(map_page(department, feed, rows, page.page_number, names))
        if sum(mapped.frame.height for mapped in waiting) >= hub.bounds.chunk_records:
            yield join_pages(waiting)
            waiting = []
    if waiting:
        yield join_pages(waiting)


def join_pages(pages: Iterable[MappedPage]) -> Chunk:
    """Join pages into one chunk; a problem's row then counts from the chunk's beginning."""
    frames, problems, digests = [], [], list[bytes]()
    for page in pages:
        problems.append(page.problems.with_columns((pl.col("row") + len(digests)).cast(pl.UInt32)))
        frames.append(page.frame)
        digests += page.source_digests
    return Chunk(pl.concat(frames), pl.concat(problems), digests)


def _check_chunk(
    hub: HubContext, conn: Connection, exchange: Exchange, chunk: Chunk, suite: Suite, tally: Tally, now: datetime
) -> None:
    outcome = run_suite(chunk.frame, suite)
    found = check_records(chunk.frame, LICENSE, _license_types(), _local_day(now))
    problems = join_problems(chunk.problems, found, outcome.problems)
    bad = pl.int_range(chunk.frame.height, dtype=pl.UInt32, eager=True).is_in(problems["row"].unique().implode())
    good = chunk.frame.filter(~bad)
    stage_records(conn, hub.keyring, exchange, good)
    quarantine_records(
        conn, hub.keyring, exchange, chunk.frame, problems, chunk.source_digests, suite.version, now
    )
    newest = good["source_updated_at"].max() if good.height else None
    tally.add(chunk.frame.height, int(bad.sum()), newest, outcome)


def _conclude(
    conn: Connection, exchange: Exchange, feed: Feed, suite: Suite, tally: Tally, now: datetime
) -> list[str]:
    outcome = merge_outcomes(tally.outcomes)
    save_quality_results(conn, exchange, suite, outcome)
    finish_check(conn, exchange, tally.received, tally.quarantined, tally.cursor_at, suite.version, now)
    window = window_of(exchange.since_at, exchange.started_at)
    reasons = hold_reasons(feed.expects, tally.received, tally.quarantined, window, outcome.batch_failures)
    if reasons:
        hold_exchange(conn, exchange, "; ".join(reasons), now)
    return reasons


def _license_types() -> frozenset[str]:
    return frozenset(kind.license_type for kind in load_catalogue().license_types)


def _local_day(now: datetime) -> date:
    return now.astimezone(ZONE).date()

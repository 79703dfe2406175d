"""The two ends of a feed while they are compared: what was looked at of each, and what is kept of the difference.

Knows neither how a department lists nor what a bucket is remembered by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection as Session

from connectors.declarations.declaration import Department, Feed
from connectors.pages.pages import PageRows
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.reconciling.listing import Listing, list_rows
from hub.reconciling.settling import Settled, settle
from license_library.merge.overtaken import sayable, storable
from license_library.reconciliation.entries import FeedName, known_until
from license_library.reconciliation.reconciling import BucketPair, Difference, Found, save_reconciliation
from schemas.errors import NotComparable
from schemas.license.reconciliation import compare_entries, sum_buckets

Remember = Callable[[Session, Settled], None]


def remember_nothing(_conn: Session, _settled: Settled) -> None:
    """Leave nothing behind for the next comparison."""


@dataclass(frozen=True)
class Ends:
    """Name the two ends that are compared, and since when."""

    hub: HubContext
    name: FeedName
    department: Department
    feed: Feed
    connection: Connection
    progress: Progress
    began: datetime

    @contextmanager
    def snapshot(self) -> Iterator[tuple[Session, datetime | None]]:
        """Yield the library as of one moment, and up to when the feed was merged then."""
        with self.hub.engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
            cursor_at, was_merged = known_until(conn, self.name)
            if not was_merged:
                who = f"{self.name.department}/{self.name.feed}"
                raise NotComparable(
                    f"{who}: nothing of it was ever merged; expected an exchange first; nothing compared"
                )
            yield conn, cursor_at

    def list(self, pages: Iterator[PageRows], ours: pl.DataFrame) -> Listing:
        """Take in what is listed."""
        listing = Listing(frozenset(ours["digest"]))
        list_rows(self.department, self.feed, pages, listing, lambda done: self.progress("compare", done))
        return listing


@dataclass(frozen=True)
class Compared:
    """Hold what was looked at of both ends, and how much there is of each."""

    method: str
    cursor_at: datetime | None
    department_count: int
    library_count: int
    listing: Listing
    ours: pl.DataFrame
    buckets: int
    waiting: int = 0  # in buckets that need not be looked into


def conclude(ends: Ends, compared: Compared, remember: Remember = remember_nothing) -> int:
    """Compare record by record, and keep what was found; return the number of the reconciliation."""
    theirs = compared.listing.newest()
    found = compare_entries(theirs, compared.ours)
    with ends.hub.engine.begin() as conn:
        settled = settle(conn, ends.name, found, compared.cursor_at, ends.began)
        left = settled.differences.sort("record_id")
        pairs = _pairs(theirs, compared.ours, set(left["bucket"]))
        told = _differences(left)
        number = save_reconciliation(conn, ends.name, _found(ends, compared, settled), told, pairs, ends.hub.clock())
        remember(conn, settled)
        pass_by("mid_reconcile")
        return number


def _found(ends: Ends, compared: Compared, settled: Settled) -> Found:
    counts = dict(settled.differences["kind"].value_counts().iter_rows())
    return Found(
        method=compared.method,
        mapping_version=ends.department.digest,
        started_at=ends.began,
        cursor_at=compared.cursor_at,
        department_count=compared.department_count,
        library_count=compared.library_count,
        compared_count=compared.listing.row_count,
        bucket_count=compared.buckets,
        missing_count=counts.get("missing", 0),
        extra_count=counts.get("extra", 0),
        different_count=counts.get("different", 0),
        waiting_count=compared.waiting + settled.waiting.total(),
        pending_count=settled.pending.total(),
    )


def _differences(left: pl.DataFrame) -> list[Difference]:
    """Name each record as the database keeps it; what has no key, or the same after that, shares a line: the counts are of all."""
    times = [sayable(pl.col(name)) for name in ("updated_at", "updated_at_ours")]  # a row of theirs may carry any
    columns = left.select("record_id", "kind", "bucket", *times)
    named = [Difference(storable(record_id) or "", *others) for record_id, *others in columns.iter_rows()]
    return list({one.record_id: one for one in named}.values())


def _pairs(theirs: pl.DataFrame, ours: pl.DataFrame, buckets: set[str]) -> list[BucketPair]:
    there, here = sum_buckets(theirs, buckets), sum_buckets(ours, buckets)
    nothing = (0, "")
    return [BucketPair(one, *there.get(one, nothing), *here.get(one, nothing)) for one in sorted(buckets)]

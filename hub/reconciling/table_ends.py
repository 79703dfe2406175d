"""A front table compared: its own database counts and sums up, and only buckets that changed are looked into.

A bucket is taken for the same as long as both sums are what they were when its records were compared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection as Session

from connectors.front.front_listing import FrontListing
from hub.reconciling.bucket_memory import counts_agree, find_suspects, newly_matched
from hub.reconciling.ends import Compared, Ends, conclude
from hub.reconciling.listing import Listing
from hub.reconciling.settling import Settled
from license_library.reconciliation.entries import LibrarySum, library_entries, library_sums
from license_library.reconciliation.reconciling import Matched, match_buckets, matched_buckets
from schemas.license.reconciliation import BUCKET_DIGITS, count_buckets


@dataclass(frozen=True)
class Looked:
    """Hold what was looked into: some buckets or, as None, all."""

    suspects: set[str] | None
    ours: pl.DataFrame
    listing: Listing

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many rows were listed of each bucket."""
        frames = self.listing.frames
        return count_buckets(pl.concat(frames)) if frames else {}

    @property
    def has_strays(self) -> bool:
        """Say that a row was listed with a bucket that is not the one we would put it in."""
        return self.suspects is not None and not self.counts.keys() <= self.suspects


@dataclass(frozen=True)
class Sums:
    """Hold what both ends sum up to now, and what was found the same before."""

    ours: Mapping[str, LibrarySum]
    theirs: Mapping[str, str] | None
    matched: Mapping[str, Matched]

    def suspects(self) -> set[str] | None:
        """Return the buckets to look into, None for all."""
        if self.theirs is None or not self.matched:
            return None
        return find_suspects(self.ours, self.theirs, self.matched)

    def waiting_elsewhere(self, suspects: set[str] | None) -> int:
        """Return how much waits in the buckets that are not looked into."""
        if suspects is None:
            return 0
        return sum(one.waiting_count for bucket, one in self.matched.items() if bucket not in suspects)


def compare_table(ends: Ends, *, full: bool) -> int:
    """Compare a front table with the library; return the number of the reconciliation."""
    with (
        ends.snapshot() as (conn, cursor_at),
        FrontListing(ends.department, ends.feed, ends.connection, BUCKET_DIGITS) as front,
    ):
        matched = {} if full else matched_buckets(conn, ends.name, ends.department.digest)
        sums = Sums(library_sums(conn, ends.name), front.sums(), matched)
        looked = _look(ends, conn, front, sums.suspects())
        if looked.has_strays:  # their database cuts keys otherwise than we do: only looking at all is safe
            looked = _look(ends, conn, front, None)
    compared = Compared(
        "listing" if looked.suspects is None else "buckets",
        cursor_at,
        _count_rows(sums, looked),
        sum(one.count for one in sums.ours.values()),
        looked.listing,
        looked.ours,
        len(sums.ours.keys() | (sums.theirs or {}).keys()) if looked.suspects is None else len(looked.suspects),
        sums.waiting_elsewhere(looked.suspects),
    )
    return conclude(ends, compared, lambda session, settled: _remember(session, ends, sums, looked, settled))


def _look(ends: Ends, conn: Session, front: FrontListing, suspects: set[str] | None) -> Looked:
    ours = library_entries(conn, ends.name, suspects)
    if suspects is not None and not suspects:
        return Looked(suspects, ours, Listing(frozenset()))
    return Looked(suspects, ours, ends.list(front.rows(suspects), ours))


def _count_rows(sums: Sums, looked: Looked) -> int:
    if sums.theirs is None:
        return looked.listing.row_count
    return sum(int(total.partition(":")[0]) for total in sums.theirs.values())


def _remember(conn: Session, ends: Ends, sums: Sums, looked: Looked, settled: Settled) -> None:
    """Remember what was found the same; nothing where their buckets are not ours."""
    theirs = sums.theirs
    if theirs is None:
        return
    every = sums.ours.keys() | theirs.keys() | sums.matched.keys()
    looked_into = set(every) if looked.suspects is None else looked.suspects
    is_sound = looked.suspects is not None or counts_agree(theirs, looked.counts)
    same = newly_matched(sums.ours, theirs, looked_into, settled) if is_sound else []
    others = looked_into - {one.bucket for one in same}
    match_buckets(conn, ends.name, ends.department.digest, same, sorted(others))

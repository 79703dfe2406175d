"""What a reconciliation leaves behind: evidence that is only added to, an incident while both ends differ, and which
buckets were found the same, so that they need not be listed while neither end changes.

Compares nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from license_library.oversight.incidents import Cause, tell_incidents
from license_library.reconciliation.entries import FeedName

NAMED = 10_000  # records kept by name; the counts are of all


@dataclass(frozen=True)
class Found:
    """Hold what comparing a feed found, in numbers."""

    method: str
    mapping_version: str
    started_at: datetime
    cursor_at: datetime | None
    department_count: int
    library_count: int
    compared_count: int
    bucket_count: int
    missing_count: int
    extra_count: int
    different_count: int
    waiting_count: int
    pending_count: int

    @property
    def state(self) -> str:
        """Return the comparison in one word."""
        return "different" if self.missing_count + self.extra_count + self.different_count else "same"


@dataclass(frozen=True)
class Difference:
    """Name one record that is not the same at both ends."""

    record_id: str
    kind: str
    bucket: str
    department_updated_at: datetime | None
    library_updated_at: datetime | None


@dataclass(frozen=True)
class BucketPair:
    """Hold a bucket at both ends: counts, and a digest over the records."""

    bucket: str
    department_count: int
    department_digest: str
    library_count: int
    library_digest: str


@dataclass(frozen=True)
class Matched:
    """Hold a bucket that was found the same, by what each end's sum was then."""

    bucket: str
    department_sum: str
    library_sum: str
    waiting_count: int


_SAVE = text("""
insert into reconciliations (department, feed, method, state, mapping_version, started_at, finished_at, cursor_at,
  department_count, library_count, compared_count, bucket_count, missing_count, extra_count, different_count,
  waiting_count, pending_count)
values (:department, :feed, :method, :state, :mapping_version, :started_at, :now, :cursor_at, :department_count,
  :library_count, :compared_count, :bucket_count, :missing_count, :extra_count, :different_count, :waiting_count,
  :pending_count)
returning reconciliation_id
""")
_NAME = text("""
insert into reconciliation_differences (reconciliation_id, record_id, kind, bucket, department_updated_at,
  library_updated_at)
values (:reconciliation_id, :record_id, :kind, :bucket, :department_updated_at, :library_updated_at)
""")
_KEEP_BUCKET = text("""
insert into reconciliation_buckets (reconciliation_id, bucket, department_count, department_digest, library_count,
  library_digest)
values (:reconciliation_id, :bucket, :department_count, :department_digest, :library_count, :library_digest)
""")
_MATCHED = text("""
select bucket, department_sum, library_sum, waiting_count from matched_buckets
where department = :department and feed = :feed and mapping_version = :mapping_version
""")
_FORGET = text("""
delete from matched_buckets where department = :department and feed = :feed
  and (mapping_version <> :mapping_version or bucket = any(:buckets))
""")
_MATCH = text("""
insert into matched_buckets (department, feed, bucket, mapping_version, department_sum, library_sum, waiting_count)
values (:department, :feed, :bucket, :mapping_version, :department_sum, :library_sum, :waiting_count)
on conflict (department, feed, bucket) do update set mapping_version = excluded.mapping_version,
  department_sum = excluded.department_sum, library_sum = excluded.library_sum, waiting_count = excluded.waiting_count
""")


def matched_buckets(conn: Connection, feed: FeedName, mapping_version: str) -> dict[str, Matched]:
    """Return the buckets that were found the same under this mapping."""
    rows = conn.execute(_MATCHED, {**vars(feed), "mapping_version": mapping_version})
    return {row.bucket: Matched(*row) for row in rows}


def match_buckets(
    conn: Connection, feed: FeedName, mapping_version: str, same: Sequence[Matched], others: Sequence[str]
) -> None:
    """Remember buckets that were found the same; forget the others, and what an older mapping was compared by."""
    name = {**vars(feed), "mapping_version": mapping_version}
    conn.execute(_FORGET, {**name, "buckets": list(others)})
    if same:
        conn.execute(_MATCH, [{**name, **asdict(one)} for one in same])


def save_reconciliation(
    conn: Connection,
    feed: FeedName,
    found: Found,
    differences: Sequence[Difference],
    buckets: Sequence[BucketPair],
    now: datetime,
) -> int:
    """Keep what was found as evidence, and tell the incident or its end; return the number of the reconciliation."""
    row = {**vars(feed), **asdict(found), "state": found.state, "now": now}
    number = int(conn.execute(_SAVE, row).scalar_one())
    for statement, details in ((_NAME, differences[:NAMED]), (_KEEP_BUCKET, buckets[:NAMED])):
        if details:
            conn.execute(statement, [{**asdict(one), "reconciliation_id": number} for one in details])
    if found.method != "sample" or found.state == "different":  # a sample finds trouble, and never that there is none
        causes = _causes(feed, number, found)
        tell_incidents(conn, feed.department, "differs", causes, now, feed=feed.feed)
    return number


def _causes(feed: FeedName, number: int, found: Found) -> list[Cause]:
    if found.state == "same":
        return []
    counts: Mapping[str, int] = {
        "missing": found.missing_count, "extra": found.extra_count, "different": found.different_count,
    }  # fmt: skip
    zh = f"对账 {number} 号：库中缺 {counts['missing']} 条，多 {counts['extra']} 条，不一致 {counts['different']} 条"
    en = (
        f"reconciliation {number}: {counts['missing']} records missing in the library, {counts['extra']} extra, "
        f"{counts['different']} different"
    )
    return [Cause(feed.feed, "both ends differ", "warning", zh, en)]

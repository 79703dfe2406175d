"""What the library holds of one feed, by key and digest: sums over buckets, single records, and what waits.

Reads only; no value of any record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from schemas.license.reconciliation import BUCKET_DIGITS, ENTRIES

BLOCK = 50_000
_BUCKET = f"substr(md5(record_id), 1, {BUCKET_DIGITS})"
_NUMBER = "cast(cast('x' || substr(encode(digest, 'hex'), 1, 15) as bit(60)) as bigint)"
_OF_FEED = "department = :department and feed = :feed"
_KNOWN = text("""
select f.cursor_at, f.fresh_at from feeds f where f.department = :department and f.feed = :feed
""")
# What waits belongs to it: a bucket whose bad record was mended has changed, though no license of it did.
_SUMS = text(f"""
with held as (
  select {_BUCKET} as bucket, count(*) as many, sum({_NUMBER}) as total from licenses where {_OF_FEED} group by 1
), waiting as (
  select substr(md5(coalesce(record_id, '')), 1, {BUCKET_DIGITS}) as bucket, count(*) as many, sum({_NUMBER}) as total
  from quarantined_records where {_OF_FEED} group by 1
), staged as (
  select {_BUCKET} as bucket, count(*) as many, sum({_NUMBER}) as total
  from staged_licenses where exchange_id = any(array(
    select exchange_id from exchanges where {_OF_FEED} and state = 'held')) group by 1
)
select bucket, coalesce(h.many, 0) as licenses, concat_ws(':', coalesce(h.many, 0), coalesce(h.total, 0),
  coalesce(w.many, 0), coalesce(w.total, 0), coalesce(s.many, 0), coalesce(s.total, 0)) as library_sum
from held h full join waiting w using (bucket) full join staged s using (bucket)
""")  # noqa: S608 - constants of this file
_ENTRIES = text(f"""
select record_id, digest, source_updated_at from licenses
where {_OF_FEED} and (cast(:buckets as text[]) is null or {_BUCKET} = any(:buckets))
""")  # noqa: S608 - constants of this file
_OF_KEYS = text("""
select l.record_id, l.digest, l.source_updated_at, l.known_from
from unnest(cast(:keys as text[])) as asked (record_id)
join licenses l on l.department = :department and l.feed = :feed and l.record_id = asked.record_id
""")
# A row that was mended or waived is in the library, and is missed there like any other; as edited it differs from what was said.
_SET_ASIDE = text(f"""
select q.digest from quarantined_records q where {_OF_FEED} and q.digest = any(:rows)
  and (q.state not in ('mended', 'waived') or q.edits is not null and exists (
    select from licenses l where l.department = q.department and l.feed = q.feed and l.record_id = q.record_id))
union all
select s.digest from staged_licenses s join exchanges e using (exchange_id)
where e.department = :department and e.feed = :feed and e.state = 'held' and s.digest = any(:records)
""")  # noqa: S608 - constants of this file
_SAMPLE = text(f"""
select record_id from licenses where {_OF_FEED} and md5(record_id || :salt) >= :from order by md5(record_id || :salt)
limit :size
""")  # noqa: S608 - constants of this file


@dataclass(frozen=True)
class FeedName:
    """Name one feed of one department."""

    department: str
    feed: str


@dataclass(frozen=True)
class LibrarySum:
    """Count one bucket, and sum up what it holds and what waits for it."""

    count: int
    total: str


def known_until(conn: Connection, feed: FeedName) -> tuple[datetime | None, bool]:
    """Return the feed's cursor, and whether anything of it was ever merged."""
    found = conn.execute(_KNOWN, vars(feed)).first()
    return (None, False) if found is None else (found.cursor_at, found.fresh_at is not None)


def library_sums(conn: Connection, feed: FeedName) -> dict[str, LibrarySum]:
    """Return the sum of every bucket that holds something."""
    return {row.bucket: LibrarySum(row.licenses, row.library_sum) for row in conn.execute(_SUMS, vars(feed))}


def library_entries(conn: Connection, feed: FeedName, buckets: Collection[str] | None = None) -> pl.DataFrame:
    """Return record id, digest and time of change of the licenses in some buckets, or of all."""
    asked = {**vars(feed), "buckets": None if buckets is None else sorted(buckets)}
    result = conn.execution_options(stream_results=True, max_row_buffer=BLOCK).execute(_ENTRIES, asked)
    frames = [_frame(rows) for rows in result.partitions(BLOCK)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=ENTRIES)


def entries_now(conn: Connection, feed: FeedName, keys: Collection[str]) -> pl.DataFrame:
    """Return the licenses of these keys as they are now, with `known_from`."""
    rows = conn.execute(_OF_KEYS, {**vars(feed), "keys": list(keys)}).all()
    return pl.DataFrame(
        [tuple(row) for row in rows], schema={**ENTRIES, "known_from": pl.Datetime("us", "UTC")}, orient="row"
    )


def set_aside(conn: Connection, feed: FeedName, rows: Iterable[bytes], records: Iterable[bytes]) -> set[bytes]:
    """Return which of these source rows wait in quarantine or were edited there, and which of these records are held."""
    asked = {**vars(feed), "rows": list(rows), "records": list(records)}
    return {bytes(digest) for digest in conn.scalars(_SET_ASIDE, asked)}


def sample_keys(conn: Connection, feed: FeedName, size: int, salt: str) -> list[str]:
    """Return the keys of some licenses, others for every salt."""
    return list(conn.scalars(_SAMPLE, {**vars(feed), "size": size, "salt": salt, "from": ""}))


def _frame(rows: Iterable[object]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=ENTRIES, orient="row")  # type: ignore[arg-type]  # rows are tuples

"""Which licenses a department no longer lists: found when it lists everything, marked by the merge, never deleted.

Knows record ids and marks. Whether a list was whole is for others to say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from license_library.merge.alert_statements import SALT
from license_library.merge.heard_again import HELD_BEFORE
from license_library.merge.leases import CHECKING, Exchange, hold_lease
from license_library.storage.text_arrays import text_array
from schemas.license.states import GOOD_STATES


@dataclass(frozen=True)
class Missed:
    """Say how many licenses a whole list lacks, of how many that were listed before."""

    count: int = 0
    known: int = 0


_CLEAR = text("delete from listing_changes where exchange_id = :exchange_id")
_UNLISTED = text(f"""
select record_id from licenses where department = :department and feed = :feed and unlisted_at is not null
union
select l.record_id from ({HELD_BEFORE}) held join listing_changes c using (exchange_id) join licenses l using (license_id)
where not c.is_listed
""")  # noqa: S608 - constants of the library
_RETURNED = text("""
insert into listing_changes (exchange_id, license_id, is_listed)
select :exchange_id, l.license_id, true from unnest(cast(:record_ids as text[])) as asked (record_id)
join licenses l on l.department = :department and l.feed = :feed and l.record_id = asked.record_id
""")
# No temporary table: the merge, in the same session, sets how much memory they may take, which comes before the first.
# `except`, not `not exists`: an array's length is unknown to the planner, which then compares every license with every name.
_MISSED = text("""
with missed as materialized (
  select record_id from licenses where department = :department and feed = :feed and unlisted_at is null
  except select unnest(cast(:record_ids as text[]))
)
insert into listing_changes (exchange_id, license_id, is_listed)
select :exchange_id, l.license_id, false from missed join licenses l
  on l.department = :department and l.feed = :feed and l.record_id = missed.record_id
""")
_KNOWN = text("""
select count(*) from licenses where department = :department and feed = :feed and unlisted_at is null
""")
# What the guard of the merge keeps out; a row that says what a version of the license said once is only history told again.
# Each staged row's license by its key, `offset 0`: how many rows are staged the planner cannot know, and would walk the library.
_OUTDATED = text("""
select count(*) from staged_licenses s cross join lateral (
  select license_id, source_updated_at, known_from, digest from licenses
  where department = :department and feed = :feed and record_id = s.record_id offset 0) l
where s.exchange_id = :exchange_id and s.source_updated_at < least(l.source_updated_at, l.known_from)
  and s.digest <> l.digest
  and not exists (select from license_versions v where v.license_id = l.license_id and v.digest = s.digest)
""")
# One that another exchange has brought since is listed, whatever this one saw. Whoever relied on it is told, unless it was
# known to be no longer good: what has run out, lists often drop.
_MARK = text(f"""
with marked as (
  update licenses l set unlisted_at = case when c.is_listed then null else cast(:now as timestamptz) end
  from listing_changes c
  where c.exchange_id = :exchange_id and l.license_id = c.license_id and (l.unlisted_at is not null) = c.is_listed
    and (c.is_listed or l.exchange_id < :exchange_id)
  returning l.license_id, l.version_count, l.status, l.unlisted_at,
    l.status = any(:good_states) and (l.open_ended or l.status = 'renewal_pending'
      or coalesce(l.valid_to, 'infinity') >= cast(cast(:now as timestamptz) at time zone 'Asia/Shanghai' as date)) as is_good
)
insert into license_alerts (reliance_id, version_count, change, status_before, status, exchange_id, noticed_at, key_salt)
select r.reliance_id, m.version_count, case when m.unlisted_at is null then 'listed' else 'unlisted' end,
  m.status, m.status, :exchange_id, :now, {SALT}
from marked m join reliances r using (license_id) where m.is_good
""")  # noqa: S608 - a constant of this room
# What an older batch, still held, missed was listed after all.
_FORGET = text(f"""
delete from listing_changes where ctid = any(array(
  select o.ctid from ({HELD_BEFORE}) held cross join listing_changes c cross join lateral (
    select ctid from listing_changes
    where exchange_id = held.exchange_id and license_id = c.license_id and not is_listed offset 0) o
  where c.exchange_id = :exchange_id and c.is_listed))
""")  # noqa: S608 - constants of the library
_COUNTS = text("""
select feed, count(*) as unlisted from licenses where department = :department and unlisted_at is not null
group by feed order by feed
""")


def unlisted_records(conn: Connection, exchange: Exchange) -> frozenset[str]:
    """Return the record ids that were listed no more before this exchange, or will be once a held batch is let go.

    What an earlier try of this exchange noted is forgotten.
    """
    hold_lease(conn, exchange, CHECKING)
    conn.execute(_CLEAR, vars(exchange))
    return frozenset(conn.scalars(_UNLISTED, vars(exchange)))


def note_returned(conn: Connection, exchange: Exchange, record_ids: Collection[str]) -> None:
    """Note that records are listed again."""
    if record_ids:
        conn.execute(_RETURNED, {**vars(exchange), "record_ids": list(record_ids)})


def count_outdated(conn: Connection, exchange: Exchange) -> int:
    """Count what a checked exchange staged that the merge will leave out: told otherwise with an older time, and never known so."""
    return int(conn.scalar(_OUTDATED, vars(exchange)) or 0)


def note_missed(conn: Connection, exchange: Exchange, listed: pl.Series) -> Missed:
    """Note which licenses are not in a whole list; return how many that are."""
    known = conn.execute(_KNOWN, vars(exchange)).scalar_one()
    if not known:  # the first exchange of a feed misses nothing
        return Missed()
    return Missed(conn.execute(_MISSED, {**vars(exchange), "record_ids": text_array(listed)}).rowcount, known)


def mark_unlisted(conn: Connection, exchange: Exchange, now: datetime) -> None:
    """Mark what the exchange missed, from now on, and take the mark off what it lists again; cases that rely on it are told."""
    conn.execute(_MARK, {"exchange_id": exchange.exchange_id, "now": now, "good_states": sorted(GOOD_STATES)})
    conn.execute(_FORGET, vars(exchange))


def count_unlisted(conn: Connection, department: str) -> dict[str, int]:
    """Return by feed how many licenses are marked."""
    return {row.feed: row.unlisted for row in conn.execute(_COUNTS, {"department": department})}

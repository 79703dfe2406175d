"""Cases taken up again: which ones, in the order of their record, and where in a replay each row stands.

A replay is an exchange without pages of its own: each of its places leads to a page that landed before. Knows no
department's dialect and judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from license_library.merge.leases import Exchange, hold_lease
from license_library.quarantine.case_events import Deed, write_events


@dataclass(frozen=True)
class Case:
    """Name one open case and the row it was read from."""

    quarantine_id: int
    exchange_id: int
    page_number: int
    position: int
    digest: bytes


@dataclass(frozen=True)
class ReplayedRow:
    """Say where a row stands in a replay, and which row of which page it is."""

    page_number: int
    position: int
    source_exchange_id: int
    source_page_number: int
    digest: bytes  # the case's own, whatever the declaration makes of the row now


# With each case the others of its record: one alone might pass that another contradicts, and versions go in order.
_SELECT = text("""
select q.quarantine_id, q.exchange_id, q.page_number, q.position, q.digest from quarantined_records q
where q.department = :department and q.feed = :feed and q.state = 'open' and (q.quarantine_id = any(:cases)
  or q.record_id in (select record_id from quarantined_records where quarantine_id = any(:cases)))
order by q.record_id, q.exchange_id, q.page_number, q.position
""")
_DUE = text("""
select quarantine_id from quarantined_records
where department = :department and feed = :feed and state = 'open' and quarantine_id > :after
  and (recheck_asked_at is not null or mapping_version <> :mapping_version or rule_version <> :rule_version)
order by quarantine_id limit :limit
""")
_OPEN_FEEDS = text("""
select distinct department, feed from quarantined_records
where state = 'open' or waived_until is not null order by department, feed
""")
_FEEDS_OF = text("""
select quarantine_id, department, feed from quarantined_records
where quarantine_id = any(:cases) order by department, feed, quarantine_id
""")
_OVERTAKEN = text("""
update quarantined_records q set state = 'superseded', recheck_asked_at = null
from unnest(cast(:cases as bigint[]), cast(:digests as bytea[])) as now (quarantine_id, digest)
where q.quarantine_id = now.quarantine_id and q.digest <> now.digest and (exists (
  select from quarantined_records o where o.department = q.department and o.feed = q.feed and o.digest = now.digest)
  or exists (select from unnest(cast(:cases as bigint[]), cast(:digests as bytea[])) as earlier (quarantine_id, digest)
    where earlier.digest = now.digest and earlier.quarantine_id < now.quarantine_id))
returning q.quarantine_id
""")
_REKEY = text("""
update quarantined_records q set digest = now.digest
from unnest(cast(:cases as bigint[]), cast(:digests as bytea[])) as now (quarantine_id, digest)
where q.quarantine_id = now.quarantine_id and q.digest <> now.digest and q.state = 'open'
""")
_UNREAD = text("""
update quarantined_records set recheck_asked_at = null, mapping_version = :mapping_version, rule_version = :rule_version
where quarantine_id = any(:cases)
""")
_PLACE = text("""
insert into replayed_records (exchange_id, page_number, position, quarantine_id, source_exchange_id, source_page_number)
select :exchange_id, dense_rank() over (order by q.exchange_id, q.page_number), q.position, q.quarantine_id, q.exchange_id,
  q.page_number
from quarantined_records q where q.quarantine_id = any(:cases) and q.state = 'open'
""")
_ROWS = text("""
select r.page_number, r.position, r.source_exchange_id, r.source_page_number, q.digest
from replayed_records r join quarantined_records q using (quarantine_id)
where r.exchange_id = :exchange_id order by r.page_number, r.position
""")


def select_cases(conn: Connection, department: str, feed: str, cases: Sequence[int]) -> list[Case]:
    """Return the open ones of these cases and all that wait of the same records, in the order of each record."""
    rows = conn.execute(_SELECT, {"department": department, "feed": feed, "cases": list(cases)})
    return [Case(row.quarantine_id, row.exchange_id, row.page_number, row.position, bytes(row.digest)) for row in rows]


def list_due(
    conn: Connection, department: str, feed: str, mapping_version: str, rule_version: str, after: int, limit: int
) -> list[int]:
    """Return open cases that somebody wants checked again, or that were judged by another mapping or other rules."""
    versions = {"mapping_version": mapping_version, "rule_version": rule_version}
    found = {"department": department, "feed": feed, "after": after, "limit": limit, **versions}
    return list(conn.scalars(_DUE, found))


def list_open_feeds(conn: Connection) -> list[tuple[str, str]]:
    """Return every feed of which something waits or is waived."""
    return [(row.department, row.feed) for row in conn.execute(_OPEN_FEEDS)]


def split_by_feed(conn: Connection, cases: Sequence[int]) -> dict[tuple[str, str], list[int]]:
    """Return these cases by department and feed."""
    by_feed: dict[tuple[str, str], list[int]] = {}
    for row in conn.execute(_FEEDS_OF, {"cases": list(cases)}):
        by_feed.setdefault((row.department, row.feed), []).append(row.quarantine_id)
    return by_feed


def rekey_cases(conn: Connection, digests: dict[int, bytes], now: datetime) -> list[int]:
    """Let each case be known by what its row says under the declaration of today; return those that are left.

    One whose row waits under that digest already is overtaken by that other case, and so are all but the first of several whose
    rows say the same from now on.
    """
    keyed = {"cases": list(digests), "digests": list(digests.values())}
    gone = set(conn.scalars(_OVERTAKEN, keyed))
    write_events(conn, sorted(gone), Deed("superseded"), now)
    conn.execute(_REKEY, keyed)
    return [case for case in digests if case not in gone]


def note_unread(
    conn: Connection, cases: Sequence[int], reason: str, mapping_version: str, rule_version: str, now: datetime
) -> None:
    """Note that the rows of these cases cannot be read any more; they wait on, until somebody asks again."""
    versions = {"mapping_version": mapping_version, "rule_version": rule_version}
    conn.execute(_UNREAD, {"cases": list(cases), **versions})
    write_events(conn, cases, Deed("unread", reason=reason), now)


def place_cases(conn: Connection, exchange: Exchange, cases: Sequence[int]) -> int:
    """Give each case its place in a replay and return how many that are."""
    hold_lease(conn, exchange, ["landing"])
    return conn.execute(_PLACE, {"exchange_id": exchange.exchange_id, "cases": list(cases)}).rowcount


def list_replayed(conn: Connection, exchange_id: int) -> list[ReplayedRow]:
    """Return the rows of a replay in order."""
    return [
        ReplayedRow(row.page_number, row.position, row.source_exchange_id, row.source_page_number, bytes(row.digest))
        for row in conn.execute(_ROWS, {"exchange_id": exchange_id})
    ]

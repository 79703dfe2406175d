"""The exchanges whose pages are kept, for whoever reads history again. Reads only; what a page says is not its business."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from license_library.merge.leases import Exchange

_ARCHIVED = text("""
select exchange_id, epoch, department, feed, state, mapping_version, since_at, started_at, is_shadow, kind
from exchanges e
where department = :department and feed = :feed and kind = 'pull' and not is_shadow and started_at >= :since
  and state in ('merged', 'held', 'discarded') and page_count > 0
order by exchange_id
""")
_WAITING = text("""
select record_id from quarantined_records where department = :department and feed = :feed and state = 'open'
""")


def list_archived(conn: Connection, department: str, feed: str, since: datetime) -> list[Exchange]:
    """Return the exchanges of a feed that were judged since then, in order."""
    rows = conn.execute(_ARCHIVED, {"department": department, "feed": feed, "since": since})
    return [Exchange(**row._mapping) for row in rows]


def list_waiting_records(conn: Connection, department: str, feed: str) -> set[str]:
    """Return the record ids of which something waits in quarantine."""
    return set(filter(None, conn.scalars(_WAITING, {"department": department, "feed": feed})))

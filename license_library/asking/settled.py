"""Up to when the library's knowledge is settled: no merge still under way can begin to be known before that.

Knows that a merge is announced before it reads its clock, by a lock that everybody sees and that ends with its
transaction, however that ends. Knows no table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

_KIND = 370_283  # the first key of our announcements; the second is the second in which a merge began
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # counted from here, seconds fit into the key until 2068
_ANNOUNCE = text("select pg_advisory_xact_lock_shared(:kind, :second)")
_EARLIEST = text("""
select min(cast(objid as bigint)) from pg_locks
 where locktype = 'advisory' and cast(classid as bigint) = :kind and objsubid = 2 and granted
   and database = (select oid from pg_database where datname = current_database())
""")


def announce_merge(conn: Connection, clock: Callable[[], datetime]) -> datetime:
    """Announce a merge until its transaction ends; return the instant from which what it brings is known."""
    conn.execute(_ANNOUNCE, {"kind": _KIND, "second": int((clock() - _EPOCH).total_seconds())})
    return clock()  # read again: whoever does not see the announcement has asked before this instant


def settled_until(conn: Connection, now: datetime) -> datetime:
    """Return the latest instant, not after `now`, about which later merges can change nothing.

    `now` must have been read before this is called.
    """
    second = conn.execute(_EARLIEST, {"kind": _KIND}).scalar_one()
    if second is None:
        return now
    return min(now, _EPOCH + timedelta(seconds=second) - timedelta(microseconds=1))

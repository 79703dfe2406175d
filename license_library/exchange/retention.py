"""Raw pages past their retention: their bytes go, their digests and everything read from them stay.

Never lets go what a case in quarantine is still read from. Knows nothing of departments.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Engine, text


class Retained(msgspec.Struct, frozen=True):
    """Tell what was let go, or would be: exchanges, pages, their bytes; and exchanges that open cases keep."""

    exchanges: int
    pages: int
    bytes: int
    kept_for_cases: int


_PAST = """
  from exchanges e
 where e.finished_at < :before and e.exchange_id > :after and e.state <> 'held'
   and exists (select from landed_pages p where p.exchange_id = e.exchange_id and p.body is not null)
"""
_READ_FROM = """exists (
       select from quarantined_records q where q.exchange_id = e.exchange_id and q.state in ('open', 'waived'))"""
_NEXT = text(f"select e.exchange_id {_PAST} and not {_READ_FROM} order by e.exchange_id limit 1")
_KEPT = text(f"select count(*) {_PAST} and {_READ_FROM}")
_SIZE = text("""
select count(*) as pages, coalesce(sum(octet_length(body)), 0) as bytes from landed_pages
 where exchange_id = :exchange_id and body is not null
""")
_LET_GO = text("update landed_pages set body = null where exchange_id = :exchange_id and body is not null")


def let_go_pages(
    engine: Engine, before: datetime, *, is_trial: bool = False, told: Callable[[int], None] = lambda _count: None
) -> Retained:
    """Let go the raw pages of exchanges that ended before an instant, each exchange in a transaction of its own."""
    done, after = Retained(0, 0, 0, 0), 0
    while True:
        with engine.begin() as conn:
            exchange_id = conn.scalar(_NEXT, {"before": before, "after": after})
            if exchange_id is None:
                return msgspec.structs.replace(
                    done, kept_for_cases=conn.scalar(_KEPT, {"before": before, "after": 0}) or 0
                )
            done = _with_one(conn, done, exchange_id, is_trial=is_trial)
        after = exchange_id
        told(done.exchanges)


def _with_one(conn: Connection, done: Retained, exchange_id: int, *, is_trial: bool) -> Retained:
    facts = {"exchange_id": exchange_id}
    size = conn.execute(_SIZE, facts).one()
    if not is_trial:
        conn.execute(_LET_GO, facts)
    return Retained(done.exchanges + 1, done.pages + size.pages, done.bytes + int(size.bytes), 0)

"""Records that one exchange tells twice under the same key and time, with different content: found after all were staged.

Knows the staging tables. What becomes of such records is decided by whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from license_library.leases import CHECKING, Exchange, hold_lease

_FIND = text("""
with again as (
  select record_id, source_updated_at from staged_licenses where exchange_id = :exchange_id
   group by record_id, source_updated_at having count(*) > 1
), told as (
  select page_number, position, encode(digest, 'hex') as digest, record_id, source_updated_at
    from staged_licenses join again using (record_id, source_updated_at) where exchange_id = :exchange_id
), spread as (
  select page_number, position, min(digest) over record <> max(digest) over record as differs from told
  window record as (partition by record_id, source_updated_at)
)
select page_number, position from spread where differs order by page_number, position
""")
_TAKE_BACK = (
    text("delete from staged_licenses where exchange_id = :exchange_id and (page_number, position) in (select * from"
         " unnest(cast(:pages as integer[]), cast(:positions as integer[])))"),
    text("delete from staged_holders where exchange_id = :exchange_id and (page_number, position) in (select * from"
         " unnest(cast(:pages as integer[]), cast(:positions as integer[])))"),
)  # fmt: skip


def find_contradictions(conn: Connection, exchange: Exchange) -> list[tuple[int, int]]:
    """Return page and position of every staged record that another one contradicts, in order."""
    return [(row.page_number, row.position) for row in conn.execute(_FIND, {"exchange_id": exchange.exchange_id})]


def take_back(conn: Connection, exchange: Exchange, places: Sequence[tuple[int, int]]) -> None:
    """Forget that some records were staged."""
    hold_lease(conn, exchange, CHECKING)
    pages, positions = zip(*places, strict=True)
    facts = {"exchange_id": exchange.exchange_id, "pages": list(pages), "positions": list(positions)}
    for statement in _TAKE_BACK:
        conn.execute(statement, facts)

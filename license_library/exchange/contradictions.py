"""Records that one exchange tells twice under the same key and time, with different content: found after all were staged.

Knows the staging tables. What becomes of such records is decided by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from license_library.merge.leases import CHECKING, Exchange, hold_lease

# Counting them is cheap, comparing what they say is not: few records come twice.
_TWICE = """
select record_id from staged_licenses where exchange_id = :exchange_id
 group by record_id, source_updated_at having count(*) > 1
"""
_ANY_TWICE = text(f"select exists ({_TWICE})")
# Only for those that came twice, nearly always none; the exchange is read once more, and nothing is joined to itself.
_PLACES = text(f"""
select page_number, position from (
  select page_number, position,
    min(encode(digest, 'hex')) over record <> max(encode(digest, 'hex')) over record as differs
    from staged_licenses where exchange_id = :exchange_id and record_id in ({_TWICE})
  window record as (partition by record_id, source_updated_at)) as told
 where differs order by page_number, position
""")  # noqa: S608 - constants of this file
_MEMORY = text("set local work_mem = '256MB'")  # as the merge has it: nobody knows yet how many rows were staged
# Each staged row's license by its key, `offset 0`: how many rows are staged the planner cannot know, and would walk the library.
_OTHERWISE = text("""
select s.record_id, s.source_updated_at, s.page_number, s.position from staged_licenses s cross join lateral (
  select source_updated_at, digest from licenses
  where department = :department and feed = :feed and record_id = s.record_id offset 0) l
 where s.exchange_id = :exchange_id and l.source_updated_at = s.source_updated_at and l.digest <> s.digest
""")
_COUNT_BACK = text("""
update exchanges set unchanged_count = unchanged_count - :count where exchange_id = :exchange_id
""")
_TAKE_BACK = (
    text("delete from staged_licenses where exchange_id = :exchange_id and (page_number, position) in (select * from"
         " unnest(cast(:pages as integer[]), cast(:positions as integer[])))"),
    text("delete from staged_holders where exchange_id = :exchange_id and (page_number, position) in (select * from"
         " unnest(cast(:pages as integer[]), cast(:positions as integer[])))"),
)  # fmt: skip


def find_contradictions(conn: Connection, exchange: Exchange) -> list[tuple[int, int]]:
    """Return page and position of every staged record that another one contradicts, in order."""
    facts = {"exchange_id": exchange.exchange_id}
    conn.execute(_MEMORY)
    if not conn.scalar(_ANY_TWICE, facts):
        return []
    return [(row.page_number, row.position) for row in conn.execute(_PLACES, facts)]


def find_told_otherwise(conn: Connection, exchange: Exchange) -> Iterator[list[tuple[str, datetime, int, int]]]:
    """Yield record id, time, page and position of what was staged that the library holds otherwise, of the same time.

    Some at a time: after a change of the mapping these are all records of a list.
    """
    facts = {"exchange_id": exchange.exchange_id, "department": exchange.department, "feed": exchange.feed}
    some = {"stream_results": True, "yield_per": 10_000}
    for rows in conn.execute(_OTHERWISE, facts, execution_options=some).partitions():
        yield [(row.record_id, row.source_updated_at, row.page_number, row.position) for row in rows]


def take_back_known(conn: Connection, exchange: Exchange, count: int) -> None:
    """Forget that some records were counted as unchanged."""
    hold_lease(conn, exchange, CHECKING)
    conn.execute(_COUNT_BACK, {"exchange_id": exchange.exchange_id, "count": count})


def take_back(conn: Connection, exchange: Exchange, places: Sequence[tuple[int, int]]) -> None:
    """Forget that some records were staged."""
    hold_lease(conn, exchange, CHECKING)
    pages, positions = zip(*places, strict=True)
    facts = {"exchange_id": exchange.exchange_id, "pages": list(pages), "positions": list(positions)}
    for statement in _TAKE_BACK:
        conn.execute(statement, facts)

"""What was heard again, unchanged, while an older batch of its feed was held: released, that batch must not undo it.

What such a batch says of it waits no more. The licenses themselves keep no trace: they say for ever who told them first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, text

HELD_BEFORE: Final = """select exchange_id from exchanges where department = :department and feed = :feed
  and state = 'held' and exchange_id < :exchange_id"""
_ANY_HELD = text(f"select exists ({HELD_BEFORE})")
# `intersect`, not a join: how many rows are staged the planner cannot know, and would compare each with each.
_TOLD = text(f"""
select s.record_id from ({HELD_BEFORE}) held join staged_licenses s using (exchange_id)
intersect select unnest(cast(:record_ids as text[]))
""")  # noqa: S608 - constants of this file
# The same content, heard later: nothing that is not newer can stand above it. It counts as what it would have been, released.
# Whom such rows list stays until the batch ends. In one pass over both, for the same reason.
_OVERTAKE = text(f"""
with told as (
  select s.record_id, s.source_updated_at as heard_at, null::timestamptz as told_at, null::tid as place
  from staged_licenses s cross join lateral (
    select digest, exchange_id from licenses
    where department = :department and feed = :feed and record_id = s.record_id offset 0) l
  where s.exchange_id = :exchange_id and l.digest = s.digest and l.exchange_id < :exchange_id
  union all
  select o.record_id, null, o.source_updated_at, o.ctid from ({HELD_BEFORE}) held join staged_licenses o using (exchange_id)
), judged as (
  select place, told_at <= max(heard_at) over (partition by record_id collate "C") as is_overtaken from told
), gone as (
  delete from staged_licenses where ctid = any(array(select place from judged where place is not null and is_overtaken))
  returning exchange_id, page_number, position
), forgotten as (
  delete from held_records k using gone where (k.exchange_id, k.page_number, k.position)
    = (gone.exchange_id, gone.page_number, gone.position)
)
update exchanges e set held_count = held_count - many, unchanged_count = unchanged_count + many
from (select exchange_id, count(*) as many from gone group by exchange_id) counted
where e.exchange_id = counted.exchange_id
""")  # noqa: S608 - constants of this file


def find_told_by_held(conn: Connection, facts: Mapping[str, Any]) -> pl.Series:
    """Return which of `record_ids` older batches of the feed, still held, say something of."""
    told = conn.scalars(_TOLD, facts).all() if conn.scalar(_ANY_HELD, facts) else []
    return pl.Series(told, dtype=pl.String)


def overtake_held(conn: Connection, facts: Mapping[str, Any]) -> None:
    """Let what a merge found unchanged stand above what older batches of its feed, still held, say of it."""
    if conn.scalar(_ANY_HELD, facts):
        conn.execute(_OVERTAKE, facts)

"""Bad rows that a newer good one of their record has overtaken: good, they would change nothing, and so they are unchanged.

Knows the bad rows of the exchange that is being checked, row by row. What a case is, is quarantining.py's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import Connection, text

from license_library.merge.leases import CHECKING, Exchange, hold_lease
from license_library.merge.merge_statements import MEND_OVERTAKEN

_LONGEST_REFERENCE = 200
_FIRST_TIME, _END_OF_TIME = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# What changes nothing is unchanged. A newer row may have come with it, further on: only when all are staged is it known.
# One pass over what was staged: how many rows that are the planner cannot know.
_PASS = text("""
with bad_rows (record_id, bad_at, codes) as materialized (
  select * from unnest(cast(:ids as text[]), cast(:times as timestamptz[]), cast(:codes as text[]))
), told as (
  select record_id, bad_at, codes, null::timestamptz as good_at, null::timestamptz as held_at from bad_rows
  union all
  select b.record_id, null, null, least(l.source_updated_at, l.known_from), least(l.source_updated_at, l.known_from)
  from (select distinct record_id from bad_rows) b cross join lateral (
    select source_updated_at, known_from from licenses
    where department = :department and feed = :feed and record_id = b.record_id offset 0) l
  union all
  select record_id, null, null, least(source_updated_at, :now), null from staged_licenses where exchange_id = :exchange_id
), passed as (
  select one.codes, one.bad_at < of_record.held_at as is_over from (
    select array_agg(bad_at) as bad_ats, array_agg(codes) as codes, max(good_at) as good_at, max(held_at) as held_at from told
    group by record_id having count(bad_at) > 0) as of_record
  cross join lateral unnest(of_record.bad_ats, of_record.codes) as one (bad_at, codes) where one.bad_at < of_record.good_at
), counted as (
  update exchanges set unchanged_count = unchanged_count + (select count(*) from passed),
    overtaken_count = (select count(*) from passed where is_over is not true)
  where exchange_id = :exchange_id
), reasoned as (
  update shadow_changes c set found_count = c.found_count - p.many
  from (select code, count(*) as many from passed, unnest(string_to_array(codes, ',')) as code group by code) p
  where c.exchange_id = :exchange_id and c.kind = 'reason' and c.name = p.code
)
select count(*) from passed
""")
_CLEAR_REASONS = text(
    "delete from shadow_changes where exchange_id = :exchange_id and kind = 'reason' and found_count = 0"
)


@dataclass
class BadRows:
    """Hold the bad rows of one exchange, one by one: the same twice is one case but two rows, and a shadow has no cases.

    A row without key or time is not held: nothing says that it was overtaken.
    """

    _chunks: list[pl.DataFrame] = field(default_factory=list)

    def look(self, frame: pl.DataFrame, problems: pl.DataFrame) -> None:
        """Note the rows of `frame` that `problems` names."""
        codes = problems.group_by("row").agg(pl.col("code").unique().sort().str.join(",").alias("codes")).sort("row")
        rows = frame[codes["row"].to_list()].select("record_id", sayable(pl.col("source_updated_at")).alias("times"))
        ids = pl.Series("ids", [storable(value) for value in rows["record_id"]], dtype=pl.String)
        found = rows.select("times").with_columns(ids, codes["codes"]).drop_nulls(["ids", "times"])
        if not found.is_empty():
            self._chunks.append(found)

    def pass_overtaken(self, conn: Connection, exchange: Exchange, now: datetime) -> int:
        """Count those that a newer row of their record has overtaken as unchanged; return how many.

        What the library has overtaken waits no more from here on, also where the batch will be held.
        """
        hold_lease(conn, exchange, CHECKING)
        if not self._chunks:
            return 0
        bad = pl.concat(self._chunks)
        facts = {**vars(exchange), "now": now, **{name: bad[name].to_list() for name in bad.columns}}
        many = int(conn.execute(_PASS, facts).scalar_one())
        if exchange.is_shadow:
            conn.execute(_CLEAR_REASONS, facts)
        elif many:
            conn.execute(MEND_OVERTAKEN, facts)
        return many


def sayable(time: pl.Expr) -> pl.Expr:
    """Keep times that both Python and the database can say; what is quarantined may carry any."""
    return pl.when(time.is_between(_FIRST_TIME, _END_OF_TIME)).then(time)


def storable(value: str | None) -> str | None:
    """Return a text as PostgreSQL takes it: no NUL, and a reference has an end."""
    return None if value is None else value.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:_LONGEST_REFERENCE]

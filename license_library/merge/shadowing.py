"""How a shadow exchange ends: compared with the library instead of merged, and what would have changed kept as rows.

Writes no license, moves no cursor, opens no quarantine case.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl
from sqlalchemy import Connection, Engine, text

from license_library.merge import merge_statements as merge
from license_library.merge.leases import CHECKING, Exchange, hold_lease
from license_library.merge.staged import drop_staged
from license_library.tables import licenses

EXAMPLES = 3
# What says where a record stood is no part of what it says.
_PLACE = {"record_id", "digest", "page_number", "position", "source_updated_at"}
_NAMES = list(licenses.columns.keys())
_COMPARED = [name for name in _NAMES[_NAMES.index("record_id") : _NAMES.index("version_count")] if name not in _PLACE]

_RECORDS = text("""
insert into shadow_changes (exchange_id, kind, name, found_count, examples)
select :exchange_id, 'record', found.name, found.many, found.examples from (
  select 'new' as name, count(distinct record_id) as many,
    (array_agg(distinct record_id))[1:3] as examples from delta where license_id is null
  union all
  select 'changed', count(distinct record_id), (array_agg(distinct record_id))[1:3] from delta where license_id is not null
  union all
  select 'versions', count(*), cast('{}' as text[]) from delta) as found
where found.many > 0
""")
_FIELD = """
select cast('{name}' as text) as name, count(*) as many, count(*) filter (where s.{name} is null) as emptied,
  (array_agg(s.record_id order by s.record_id))[1:3] as examples
from changed s join licenses l using (license_id) where s.{name} is distinct from l.{name}
"""
_HOLDER = """
select 'holder_code', count(*), 0, (array_agg(s.record_id order by s.record_id))[1:3]
from changed s join licenses l using (license_id) join subjects o on o.subject_id = l.subject_id
where o.holder_hash <> s.holder_hash
"""
_LISTED = """
select 'holders', count(*), count(*) filter (where said.hashes is null), (array_agg(s.record_id order by s.record_id))[1:3]
from changed s join licenses l using (license_id)
cross join lateral (
  select array_agg(row(h.holder_hash, h.holder_name, h.share)::text order by h.ordinal) as hashes from staged_holders h
  where h.exchange_id = s.exchange_id and h.page_number = s.page_number and h.position = s.position) said
cross join lateral (
  select array_agg(row(o.holder_hash, h.name, h.share)::text order by h.ordinal) as hashes
  from license_holders h join subjects o using (subject_id)
  where h.license_id = l.license_id and h.version_count = l.version_count) known
where said.hashes is distinct from known.hashes
"""
_FIELDS = text(f"""
with changed as (
  select d.license_id, s.* from delta d join staged_licenses s
    on s.exchange_id = :exchange_id and s.page_number = d.page_number and s.position = d.position
  where d.is_last and d.license_id is not null)
insert into shadow_changes (exchange_id, kind, name, found_count, emptied_count, examples)
select :exchange_id, 'field', found.name, found.many, found.emptied, found.examples
from ({" union all ".join([*(_FIELD.format(name=name) for name in _COMPARED), _HOLDER, _LISTED])}) as found where found.many > 0
""")  # noqa: S608 - column names of tables/
_FINISH = text("""
update exchanges set state = 'shadowed', finished_at = :now, held_count = :held,
  unchanged_count = unchanged_count + :unchanged
where exchange_id = :exchange_id
""")
_NOTE_REASON = text("""
insert into shadow_changes as known (exchange_id, kind, name, found_count, examples)
values (:exchange_id, 'reason', :code, :count, :examples)
on conflict (exchange_id, kind, name) do update set found_count = known.found_count + excluded.found_count
""")


def note_reasons(conn: Connection, exchange: Exchange, frame: pl.DataFrame, problems: pl.DataFrame) -> None:
    """Count why records of a shadow exchange would wait in quarantine; they do not, for nobody trusts the mapping yet."""
    hold_lease(conn, exchange, CHECKING)
    for (code,), found in problems.unique(["row", "code"], maintain_order=True).group_by(["code"], maintain_order=True):
        ids = frame["record_id"][found["row"].to_list()].drop_nulls().head(EXAMPLES).to_list()
        examples = [str(one).replace("\x00", "\N{REPLACEMENT CHARACTER}")[:200] for one in ids]
        row = {"exchange_id": exchange.exchange_id, "code": code, "count": found.height, "examples": examples}
        conn.execute(_NOTE_REASON, row)


def compare_exchange(engine: Engine, exchange: Exchange, now: datetime) -> None:
    """Keep what merging a checked shadow exchange would change, and end it; one that has ended stays as it is."""
    with engine.begin() as conn:
        hold_lease(conn, exchange, ["checked", "shadowed"])
        facts = {**vars(exchange), "now": now}
        if conn.scalar(text("select state from exchanges where exchange_id = :exchange_id"), facts) == "shadowed":
            return
        for setting in merge.SETTINGS:
            conn.execute(setting)
        held = conn.execute(merge.COLLECT_DELTA, facts).rowcount
        for statement in (merge.ANALYZE_DELTA, _RECORDS, _FIELDS):
            conn.execute(statement, facts)
        staged = drop_staged(conn, exchange.exchange_id)
        conn.execute(_FINISH, {**facts, "held": held, "unchanged": staged - held})

"""Where sources may differ, as set-wise SQL: a window of subjects, and of each element the values that were told of them.

Finds too much, never too little: two spellings of one value are two here. Each window goes through an index.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from license_library.facts.fact_statement import TELLING

_SEEN = f"""l.status in ({", ".join(f"'{status}'" for status in TELLING)}) and l.status <> 'expired'
   and (l.status = 'renewal_pending' or l.open_ended or l.valid_to is null or l.valid_to >= :today)"""
_VALUE = """case source.field when 'holder_name' then told.told_name when 'license_number' then told.license_number
       when 'issuer_name' then told.issuer_name when 'held' then 'held' else told.face ->> substr(source.field, 6) end"""

# `coded` are elements that the holder code tells too: one value of a license is enough to compare.
_CANDIDATES = """
with around as materialized ({window}), whose as materialized (
  select s.subject_id, coalesce(b.subject_id, s.subject_id) as held_by from around s
    left join lateral (select group_id from subject_groups where subject_id = s.subject_id and known_to is null offset 0) as g
      on true
    left join lateral (select subject_id from subject_groups where group_id = g.group_id and known_to is null offset 0) as b
      on true
   where g.group_id is null or {is_first_number}
), source as materialized (
  select * from unnest(cast(:elements as text[]), cast(:types as text[]), cast(:fields as text[])) as s(element, license_type, field)
), told as materialized (
  select s.subject_id, l.license_type, l.license_number, l.issuer_name, l.face, l.holder_name as told_name, true as is_first
    from whose s join lateral (select * from licenses where subject_id = s.held_by offset 0) as l on true where {seen}
   union all
  select s.subject_id, l.license_type, l.license_number, l.issuer_name, l.face, h.name, false
    from whose s
    join lateral (select * from license_holders where subject_id = s.held_by offset 0) as h on true
    join lateral (select * from licenses where license_id = h.license_id offset 0) as l
      on l.version_count = h.version_count and l.subject_id <> h.subject_id
   where {seen}
), valued as (
  select told.subject_id, source.element, {value} as value
    from told join source on source.license_type = told.license_type
   where told.is_first or source.field in ('holder_name', 'held')
)
select s.subject_id, s.code_encrypted, s.code_type, valued.element, array_agg(distinct valued.value) as values
  from valued join lateral (select * from subjects where subject_id = valued.subject_id offset 0) as s on true
 where btrim(valued.value) <> ''
 group by s.subject_id, s.code_encrypted, s.code_type, valued.element
having count(distinct valued.value) > 1 or valued.element = any(cast(:coded as text[])) and s.code_type = '111'
 order by s.subject_id
"""
_ALL = "select subject_id from subjects where subject_id > :after order by subject_id limit :size"
# Those about whom anything was ever decided.
_DECIDED = (
    """select distinct subject_id from fact_decisions where subject_id > :after order by subject_id limit :size"""
)
# A subject that several numbers are bound to is looked at once: under the strongest of them, or under the first by which
# anything was decided.
_STRONGEST = "g.group_id = s.subject_id"
_FIRST_DECIDED = """not exists (
     select from subject_groups o where o.group_id = g.group_id and o.known_to is null and o.subject_id < s.subject_id
        and exists (select from fact_decisions f where f.subject_id = o.subject_id))"""


def _statement(window: str, is_first_number: str) -> str:
    return _CANDIDATES.format(window=window, is_first_number=is_first_number, seen=_SEEN, value=_VALUE)


CANDIDATES: Final = text(_statement(_ALL, _STRONGEST))
DECIDED_CANDIDATES: Final = text(_statement(_DECIDED, _FIRST_DECIDED))
# Where each window ends and how many it holds, whatever was found in it; null: there is nobody after it.
WINDOW_END: Final = text(f"select max(subject_id) as last, count(*) as size from ({_ALL}) as around")  # noqa: S608 - constants of this file
DECIDED_WINDOW_END: Final = text(f"select max(subject_id) as last, count(*) as size from ({_DECIDED}) as around")  # noqa: S608 - as above

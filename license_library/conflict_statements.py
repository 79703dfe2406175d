"""Where sources may differ, as set-wise SQL: a window of subjects, and of each element the values that were told of them.

Finds too much, never too little: two spellings of one value are two here. Each window goes through an index.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from license_library.fact_statement import TELLING

_SEEN = f"""l.status in ({", ".join(f"'{status}'" for status in TELLING)}) and l.status <> 'expired'
   and (l.status = 'renewal_pending' or l.open_ended or l.valid_to is null or l.valid_to >= :today)"""
_VALUE = """case source.field when 'holder_name' then told.told_name when 'license_number' then told.license_number
       when 'issuer_name' then told.issuer_name when 'held' then 'held' else told.face ->> substr(source.field, 6) end"""

# `coded` are elements that the holder code tells too: one value of a license is enough to compare.
_CANDIDATES = """
with around as materialized ({window}), source as materialized (
  select * from unnest(cast(:elements as text[]), cast(:types as text[]), cast(:fields as text[])) as s(element, license_type, field)
), told as materialized (
  select s.subject_id, l.license_type, l.license_number, l.issuer_name, l.face, l.holder_name as told_name, true as is_first
    from around s join lateral (select * from licenses where subject_id = s.subject_id offset 0) as l on true where {seen}
   union all
  select s.subject_id, l.license_type, l.license_number, l.issuer_name, l.face, h.name, false
    from around s
    join lateral (select * from license_holders where subject_id = s.subject_id offset 0) as h on true
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


def _statement(window: str) -> str:
    return _CANDIDATES.format(window=window, seen=_SEEN, value=_VALUE)


CANDIDATES: Final = text(_statement(_ALL))
DECIDED_CANDIDATES: Final = text(_statement(_DECIDED))
# Where each window ends and how many it holds, whatever was found in it; null: there is nobody after it.
WINDOW_END: Final = text(f"select max(subject_id) as last, count(*) as size from ({_ALL}) as around")  # noqa: S608 - constants of this file
DECIDED_WINDOW_END: Final = text(f"select max(subject_id) as last, count(*) as size from ({_DECIDED}) as around")  # noqa: S608 - as above

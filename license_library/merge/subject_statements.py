"""The statements of a merge that know subjects: who is new, who was renamed, and what they were called besides.

They work on temporary tables: `delta`, of merge_statements.py; `delta_subjects`, the holders of its rows and everyone else
they list; `delta_names`, names of theirs that differ. Text only: no connection, no logic.
"""

from __future__ import annotations

from sqlalchemy import text

# A holder by the place of the staged row, who stands in the record itself or among those it lists; `offset` as in
# merge_statements.py.
_WITH_HOLDER = """join lateral (
  select holder_code_type, holder_code_encrypted, holder_name, holder_name_key from staged_licenses
  where ctid = d.place and not d.is_listed
  union all
  select holder_code_type, holder_code_encrypted, holder_name, holder_name_key from staged_holders
  where ctid = d.place and d.is_listed offset 0) s on true"""
# Read once and hashed, not looked for record by record: hence `offset`.
LISTED = """(select *, ctid as place from staged_holders where exchange_id = :exchange_id offset 0) h join delta d
  on h.page_number = d.page_number and h.position = d.position"""

# The newest record of each holder, in the order of its hash, so that two merges wait for each other and never in a circle.
COLLECT_SUBJECTS = text(f"""
create temporary table delta_subjects on commit drop as
select distinct on (holder_hash) holder_hash, holder_name, place, is_listed, source_updated_at from (
  select holder_hash, holder_name, place, false as is_listed, source_updated_at, page_number, position, 0 as ordinal from delta
  union all
  select h.holder_hash, h.holder_name, h.place, true, d.source_updated_at, d.page_number, d.position, h.ordinal from {LISTED}
) named order by holder_hash, source_updated_at desc, page_number desc, position desc, ordinal
""")  # noqa: S608 - constants of this file
ANALYZE_SUBJECTS = text("analyze delta_subjects")
# Whoever is new or renamed waits for search keys, which are made after the merge.
ADD_SUBJECTS = text(f"""
with added as (insert into subjects (holder_hash, code_type, code_encrypted, kind, name, name_key, named_at, known_from)
select d.holder_hash, s.holder_code_type, s.holder_code_encrypted,
  case when s.holder_code_type = any(:organisation_types) then 'organisation' else 'person' end,
  s.holder_name, s.holder_name_key, d.source_updated_at, :now
from (
  select * from delta_subjects n where not exists (select from subjects s where s.holder_hash = n.holder_hash)
  order by n.holder_hash
) d {_WITH_HOLDER}
on conflict (holder_hash) do nothing
returning subject_id)
insert into subjects_to_key select subject_id from added
""")  # noqa: S608 - constants of this file
# Names rarely differ: only subjects told of under another name than theirs, or under several in one batch, are looked at
# and locked, all at once and in one order. What is read after that is as another merge left it.
COLLECT_NAMES = text(f"""
create temporary table delta_names on commit drop as
with differing as materialized (
  select n.holder_hash, n.holder_name, n.source_updated_at, n.place, n.is_listed
  from delta_subjects n join subjects o using (holder_hash) where n.holder_name <> o.name
  union all
  select holder_hash, d.holder_name, d.source_updated_at, null, null
  from delta d join delta_subjects n using (holder_hash) where d.holder_name <> n.holder_name
  union all
  select n.holder_hash, h.holder_name, d.source_updated_at, null, null
  from {LISTED} join delta_subjects n on n.holder_hash = h.holder_hash where h.holder_name <> n.holder_name
)
select o.subject_id, d.holder_name, d.source_updated_at, d.place, d.is_listed
from differing d join subjects o using (holder_hash) order by o.holder_hash for no key update of o
""")  # noqa: S608 - constants of this file
# A subject's name is the one in its newest record.
RENAME_SUBJECTS = text(f"""
with renamed as (
  select o.subject_id, o.name, o.named_at, s.holder_name, s.holder_name_key, d.source_updated_at
  from delta_names d join subjects o using (subject_id) {_WITH_HOLDER}
  where d.source_updated_at > o.named_at and d.holder_name <> o.name and not exists (
      select from licenses l where l.subject_id = d.subject_id and l.source_updated_at > d.source_updated_at)
    and not exists (
      select from license_holders h join licenses l using (license_id, version_count)
      where h.subject_id = d.subject_id and l.source_updated_at > d.source_updated_at)
), queued as (
  insert into subjects_to_key select subject_id from renamed
), kept as (
  insert into former_names (subject_id, ordinal, name, named_at, replaced_at)
  select r.subject_id, 1 + (select count(*) from former_names f where f.subject_id = r.subject_id),
    r.name, r.named_at, r.source_updated_at
  from renamed r
)
update subjects o set name = r.holder_name, name_key = r.holder_name_key, named_at = r.source_updated_at
from renamed r where o.subject_id = r.subject_id
""")  # noqa: S608 - constants of this file
# Names of older records are kept once each: they stand on licenses, and are what somebody may search for.
KEEP_OLDER_NAMES = text("""
with told as (
  select subject_id, holder_name as name, max(source_updated_at) as named_at from delta_names group by subject_id, holder_name
), older as (
  select t.subject_id, t.name, t.named_at, greatest(t.named_at, o.named_at) as replaced_at,
    row_number() over (partition by t.subject_id order by t.named_at, t.name) as number
  from told t join subjects o using (subject_id)
  where t.name <> o.name and not exists (select from former_names f where f.subject_id = t.subject_id and f.name = t.name)
), queued as (
  insert into subjects_to_key select distinct subject_id from older
)
insert into former_names (subject_id, ordinal, name, named_at, replaced_at)
select n.subject_id, n.number + (select count(*) from former_names f where f.subject_id = n.subject_id), n.name, n.named_at, n.replaced_at
from older n
""")

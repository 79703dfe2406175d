"""The statements of a merge, in the order in which they run, for a DBA to read.

They work on a temporary table: `delta`, the staged rows that become versions, in order. Whom these name comes between
COLLECT_DELTA and KEEP_REPLACED: subject_statements.py. Text only: no connection, no logic.
"""

from __future__ import annotations

from sqlalchemy import text

from license_library.merge.subject_statements import LISTED
from license_library.tables import licenses
from schemas.license.states import FORBIDDEN_CHANGES

# What a staged row, a license and a version have in common, in the tables' order.
_FIRST = list(licenses.columns.keys()).index("record_id")
_LAST = list(licenses.columns.keys()).index("version_count")
_SHARED = list(licenses.columns.keys())[_FIRST:_LAST]


def _listed(prefix: str = "") -> str:
    return ", ".join(prefix + name for name in _SHARED)


# Each staged row by its place, in the order in which they are asked for; without `offset` the planner would read them
# in another order, and rows that come to the indexes unordered cost twice as much.
_WITH_STAGED = "join lateral (select * from staged_licenses where ctid = d.place offset 0) s on true"

# For this transaction only: sorts and hashes of a whole batch in memory, and no detour over disk for the temporary tables.
SETTINGS = (
    text("set local work_mem = '256MB'"),
    text("set local temp_buffers = '64MB'"),
    # Of what is joined here little is known to the planner, which then sorts both sides where hashing one is three times as fast.
    text("set local enable_mergejoin = off"),
    # New names go to the list of the index of pairs, which every search reads too; making search keys sorts them in, where
    # the role may.
    text("""select set_config('gin_pending_list_limit', '256MB', true) from pg_class
      where oid = 'subjects'::regclass and pg_has_role(relowner, 'usage')"""),
    # The planner has no idea how many rows one exchange staged: a moment ago there were none. A small sample tells.
    text("set local default_statistics_target = 10"),
    text("analyze staged_licenses (exchange_id), staged_holders (exchange_id)"),
)

# Only newer than the library's, by source time and then by arrival, and only where something differs from the version
# before. A row that says what the one before it said is no version. Nothing changed after we knew of it: a later time was a
# clock ahead of ours, and must not keep out what the department says once its clock is right again.
COLLECT_DELTA = text("""
create temporary table delta on commit drop as
with staged as (
  select s.ctid as place, s.page_number, s.position, s.record_id, s.holder_hash, s.holder_name, s.source_updated_at, s.digest,
    s.status, coalesce(s.valid_to, 'infinity') as ends_on, l.license_id, l.version_count, l.digest as current_digest,
    l.status as current_status, coalesce(l.valid_to, 'infinity') as current_ends_on
  from staged_licenses s left join licenses l
    on l.department = :department and l.feed = :feed and l.record_id = s.record_id
  where s.exchange_id = :exchange_id
    and (l.license_id is null or (s.source_updated_at, :exchange_id) > (least(l.source_updated_at, l.known_from), l.exchange_id))
), ordered as (
  select *, lag(digest, 1, current_digest) over record as previous_digest,
    lag(status, 1, current_status) over record as previous_status,
    lag(ends_on, 1, current_ends_on) over record as previous_ends_on from staged
  window record as (partition by record_id collate "C" order by source_updated_at, page_number, position)
)
select place, page_number, position, record_id, holder_hash, holder_name, source_updated_at, license_id,
  coalesce(version_count, 0) + row_number() over record as version_count,
  row_number() over record = 1 as is_first, lead(record_id) over record is null as is_last, status,
  -- The state before, where no law lets this one follow it. Nearly all keep their state, and cost one comparison.
  case when previous_status <> status
    and case when previous_status = 'expired' and ends_on > previous_ends_on then 'valid' else previous_status end
      || ' ' || status = any(:forbidden) then previous_status end as reversed_from
from ordered where digest is distinct from previous_digest
window record as (partition by record_id collate "C" order by source_updated_at, page_number, position)
""").bindparams(forbidden=sorted(f"{before} {after}" for before, after in FORBIDDEN_CHANGES))
ANALYZE_DELTA = text("analyze delta")

# The row that is replaced becomes history, known until now.
KEEP_REPLACED = text(f"""
insert into license_versions (license_id, version_count, department, feed, subject_id, {_listed()},
  known_from, known_to, exchange_id, mapping_version)
select l.license_id, l.version_count, l.department, l.feed, l.subject_id, {_listed("l.")},
  l.known_from, greatest(l.known_from, :now), l.exchange_id, l.mapping_version
from delta d join licenses l using (license_id) where d.is_first
""")  # noqa: S608 - column names of tables/
REPLACE_LICENSES = text(f"""
update licenses l set (subject_id, {_listed()}, version_count, known_from, exchange_id, mapping_version)
  = row(n.subject_id, {_listed("s.")}, d.version_count, greatest(l.known_from, :now), s.exchange_id, cast(:mapping_version as text))
from delta d
{_WITH_STAGED}
join subjects n on n.holder_hash = d.holder_hash
where l.license_id = d.license_id and d.is_last
""")  # noqa: S608 - column names of tables/
ADD_LICENSES = text(f"""
insert into licenses (department, feed, subject_id, {_listed()}, version_count, known_from, exchange_id, mapping_version)
select :department, :feed, d.subject_id, {_listed("s.")}, d.version_count, :now, s.exchange_id, :mapping_version
from (
  select d.place, d.version_count, n.subject_id from delta d join subjects n on n.holder_hash = d.holder_hash
  where d.license_id is null and d.is_last order by d.record_id collate "C"
) d {_WITH_STAGED}
""")  # noqa: S608 - column names of tables/
# Several versions of one record in one batch: the earlier ones go straight into history.
KEEP_PASSED = text(f"""
insert into license_versions (license_id, version_count, department, feed, subject_id, {_listed()},
  known_from, known_to, exchange_id, mapping_version)
select l.license_id, d.version_count, l.department, l.feed, n.subject_id, {_listed("s.")},
  :now, :now, s.exchange_id, :mapping_version
from delta d
{_WITH_STAGED}
join subjects n on n.holder_hash = d.holder_hash
join licenses l on l.department = :department and l.feed = :feed and l.record_id = d.record_id
where not d.is_last
""")  # noqa: S608 - column names of tables/

# The department remains the authority, so such a version is kept like any other; and somebody is told.
NOTE_REVERSALS = text("""
insert into license_reversals (license_id, version_count, department, feed, status_before, status, exchange_id, noticed_at)
select l.license_id, d.version_count, l.department, l.feed, d.reversed_from, d.status, :exchange_id, :now
from delta d join licenses l on l.department = :department and l.feed = :feed and l.record_id = d.record_id
where d.reversed_from is not null
""")
# Everyone whom a version lists stays with that version.
HAS_LISTED = text("select exists (select from staged_holders where exchange_id = :exchange_id)")
ADD_HOLDERS = text(f"""
with named as materialized (
  select d.record_id, d.version_count, h.ordinal, n.subject_id, h.holder_name, h.share
  from {LISTED} join subjects n on n.holder_hash = h.holder_hash
)
insert into license_holders (license_id, version_count, ordinal, subject_id, name, share)
select l.license_id, d.version_count, d.ordinal, d.subject_id, d.holder_name, d.share
from named d join licenses l on l.department = :department and l.feed = :feed and l.record_id = d.record_id
order by l.license_id, d.version_count, d.ordinal
""")  # noqa: S608 - constants of this file

# A good version ends the waiting of a bad one that an earlier exchange brought, unless that is said to be newer, and of an older one
# that came with it or, where a person held it back, after it; a replayed one, of its own case and of what came before it under the same record, unless that is said to be newer.
_MENDED = """
with mended as (
  update quarantined_records q set state = case when q.waived_until is null then 'mended' else 'waived' end,
    recheck_asked_at = null
  where q.department = :department and q.feed = :feed and q.state = 'open' and {which}
  returning q.quarantine_id, q.state
)
insert into case_events (quarantine_id, happened_at, action, who, exchange_id)
select quarantine_id, :now, case state when 'waived' then 'let_through' else 'mended' end, 'hub', :exchange_id from mended
"""
_OLDER = """exists (select from licenses l where l.department = q.department and l.feed = q.feed
    and l.record_id = q.record_id and least(l.source_updated_at, l.known_from) > q.source_updated_at)"""
_OVERTAKEN = f"q.exchange_id >= :exchange_id and {_OLDER}"
# Nothing changed after we saw it, and a time that is itself what is wrong tells nothing.
_SAID_AT = (
    """case when 'record.updated_in_future' <> all(q.codes) then least(q.source_updated_at, q.first_seen_at) end"""
)
# When a batch is checked already: it may be held, and thrown away.
MEND_OVERTAKEN = text(_MENDED.format(which=_OVERTAKEN))
MEND_QUARANTINED = text(
    _MENDED.format(
        which=f"""(q.exchange_id < :exchange_id
    and exists (select from staged_licenses s where s.exchange_id = :exchange_id and s.record_id = q.record_id
      and not coalesce({_SAID_AT} > s.source_updated_at, false))
  or {_OVERTAKEN})"""
    )
)
MEND_REPLAYED = text(
    _MENDED.format(
        which=f"""exists (
    select from staged_licenses s join replayed_records r using (exchange_id, page_number, position)
    where s.exchange_id = :exchange_id and (r.quarantine_id = q.quarantine_id or (s.record_id = q.record_id
      and ((q.exchange_id, q.page_number, q.position) < (r.source_exchange_id, r.source_page_number, r.position) or {_OLDER})
      and not coalesce(q.source_updated_at > s.source_updated_at, false))))"""
    )
)
FINISH_EXCHANGE = text("""
update exchanges set state = 'merged', finished_at = :now, merged_count = :merged, held_count = 0,
  unchanged_count = unchanged_count + :unchanged
where exchange_id = :exchange_id returning merged_count, unchanged_count
""")
# Records asked for by key say nothing about the rest. An exchange without a page heard nothing: an empty file drop does not make its feed any fresher.
ADVANCE_FEED = text("""
update feeds f set cursor_at = greatest(f.cursor_at, e.cursor_at),
  fresh_at = case when e.page_count > 0 then greatest(f.fresh_at, e.started_at) else f.fresh_at end
from exchanges e where e.exchange_id = :exchange_id and e.kind <> 'keys' and f.department = e.department and f.feed = e.feed
""")

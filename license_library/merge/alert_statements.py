"""The statement of a merge that tells what became of the licenses that cases rely on, for a DBA to read.

It works on `delta`, see merge_statements.py. Text only: no connection, no logic.
"""

from __future__ import annotations

from sqlalchemy import text

from license_library.asking.one_license import (
    NOT_GOOD,
    leaves_nobody_out,
    maybe_of_one_holder,
    of_one_holder,
    of_this_issue,
    same_identifier,
    same_number,
)
from license_library.asking.replaced import PREDECESSORS

# A restored database gives the number of a forgotten alert again; its key must be another's.
SALT = "cast(gen_random_uuid() as text)"
_TODAY = "cast(cast(:now as timestamptz) at time zone 'Asia/Shanghai' as date)"  # a day is a day of the bureau


def _ends_on(version: str) -> str:
    """The last day of a version's term, as printed."""
    return f"case when {version}.open_ended then 'infinity' else coalesce({version}.valid_to, 'infinity') end"


def _held_by(version: str) -> str:
    """Everyone who holds a version."""
    return f"""array(select {version}.subject_id union select h.subject_id from license_holders h
      where h.license_id = {version}.license_id and h.version_count = {version}.version_count order by 1)"""  # noqa: S608 - aliases of this file


# A case relied on the license as it was: whoever did is told when it stops being good, changes further, or is good again;
# of one that stays good, when others hold it, or its term is told to be shorter. What stood before the merge is compared
# with what stands now, however many versions came between; of the few licenses that a case relies on only.
NOTE_ALERTS = text(f"""
insert into license_alerts (reliance_id, version_count, change, status_before, status, exchange_id, noticed_at, key_salt)
select reliance_id, version_count, change, status_before,
  case when change = 'term' and status = 'valid' and ends_on < {_TODAY} then 'expired' else status end, exchange_id, :now, {SALT}
from (
  select r.reliance_id, l.version_count, v.status as status_before, l.status, l.exchange_id, {_ends_on("l")} as ends_on,
    case when l.status = any(:good_states) and v.status = any(:good_states) then
        case when {_held_by("l")} <> {_held_by("v")} then 'holder'
          when {_ends_on("l")} < {_ends_on("v")}
            or l.valid_from > greatest(v.valid_from, {_TODAY}) then 'term' end
      when l.status <> v.status then 'status' end as change
  from delta d join licenses l using (license_id) join reliances r on r.license_id = l.license_id
  join license_versions v on v.license_id = d.license_id and v.version_count = d.version_count - 1
  where d.is_first
) changed where change is not null
on conflict do nothing
""")  # noqa: S608 - constants of this file


# Another row of a license on which a case relies, come or changed with this merge, says that it is not good. Each such row looks
# its twins up; whoever relied on one is told of what no version of it says.
NOTE_CONTRADICTIONS = text(f"""
insert into license_alerts (reliance_id, version_count, change, status_before, status, exchange_id, noticed_at, key_salt)
select distinct on (r.reliance_id) r.reliance_id, twin.version_count, 'contradicted', twin.status, l.status, l.exchange_id, :now, {SALT}
  from (select distinct record_id from delta where status = any({NOT_GOOD})) bad join delta d using (record_id)
  join licenses l on l.department = :department and l.feed = :feed and l.record_id = d.record_id
  left join license_versions v on v.license_id = d.license_id and v.version_count = d.version_count - 1
 cross join lateral (
   select t.license_id, t.version_count, t.status from licenses t
    where {same_identifier("l.license_identifier", "t.license_identifier")} and t.license_id <> l.license_id
    union
   select t.license_id, t.version_count, t.status from licenses t
    where {same_number("l", "t")} and t.license_id <> l.license_id and {of_this_issue("t", "l")} and {maybe_of_one_holder("l", "t")}) as twin
  join reliances r on r.license_id = twin.license_id
 where d.is_first and l.status = any({NOT_GOOD}) and (v.status, v.license_identifier, v.license_number, v.license_type, v.subject_id, v.issued_on, v.changed_on)
     is distinct from (l.status, l.license_identifier, l.license_number, l.license_type, l.subject_id, l.issued_on, l.changed_on) and twin.status = any(:good_states)
 order by r.reliance_id, l.license_id
on conflict do nothing
""")  # noqa: S608 - constants of this room


# As the doubt of it has it: by its own word or as a later edition, or by the very identifier, issued or changed no earlier.
_BEFORE = " union ".join(
    f"select license_id, false as is_same from ({one.format('l')}) as followed"  # noqa: S608 - constants of this room
    for one in PREDECESSORS
)
_SAME = f"""select t.license_id, true from licenses t where {same_identifier("l.license_identifier", "t.license_identifier")}
     and t.license_id <> l.license_id and t.issued_on <= greatest(l.issued_on, l.changed_on)"""  # noqa: S608 - a condition of this room
# What a merge brings stands in the place of a license on which a case relies, and is another holder's, leaves one of its holders out,
# or is not good. Each row looks its identifier up; first editions that replace nothing, which nearly all are, look up no more.
NOTE_DISPLACED = text(f"""
insert into license_alerts (reliance_id, version_count, change, status_before, status, exchange_id, noticed_at, key_salt)
select distinct on (r.reliance_id) r.reliance_id, n.version_count, 'displaced', n.status, n.status, l.exchange_id, :now, {SALT}
  from delta d join licenses l on l.department = :department and l.feed = :feed and l.record_id = d.record_id
  left join license_versions v on v.license_id = d.license_id and v.version_count = d.version_count - 1
 cross join lateral (
   select * from ({_BEFORE}) as followed where l.replaces is not null or left(right(l.license_identifier, 5), 3) > '001'
    union all {_SAME}) as before
  join reliances r on r.license_id = before.license_id
  join licenses n on n.license_id = before.license_id
 where d.is_first and exists (select from reliances)
   and (v.status, v.replaces, v.license_identifier, v.issued_on, v.changed_on, {_held_by("v")})
     is distinct from (l.status, l.replaces, l.license_identifier, l.issued_on, l.changed_on, {_held_by("l")})
   and n.status = any(:good_states)
   and case when before.is_same then l.status = any(:good_states) and not {of_one_holder("n", "l")}
     else l.status = any({NOT_GOOD}) or l.status = any(:good_states) and not {leaves_nobody_out("n", "l")} end
 order by r.reliance_id, l.license_id
on conflict do nothing
""")  # noqa: S608 - constants of this room

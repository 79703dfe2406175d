"""Licenses whose department reports a state that no law lets follow the one before: noted by the merge, ended here.

The department remains the authority: nothing of a license is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from schemas.license.states import FORBIDDEN_CHANGES

KIND: Final = "reversed"

# Put right by a state that may follow the one before, or for one that had expired by a later end: `schemas.license.states.may_follow`.
_END = text("""
delete from license_reversals where ctid = any(array(
  select r.ctid from license_reversals r join licenses l using (license_id)
  left join license_versions before on r.status_before = 'expired' and before.license_id = r.license_id
    and before.version_count = r.version_count - 1
  where r.department = :department
    and case when coalesce(l.valid_to, 'infinity') > coalesce(before.valid_to, 'infinity') then 'valid'
      else r.status_before end || ' ' || l.status <> all(:forbidden)))
""").bindparams(forbidden=sorted(f"{before} {after}" for before, after in FORBIDDEN_CHANGES))
# Whoever resolved its incident has looked at what was noticed until then, and takes it back by opening the incident again;
# that the hub opened it again, for another license, takes nothing back. What the department lists no more it says no more.
# What was looked at is found once: asked for each reversal, every incident there ever was would be read as often.
_STANDING = text("""
with looked_at as materialized (
  select i.feed, i.cause, max(e.happened_at) as until from incidents i join incident_events e using (incident_id)
  where i.department = :department and i.kind = :kind and e.what = 'resolved' and e.who is not null
    and not exists (select from incident_events later where later.incident_id = e.incident_id
      and later.event_id > e.event_id and later.what = 'reopened' and later.who is not null)
  group by 1, 2
)
select r.feed, r.status_before, r.status, count(distinct r.license_id) as license_count
from license_reversals r join licenses l using (license_id)
left join looked_at a on a.feed = r.feed and a.cause = r.status_before || ' ' || r.status
where r.department = :department and l.unlisted_at is null and r.noticed_at > coalesce(a.until, '-infinity')
group by 1, 2, 3 order by 1, 2, 3
""")


@dataclass(frozen=True)
class Reversal:
    """Count the licenses of a feed that went from one state to another, which no law knows."""

    feed: str
    status_before: str
    status: str
    license_count: int


def end_reversals(conn: Connection, department: str) -> int:
    """Forget what the department has put right since; return how many reversals that were."""
    return conn.execute(_END, {"department": department}).rowcount


def count_reversals(conn: Connection, department: str) -> list[Reversal]:
    """Return what stands so, by feed and states: listed, and looked at by nobody since it was noticed."""
    asked = {"department": department, "kind": KIND}
    return [Reversal(**row._mapping) for row in conn.execute(_STANDING, asked)]

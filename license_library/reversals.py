"""Licenses whose department reports a state that no law lets follow the one before: counted while they stand so.

Reads only; the merge notes them. The department remains the authority: nothing is taken back here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from schemas.states import FORBIDDEN_CHANGES

KIND: Final = "reversed"

# It stands until the department reports a state that may follow the one before; whoever resolved its incident has looked
# at what was noticed until then.
_STANDING = text("""
select r.feed, r.status_before, r.status, count(distinct r.license_id) as license_count
from license_reversals r join licenses l using (license_id)
where r.department = :department and r.status_before || ' ' || l.status = any(:forbidden)
  and r.noticed_at > coalesce((
    select max(i.resolved_at) from incidents i join incident_events e using (incident_id)
    where i.department = r.department and i.feed = r.feed and i.kind = :kind and i.state = 'resolved'
      and i.cause = r.status_before || ' ' || r.status and e.what = 'resolved' and e.who is not null
      and e.happened_at = i.resolved_at), '-infinity')
group by 1, 2, 3 order by 1, 2, 3
""")


@dataclass(frozen=True)
class Reversal:
    """Count the licenses of a feed that went from one state to another, which no law knows."""

    feed: str
    status_before: str
    status: str
    license_count: int


def count_reversals(conn: Connection, department: str) -> list[Reversal]:
    """Return what stands so, by feed and states."""
    forbidden = sorted(f"{before} {after}" for before, after in FORBIDDEN_CHANGES)
    asked = {"department": department, "forbidden": forbidden, "kind": KIND}
    return [Reversal(**row._mapping) for row in conn.execute(_STANDING, asked)]

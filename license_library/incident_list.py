"""List incidents: what must be looked after, the gravest and newest first.

Reads only; words of feeds and contracts, nothing of any record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import IncidentBrief, IncidentsAnswer, Words
from license_library.cursors import check_limit
from license_library.questions import IncidentFilter
from license_library.readings import check_text
from license_library.wording import incident_words, severity_words

_COLUMNS: Final = """
select i.incident_id, i.department, d.name as department_name, i.feed, i.kind, i.cause, i.severity, i.words_zh,
  i.words_en, i.state, i.seen_count, i.first_seen_at, i.last_seen_at, i.decided_at, i.decided_by, i.note, i.resolved_at
from incidents i join departments d using (department)
"""
_LIST = text(f"""{_COLUMNS}
where (cast(:department as text) is null or i.department = :department)
  and case when cast(:state as text) is null then i.state <> 'resolved' else :state in ('all', i.state) end
order by array_position(array['critical', 'warning', 'notice'], i.severity), i.last_seen_at desc, i.incident_id desc
limit :limit
""")
_GET = text(f"{_COLUMNS} where i.incident_id = :incident_id")


def list_incidents(conn: Connection, wanted: IncidentFilter, now: datetime) -> IncidentsAnswer:
    """Return incidents; without a state every one that is not resolved, with `all` every one."""
    check_text(f"{wanted.department or ''}{wanted.state or ''}")
    facts = {"department": wanted.department, "state": wanted.state, "limit": check_limit(wanted.limit)}
    return IncidentsAnswer([_brief(row) for row in conn.execute(_LIST, facts)], now)


def get_incident(conn: Connection, incident_id: int) -> IncidentBrief:
    """Return one incident, which must exist."""
    return _brief(conn.execute(_GET, {"incident_id": incident_id}).one())


def _brief(row: Any) -> IncidentBrief:
    facts = dict(row._mapping)
    words = Words(facts.pop("words_zh"), facts.pop("words_en"))
    return IncidentBrief(
        **facts, words=words, state_words=incident_words(row.state), severity_words=severity_words(row.severity)
    )

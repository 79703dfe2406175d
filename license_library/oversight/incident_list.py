"""List incidents: what must be looked after, the gravest and newest first; one of them with its history and alerts.

Reads only; words of feeds and contracts, nothing of any record.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import AlertBrief, IncidentBrief, IncidentDetail, IncidentEvent, IncidentsAnswer, Words
from license_library.asking.cursors import find_by_id, read_ordered
from license_library.asking.known_filters import check_department
from license_library.asking.questions import IncidentFilter
from license_library.asking.readings import check_state, check_text
from license_library.asking.shown_marks import mark_in_sql
from license_library.words.incident_words import (
    advice_words,
    event_words,
    incident_kind_words,
    incident_words,
    severity_words,
)

# What a decision is made about: how bad it is, where it stands, whose it is. How often it was seen changes nothing.
INCIDENT_MARK: Final = mark_in_sql(
    "i.severity", "i.state", "i.assigned_to", "i.reopened_count", "extract(epoch from i.muted_until)",
    "extract(epoch from i.decided_at)",
)  # fmt: skip
_COLUMNS: Final = f"""
i.incident_id, i.department, d.name as department_name, i.feed, i.kind, i.cause, i.severity, i.words_zh,
  i.words_en, i.state, i.seen_count, i.reopened_count, i.first_seen_at, i.last_seen_at, i.assigned_to, i.muted_until,
  i.decided_at, i.decided_by, i.note, i.resolved_at,
  (select a.failure from incident_alerts a where a.incident_id = i.incident_id
    and a.sent_at is null and a.failure is not null order by a.alert_id limit 1) as alert_failure,
  {INCIDENT_MARK} as mark
"""  # noqa: S608 - a constant of this file
_FROM: Final = "from incidents i join departments d using (department)"
# The gravest and newest first: three keys, upwards, none of which another pass moves while somebody turns the pages. The
# moment is told in microseconds, as the database keeps it.
_ORDER: Final = ("grave", "begun", "number")
_GRAVE: Final = "array_position(array['critical', 'warning', 'notice'], i.severity)"
_NEW: Final = "-cast(extract(epoch from i.first_seen_at) * 1000000 as bigint)"
_LIST = text(f"""
select * from (select {_COLUMNS}, {_GRAVE} as grave, {_NEW} as begun, -i.incident_id as number {_FROM}
where (cast(:department as text) is null or i.department = :department)
  and case when cast(:state as text) is null then i.state <> 'resolved' else :state in ('all', i.state) end) as listed
where (grave, begun, number) > (:grave, :begun, :number) order by grave, begun, number limit :limit
""")  # noqa: S608 - constants of this file
_CURRENT = text(f"""
select {_COLUMNS} {_FROM} where i.state <> 'resolved' and (:muted or i.state <> 'muted')
order by {_GRAVE}, i.first_seen_at desc, i.incident_id desc
""")
_GET = text(f"select {_COLUMNS} {_FROM} where i.incident_id = :incident_id")
_EVENTS = text("""
select happened_at, what, who, note from incident_events where incident_id = :incident_id order by event_id
""")
_ALERTS = text("""
select channel, due_at, tries, tried_at, failure, sent_at from incident_alerts where incident_id = :incident_id
order by alert_id desc limit 100
""")
_ABOUT = text("""
select
  (select max(exchange_id) from exchanges where department = :department and feed = :feed and state = 'held'
    and :kind in ('held', 'volume', 'gone_field')) as held_exchange_id,
  (select max(reconciliation_id) from reconciliations where department = :department and feed = :feed
    and state = 'different' and :kind = 'differs') as reconciliation_id
""")


def list_incidents(
    conn: Connection, wanted: IncidentFilter, now: datetime, *, declared: Collection[str] = ()
) -> IncidentsAnswer:
    """Return incidents; without a state every one that is not resolved, with `all` every one."""
    check_state(wanted.state, wanted.STATES)
    check_text(f"{wanted.department or ''}{wanted.state or ''}", "incidents")
    check_department(conn, wanted.department, declared)
    scope = {"department": wanted.department, "state": wanted.state}
    rows, following = read_ordered(conn, _LIST, scope, wanted, _ORDER)
    return IncidentsAnswer([_brief(row) for row in rows], following, now)


def list_current(conn: Connection, *, muted: bool) -> list[IncidentBrief]:
    """Return every incident that is not resolved, the gravest and newest first; those that are muted only where they are wanted."""
    return [_brief(row) for row in conn.execute(_CURRENT, {"muted": muted})]


def get_incident(conn: Connection, incident_id: int) -> IncidentBrief:
    """Return one incident; NotFound where there is none."""
    return _brief(find_by_id(conn, _GET, "incident_id", incident_id, "library: there is no incident"))


def report_incident(conn: Connection, incident_id: int, now: datetime) -> IncidentDetail:
    """Return one incident with its history and its alerts; NotFound where there is none."""
    facts = {"incident_id": incident_id}
    incident = get_incident(conn, incident_id)
    events = [IncidentEvent(**row._mapping, words=event_words(row.what)) for row in conn.execute(_EVENTS, facts)]
    alerts = [AlertBrief(**row._mapping) for row in conn.execute(_ALERTS, facts)]
    about = conn.execute(
        _ABOUT, {"department": incident.department, "feed": incident.feed, "kind": incident.kind}
    ).one()
    return IncidentDetail(incident, events, alerts, about.held_exchange_id, about.reconciliation_id, now)


def _brief(row: Any) -> IncidentBrief:
    facts = {name: value for name, value in row._mapping.items() if name not in _ORDER}
    words = Words(facts.pop("words_zh"), facts.pop("words_en"))
    return IncidentBrief(
        **facts,
        words=words,
        kind_words=incident_kind_words(row.kind),
        advice=advice_words(row.kind),
        state_words=incident_words(row.state),
        severity_words=severity_words(row.severity),
    )

"""Incidents told and decided: one unresolved row for each cause, resolved by itself when nobody says it any more.

Knows states and times. Judges nothing: whoever watches says what is wrong now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, text

from license_library.answers import IncidentBrief
from license_library.incident_list import get_incident
from license_library.readings import check_text
from schemas.errors import NotFound

Severity = Literal["notice", "warning", "critical"]
Decision = Literal["acknowledged", "muted"]
LONGEST = 500


@dataclass(frozen=True)
class Cause:
    """Say one thing that is wrong now; `cause` is the same text whenever it is the same thing. `feed` may be empty."""

    feed: str
    cause: str
    severity: Severity
    words_zh: str
    words_en: str


_SEE = text("""
insert into incidents (department, feed, kind, cause, severity, words_zh, words_en, state, first_seen_at, last_seen_at)
values (:department, :feed, :kind, :cause, :severity, :words_zh, :words_en, 'open', :now, :now)
on conflict (department, feed, kind, cause) where state <> 'resolved' do update set
  severity = excluded.severity, words_zh = excluded.words_zh, words_en = excluded.words_en,
  last_seen_at = excluded.last_seen_at, seen_count = incidents.seen_count + 1
""")
_RESOLVE = text("""
update incidents set state = 'resolved', resolved_at = :now
where department = :department and kind = :kind and state <> 'resolved'
  and not exists (select from unnest(cast(:feeds as text[]), cast(:causes as text[])) as seen (feed, cause)
    where seen.feed = incidents.feed and seen.cause = incidents.cause)
""")
_DECIDE = text("""
update incidents set state = :state, decided_at = :now, decided_by = :who, note = :note
where incident_id = :incident_id and state <> 'resolved'
""")


def tell_incidents(conn: Connection, department: str, kind: str, causes: Sequence[Cause], now: datetime) -> int:
    """Note all that is wrong of one kind with a department now; resolve what no longer is and return how many that were."""
    facts = {"department": department, "kind": kind, "now": now}
    for cause in causes:
        conn.execute(_SEE, {**facts, **asdict(cause), "cause": cause.cause[:LONGEST]})
    seen = {"feeds": [one.feed for one in causes], "causes": [one.cause[:LONGEST] for one in causes]}
    return conn.execute(_RESOLVE, {**facts, **seen}).rowcount


def decide_incident(  # noqa: PLR0913, PLR0917 - each is one fact of the decision
    conn: Connection, incident_id: int, decision: Decision, who: str, note: str | None, now: datetime
) -> IncidentBrief:
    """Acknowledge or mute an incident; NotFound where there is none that is unresolved."""
    check_text(f"{who}{note or ''}")
    facts = {"incident_id": incident_id, "state": decision, "who": who, "note": note, "now": now}
    if not conn.execute(_DECIDE, facts).rowcount:
        raise NotFound(f"library: no unresolved incident {incident_id}; nothing was changed")
    return get_incident(conn, incident_id)

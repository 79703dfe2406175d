"""What a person decides of an incident: acknowledged, assigned, muted until a time, resolved, reopened. Each is kept.

Knows states and who; judges nothing and sees nothing of any record.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import IncidentBrief
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.asking.shown_marks import demand_mark
from license_library.oversight.incident_list import INCIDENT_MARK, get_incident
from license_library.words.incident_words import incident_words
from schemas.errors import RequestError
from schemas.struct_readers import build_readers

IncidentChoice = Literal["acknowledge", "assign", "mute", "resolve", "reopen"]
LONGEST_MUTE = timedelta(days=90)
DAYS_MUTED = 7
LONGEST_NOTE = 500


class IncidentDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decide an incident: what, who says so, and whom it is assigned to or for how many days it is muted."""

    choice: IncidentChoice
    who: str
    note: str | None = None
    assignee: str | None = None  # only to assign; none gives it back to nobody
    days: int = DAYS_MUTED  # only to mute
    mark: str | None = None  # of the incident as it was looked at; one that has changed since is refused


_DONE: Final = {
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "mute": "muted",
    "resolve": "resolved",
    "reopen": "reopened",
}
_STATE: Final = {"acknowledge": "acknowledged", "mute": "muted", "resolve": "resolved", "reopen": "open"}
_LOCK = text(f"""
select state, department, feed, kind, cause, {INCIDENT_MARK} as mark from incidents i
where incident_id = :incident_id for update
""")  # noqa: S608 - a constant of this room
_DECIDE = text("""
update incidents set state = coalesce(cast(:state as text), state), decided_at = :now, decided_by = :who, note = :note,
  assigned_to = case when :choice = 'assign' then cast(:assignee as text) else assigned_to end,
  muted_until = case when :choice = 'mute' then cast(:until as timestamptz)
    when :choice = 'assign' then muted_until end,
  resolved_at = case when :choice = 'resolve' then cast(:now as timestamptz) end,
  reopened_count = reopened_count + case when :choice = 'reopen' then 1 else 0 end
where incident_id = :incident_id
""")
_HAS_YOUNGER = text("""
select exists (select from incidents where state <> 'resolved' and incident_id <> :incident_id
  and department = :department and feed = :feed and kind = :kind and cause = :cause)
""")
_NOTE = text("""
insert into incident_events (incident_id, happened_at, what, who, note) values (:incident_id, :now, :done, :who, :told)
""")


def decide_incident(conn: Connection, incident_id: int, decision: IncidentDecision, now: datetime) -> IncidentBrief:
    """Write a decision; NotFound where there is no such incident, NotDecidable where it stands otherwise."""
    _require_sense(decision)
    facts = _facts(incident_id, decision, now)
    row = conn.execute(_LOCK, facts).one_or_none()
    if row is None:
        return get_incident(conn, incident_id)  # says that there is none
    demand_mark(decision.mark, row.mark, f"library: incident {incident_id}", f"异常 {incident_id} ")
    _require_state(conn, row, facts)
    conn.execute(_DECIDE, facts)
    conn.execute(_NOTE, facts)
    return get_incident(conn, incident_id)


def _facts(incident_id: int, decision: IncidentDecision, now: datetime) -> dict[str, Any]:
    assignee, note = (decision.assignee or "").strip() or None, (decision.note or "").strip() or None
    until = now + timedelta(days=decision.days) if decision.choice == "mute" else None
    extra = f"→ {assignee or '—'}" if decision.choice == "assign" else f"→ {until:%Y-%m-%d}" if until else None
    return {
        "incident_id": incident_id,
        "choice": decision.choice,
        "done": _DONE[decision.choice],
        "state": _STATE.get(decision.choice),
        "who": decision.who.strip(),
        "note": note,
        "assignee": assignee,
        "until": until,
        "told": " ".join(filter(None, [extra, note])) or None,
        "now": now,
    }


def _require_sense(decision: IncidentDecision) -> None:
    check_text(f"{decision.who}{decision.assignee or ''}", "incident", longest=2 * LONGEST_NOTE)
    check_text(
        decision.note or "", "incident", longest=2 * LONGEST_NOTE
    )  # what is too long is told its own bound below
    if not decision.who.strip():
        raise RequestError(
            "library: a decision; expected who makes it, got nobody; nothing was changed", zh="未写明由谁处理；未作更改"
        )
    if len(decision.note or "") > LONGEST_NOTE or max(len(decision.who), len(decision.assignee or "")) > 100:
        raise RequestError(
            f"library: a decision; expected a note of at most {LONGEST_NOTE} characters and names of at most 100; "
            "nothing was changed",
            zh=f"说明不超过 {LONGEST_NOTE} 字，姓名不超过 100 字；未作更改",
        )
    if decision.choice == "mute" and not 1 <= decision.days <= LONGEST_MUTE.days:
        raise RequestError(
            f"library: muting; expected 1 to {LONGEST_MUTE.days} days; nothing was changed",
            zh=f"静默天数应为 1 至 {LONGEST_MUTE.days} 天；未作更改",
        )


def _require_state(conn: Connection, row: Any, facts: dict[str, Any]) -> None:
    number, is_over = facts["incident_id"], row.state == "resolved"
    if is_over != (facts["choice"] == "reopen"):
        raise NotDecidable(
            f"library: incident {number} is {row.state}; expected one that is {'' if not is_over else 'not '}resolved; "
            "nothing was changed",
            zh=f"异常 {number} {incident_words(row.state).zh}，不能这样处理；未作更改",
        )
    if is_over and conn.scalar(_HAS_YOUNGER, {**facts, **row._mapping}):
        raise NotDecidable(
            f"library: incident {number} has a younger one of the same cause; nothing was changed",
            zh=f"异常 {number} 之后已有同一原因的新异常，请处理那一条；未作更改",
        )


build_readers(IncidentDecision)

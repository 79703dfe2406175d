"""Incidents told: one unresolved row for each cause, resolved when nobody says it any more, reopened when it comes back.

Knows states and times. Judges nothing: whoever watches says what is wrong now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, text

Severity = Literal["notice", "warning", "critical"]
LONGEST = 500
# The same cause within this time is the same trouble, with its history; later it is another.
REOPENED_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Cause:
    """Say one thing that is wrong now; `cause` is the same text whenever it is the same thing. `feed` may be empty."""

    feed: str
    cause: str
    severity: Severity
    words_zh: str
    words_en: str


_SAME = "department = :department and feed = :feed and kind = :kind and cause = :cause"
_SAID = "severity = :severity, words_zh = :words_zh, words_en = :words_en, last_seen_at = :now"
_SEE = text(f"""
update incidents set {_SAID}, seen_count = seen_count + 1 where {_SAME} and state <> 'resolved' returning incident_id
""")  # noqa: S608 - constants of this file
_REOPEN = text(f"""
update incidents set {_SAID}, seen_count = seen_count + 1, state = 'open', resolved_at = null,
  reopened_count = reopened_count + 1, decided_at = null, decided_by = null, note = null
where incident_id = (select incident_id from incidents where {_SAME} and state = 'resolved'
    and resolved_at > :earliest order by resolved_at desc, incident_id desc limit 1)
returning incident_id
""")  # noqa: S608
_OPEN = text("""
insert into incidents (department, feed, kind, cause, severity, words_zh, words_en, state, first_seen_at, last_seen_at)
values (:department, :feed, :kind, :cause, :severity, :words_zh, :words_en, 'open', :now, :now)
returning incident_id
""")
_RESOLVE = text("""
update incidents set state = 'resolved', resolved_at = :now, muted_until = null
where department = :department and kind = :kind and state <> 'resolved'
  and (cast(:only_feed as text) is null or feed = :only_feed)
  and not exists (select from unnest(cast(:feeds as text[]), cast(:causes as text[])) as seen (feed, cause)
    where seen.feed = incidents.feed and seen.cause = incidents.cause)
returning incident_id
""")
_END_MUTES = text("""
update incidents set state = 'open', muted_until = null where state = 'muted' and muted_until <= :now
returning incident_id
""")
_TOLD = text("""
select cause from incidents where department = :department and kind = :kind and feed = :feed and state <> 'resolved'
order by incident_id
""")
_NOTE = text("""
insert into incident_events (incident_id, happened_at, what) values (:incident_id, :now, :what)
""")
# Two that tell of one department take turns, so that neither opens what the other is just opening.
_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended('incidents ' || :department, 0))")


def tell_incidents(
    conn: Connection, department: str, kind: str, causes: Sequence[Cause], now: datetime, *, feed: str | None = None
) -> int:
    """Note all that is wrong of one kind with a department now; resolve what no longer is and return how many that were.

    With `feed` only that feed was looked at, and what is wrong with another stands.
    """
    facts: dict[str, Any] = {"department": department, "kind": kind, "now": now, "earliest": now - REOPENED_WITHIN}
    conn.execute(_TAKE_TURNS, facts)
    end_mutes(conn, now)
    for cause in causes:
        _see(conn, {**facts, **asdict(cause), "cause": cause.cause[:LONGEST]})
    seen = {"feeds": [one.feed for one in causes], "causes": [one.cause[:LONGEST] for one in causes], "only_feed": feed}
    gone = list(conn.scalars(_RESOLVE, {**facts, **seen}))
    _note(conn, gone, "resolved", now)
    return len(gone)


def told_causes(conn: Connection, department: str, kind: str, feed: str) -> list[str]:
    """Return what of one kind is told of a feed and not resolved, the oldest first."""
    return list(conn.scalars(_TOLD, {"department": department, "kind": kind, "feed": feed}))


def end_mutes(conn: Connection, now: datetime) -> None:
    """Open again what was muted until now."""
    _note(conn, list(conn.scalars(_END_MUTES, {"now": now})), "mute_ended", now)


def _see(conn: Connection, facts: dict[str, Any]) -> None:
    """See it again, or reopen it, or open it."""
    if conn.scalar(_SEE, facts) is not None:
        return
    reopened = conn.scalar(_REOPEN, facts)
    found = reopened if reopened is not None else conn.scalar(_OPEN, facts)
    _note(conn, [int(found or 0)], "opened" if reopened is None else "reopened", facts["now"])


def _note(conn: Connection, incidents: Sequence[int], what: str, now: datetime) -> None:
    if incidents:
        conn.execute(_NOTE, [{"incident_id": one, "now": now, "what": what} for one in incidents])

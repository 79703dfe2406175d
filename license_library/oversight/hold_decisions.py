"""What a steward decides of a held batch: let go or thrown away; who and why stand in the history of the feed's incident.

Knows the words and the entry. What becomes of the batch is merging's business.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.asking.questions import HoldDecision
from license_library.asking.readings import check_text
from schemas.errors import RequestError

LONGEST: Final = 500
_DONE: Final = {"release": "released", "discard": "discarded"}


_NOTE = text("""
insert into incident_events (incident_id, happened_at, what, who, note)
select incident_id, :now, :what, :who, :note from incidents
where department = :department and feed = :feed and kind = 'held' and state <> 'resolved'
""")


def demand_hold_sense(decision: HoldDecision) -> None:
    """Refuse a decision that nobody makes, or that has no reason."""
    check_text(decision.who, "hold")
    check_text(decision.reason, "hold", longest=LONGEST * 2)  # one that is too long is told its own bound below
    if not decision.who.strip() or not 0 < len(decision.reason.strip()) <= LONGEST or len(decision.who) > 100:
        raise RequestError(
            f"held batch: expected who decides, and a reason of at most {LONGEST} characters; nothing was changed",
            zh=f"须写明处理人和不超过 {LONGEST} 字的理由；未作更改",
        )


def note_hold_decision(
    conn: Connection, department: str, feed: str, exchange_id: int, decision: HoldDecision, now: datetime
) -> None:
    """Write who decided what, and why, into the history of the incident that the feed has."""
    facts: dict[str, Any] = {"department": department, "feed": feed, "now": now, "what": _DONE[decision.choice]}
    facts |= {"who": decision.who.strip(), "note": f"#{exchange_id} {decision.reason.strip()}"}
    conn.execute(_NOTE, facts)

"""Which alerts are due: one for each open incident, channel and day, kept until it was sent.

Knows incidents, channels and days. Sends nothing; an alert that failed stays due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import IncidentBrief
from license_library.oversight.incident_list import get_incident
from schemas.bureau_time import local_day

# A run that claimed an alert and died lets go of it after this.
CLAIM: Final = timedelta(minutes=2)


class DueAlert(msgspec.Struct, frozen=True):
    """Hold one claimed alert: what to tell, through which channel, at which try."""

    alert_id: int
    channel: str
    tries: int
    due_at: datetime
    incident: IncidentBrief


# What is merely noticed, known, or muted is no news.
_BECOME_DUE = text("""
insert into incident_alerts (incident_id, channel, due_at)
select i.incident_id, wanted.channel, :now from incidents i cross join unnest(cast(:channels as text[])) as wanted (channel)
where i.state = 'open' and i.severity in ('warning', 'critical')
  and not exists (select from incident_alerts a where a.incident_id = i.incident_id and a.channel = wanted.channel
    and (a.sent_at is null or a.sent_on = :today))
order by i.incident_id, wanted.channel
on conflict do nothing
""")
_CLAIM = text("""
update incident_alerts set tries = tries + 1, tried_at = :now, claimed_until = :claimed_until
where alert_id = (select alert_id from incident_alerts
  where sent_at is null and channel = any(:channels) and alert_id <> all(cast(:seen as bigint[]))
    and (claimed_until is null or claimed_until <= :now)
  order by tries, alert_id limit 1 for update skip locked)
returning alert_id, channel, tries, due_at, incident_id
""")
# Whoever comes late finds it sent that day already, by a run that took it over.
_MARK_SENT = text("""
update incident_alerts a set sent_at = :now, sent_on = :today, failure = null, claimed_until = null
where alert_id = :alert_id and sent_at is null
""")
_MARK_FAILED = text("""
update incident_alerts set failure = :failure, claimed_until = null where alert_id = :alert_id and sent_at is null
""")


def note_due(conn: Connection, channels: Sequence[str], now: datetime) -> None:
    """Note an alert for each open incident that was not told today; one that is still unsent counts as today's."""
    conn.execute(_BECOME_DUE, {"channels": list(channels), "now": now, "today": local_day(now)})


def claim_alert(conn: Connection, channels: Sequence[str], seen: Sequence[int], now: datetime) -> DueAlert | None:
    """Return the next alert that is due and not seen by this run, claimed for it; None where nothing is left.

    What was tried least comes first: a channel that hangs until the run is ended keeps no other waiting run after run.
    """
    facts = {"channels": list(channels), "seen": list(seen), "now": now, "claimed_until": now + CLAIM}
    row: Any = conn.execute(_CLAIM, facts).one_or_none()
    if row is None:
        return None
    return DueAlert(row.alert_id, row.channel, row.tries, row.due_at, get_incident(conn, row.incident_id))


def mark_sent(conn: Connection, alert_id: int, now: datetime) -> None:
    """Note that an alert was taken by the other side."""
    conn.execute(_MARK_SENT, {"alert_id": alert_id, "now": now, "today": local_day(now)})


def mark_failed(conn: Connection, alert_id: int, failure: str) -> None:
    """Note why an alert could not be sent; it stays due."""
    conn.execute(_MARK_FAILED, {"alert_id": alert_id, "failure": failure})

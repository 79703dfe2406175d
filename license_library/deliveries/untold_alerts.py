"""Find the alerts that a department has not been told of yet: those without a delivery of their own in its outbox.

Reads only; knows the key by which an alert is the same delivery however often it is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from license_library.words.delivery_words import alert_change_words

BATCH = 500
OF_NO_VERSION = ("unlisted", "listed", "contradicted", "displaced")  # changes that no version brings
LONGEST_REASON = 2000

_UNTOLD = text("""
select license_alert_key(a.alert_id, a.key_salt, :department) as delivery_key, r.case_number, l.license_type, l.license_number,
  a.change, a.status, case when a.change in ('unlisted', 'listed', 'contradicted', 'displaced') then cast(a.noticed_at at time zone 'Asia/Shanghai' as date)
    else coalesce(h.changed_on, cast(h.source_updated_at at time zone 'Asia/Shanghai' as date)) end as changed_on,
  h.change_reason as reason
from license_alerts a join reliances r using (reliance_id)
join license_history l on l.license_id = r.license_id and l.version_count = r.version_count
join license_history h on h.license_id = r.license_id and h.version_count = a.version_count
where not exists (select from deliveries d where d.delivery_key = license_alert_key(a.alert_id, a.key_salt, :department))
order by a.alert_id limit :batch
""")


@dataclass(frozen=True)
class UntoldAlert:
    """Hold what an alert tells: which case, which license as it was relied on, and what has become of it."""

    delivery_key: str
    case_number: str
    license_type: str
    license_number: str
    status: str
    changed_on: date
    reason: str | None


def find_untold_alerts(conn: Connection, department: str) -> list[UntoldAlert]:
    """Return the oldest alerts not yet owed to a department, at most BATCH of them."""
    rows = conn.execute(_UNTOLD, {"department": department, "batch": BATCH})
    return [_alert(dict(row._mapping)) for row in rows]


def _alert(facts: dict[str, Any]) -> UntoldAlert:
    """A state speaks for itself; whatever else changed is said before the department's own reason, which is of its version."""
    if (change := facts.pop("change")) != "status":
        said = alert_change_words(change).zh
        facts["reason"] = (
            said if change in OF_NO_VERSION or not facts["reason"] else f"{said}；{facts['reason']}"[:LONGEST_REASON]
        )
    return UntoldAlert(**facts)

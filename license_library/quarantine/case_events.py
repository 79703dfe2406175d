"""What was done about a case, by whom and why: written once, never changed.

Knows one table; a trigger of the database refuses every change of it. Nothing personal is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

HUB = "hub"  # who acted where nobody asked: a rule, a mapping or the source changed


@dataclass(frozen=True)
class Deed:
    """Say what is done, by whom and why; `detail` names fields, codes or a day, never a value."""

    action: str
    who: str = HUB
    reason: str | None = None
    detail: str | None = None
    exchange_id: int | None = None


_WRITE = text("""
insert into case_events (quarantine_id, happened_at, action, who, reason, detail, exchange_id)
select quarantine_id, :now, :action, :who, :reason, :detail, :exchange_id
from unnest(cast(:cases as bigint[])) as quarantine_id
""")


def write_events(conn: Connection, cases: Sequence[int], deed: Deed, now: datetime) -> None:
    """Write the same deed into the history of each case, in the caller's transaction."""
    if cases:
        conn.execute(_WRITE, {**vars(deed), "cases": list(cases), "now": now})

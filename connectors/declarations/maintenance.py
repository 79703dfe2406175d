"""When a department says that it may not be spoken to. Knows declared windows and an instant; no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.declarations.declared_delivery import Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def window_at(windows: Sequence[Window], zone: str, now: datetime) -> tuple[Window, datetime] | None:
    """Return the window that `now` lies in and when it ends; None outside of all."""
    local = now.astimezone(ZoneInfo(zone))
    for window in windows:
        for days_ago in (0, 1):  # one that began yesterday may last past midnight
            begins = datetime.combine(
                local.date() - timedelta(days_ago), time.fromisoformat(window.from_), local.tzinfo
            )
            ends = begins.replace(hour=int(window.to[:2]), minute=int(window.to[3:]))
            ends += timedelta(days=ends <= begins)
            if begins <= local < ends and (not window.days or DAYS[begins.weekday()] in window.days):
                return window, ends
    return None

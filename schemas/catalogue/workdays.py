"""The working days of the years that the package of the State Council's announcements knows, with what makes them special.

The only module that knows chinese_calendar. What it does not know is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar

FIRST, LAST = 2004, 2026  # what version 1.11.0 knows; beyond, it raises


def announced_days() -> Iterator[tuple[date, bool, str | None]]:
    """Yield every day that is known: whether people work, and the holiday it belongs to or is made up for."""
    day = date(FIRST, 1, 1)
    while day.year <= LAST:
        _, name = chinese_calendar.get_holiday_detail(day)
        yield day, chinese_calendar.is_workday(day), name
        day += timedelta(days=1)

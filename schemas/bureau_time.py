"""The clock on the bureau's wall: instants are kept in UTC, people of the bureau read Beijing time.

Pure functions of an instant; nothing here asks what time it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]  # tells the present instant, in UTC
ZONE: Final = ZoneInfo("Asia/Shanghai")


def local_day(instant: datetime) -> date:
    """Return the day that an instant falls on where the bureau is."""
    return instant.astimezone(ZONE).date()


def local_minute(instant: datetime) -> str:
    """Return the instant as people of the bureau read it, to the minute."""
    return instant.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def local_second(instant: datetime) -> str:
    """Return the instant as people of the bureau read it, to the second."""
    return instant.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def local_millisecond(instant: datetime) -> str:
    """Return the instant as people of the bureau read it, to the millisecond."""
    return instant.astimezone(ZONE).isoformat(" ", "milliseconds")[:23]

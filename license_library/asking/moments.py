"""Days and instants that somebody asks about, checked before anybody reckons with them."""

from __future__ import annotations

from datetime import date, datetime

from license_library.answers import Words
from license_library.asking.refusals import WrongQuestion
from schemas.bureau_time import local_day

_YEARS = (1900, 2200)


def check_moment(on: date | None, known_at: date | None) -> None:
    """Refuse a day or an instant before 1900 or after 2200: no calendar could turn it into another zone's."""
    if any(moment is not None and not _YEARS[0] <= moment.year <= _YEARS[1] for moment in (on, known_at)):
        words = Words(
            "日期超出范围：应在 1900 年至 2200 年之间",
            "day: it is out of range; expected one from 1900 to 2200; nothing was answered",
        )
        raise WrongQuestion("search.bad_day", words)


def check_past(on: date | None, now: datetime) -> None:
    """Refuse a day to come: what a license will be then has happened to nobody yet."""
    if on is not None and on > local_day(now):
        words = Words(
            "所问的日期尚未到来：应为今天或更早的日期",
            "day: it is still to come; expected today or a day before; nothing was answered",
        )
        raise WrongQuestion("search.day_to_come", words)

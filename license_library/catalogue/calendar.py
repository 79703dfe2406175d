"""The days on which departments work, as the State Council announces them and people correct them.

Knows days; what is counted in them is the caller's business. A year that is not there is said so, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from license_library.asking.readings import check_text
from schemas.errors import CalendarMissing, RequestError


@dataclass(frozen=True)
class CalendarDay:
    """Say of one day whether people work, and why."""

    day: date
    is_workday: bool
    note: str | None
    changed_by: str | None


# The first day does not count, and an nth working day is the last: nothing is counted across a day that is not known.
_NTH = text("""
select day from calendar_days where day > :start and is_workday order by day offset :before limit 1
""")
_KNOWN_DAYS = text("select count(*) from calendar_days where day > :start and day <= :found")
_YEAR = text("""
select day, is_workday, note, changed_by from calendar_days
where day >= make_date(:year, 1, 1) and day < make_date(:year + 1, 1, 1) order by day
""")
_YEARS = text("select distinct extract(year from day)::int from calendar_days order by 1")
_SEED = text("""
insert into calendar_days (day, is_workday, note)
select * from unnest(cast(:days as date[]), cast(:workdays as boolean[]), cast(:notes as text[]))
on conflict (day) do nothing
""")
_SET = text("""
update calendar_days set is_workday = :is_workday, note = :note, changed_by = :who where day = :day returning day
""")


def add_workdays(conn: Connection, start: date, count: int) -> date:
    """Return the end of the `count`-th working day after `start`; CalendarMissing names the year that is not there."""
    found: date | None = conn.scalar(_NTH, {"start": start, "before": count - 1})
    if found is None or conn.scalar(_KNOWN_DAYS, {"start": start, "found": found}) != (found - start).days:
        years = set(list_years(conn))
        wanted = next(year for year in range(start.year, start.year + 100) if year not in years)
        raise CalendarMissing(
            f"calendar: {wanted} is not known; expected its working days, to count {count} of them from {start}; nothing was "
            f"decided; `hub calendar add {wanted}`, then `hub calendar set` for what the State Council announces"
        )
    return found


def list_years(conn: Connection) -> list[int]:
    """Return the years that are known."""
    return list(conn.scalars(_YEARS))


def list_year(conn: Connection, year: int) -> list[CalendarDay]:
    """Return every day of a year; CalendarMissing where it is not known."""
    days = [CalendarDay(*row) for row in conn.execute(_YEAR, {"year": year})] if 1 <= year < 9999 else []
    if not days:
        known = list_years(conn)
        there = f"{known[0]} to {known[-1]}" if known else "none"
        raise CalendarMissing(f"calendar: {year} is not known; there are {there}; `hub calendar add {year}`")
    return days


def seed_calendar(conn: Connection, days: Sequence[tuple[date, bool, str | None]]) -> None:
    """Write days that are not there yet; what people corrected stays."""
    columns = list(zip(*days, strict=True))
    conn.execute(_SEED, dict(zip(("days", "workdays", "notes"), map(list, columns), strict=True)))


def add_plain_year(conn: Connection, year: int) -> None:
    """Add a year with Monday to Friday as working days, to be corrected once its holidays are announced."""
    if year in list_years(conn) or not 2000 <= year < 2200:
        raise RequestError(
            f"calendar: {year} cannot be added; expected a year from 2000 that is not there; nothing was done",
            zh=f"不能加入 {year} 年：应为 2000 年以后且尚未加入的年份；未作更改",
        )
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    seed_calendar(conn, [(day, day.weekday() < 5, None) for day in days])


def set_day(conn: Connection, day: date, is_workday: bool, note: str | None, who: str) -> None:
    """Say of one day whether people work; CalendarMissing where its year is not there."""
    check_text(f"{who}{note or ''}", "calendar")
    if not who.strip():
        raise RequestError("calendar: expected who says so; nothing was changed", zh="未写明由谁确定；未作更改")
    facts = {"day": day, "is_workday": is_workday, "note": note, "who": who.strip()}
    if conn.execute(_SET, facts).first() is None:
        raise CalendarMissing(
            f"calendar: {day.year} is not known; `hub calendar add {day.year}` first; nothing was changed"
        )

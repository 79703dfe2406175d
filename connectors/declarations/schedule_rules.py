"""What must hold of a schedule: five cron fields that every scheduler reads alike, and a day that comes."""

from __future__ import annotations

import re

from schemas.errors import DeclarationError

CRON = {"minute": (0, 59), "hour": (0, 23), "day of the month": (1, 31), "month": (1, 12), "day of the week": (0, 7)}
CRON_PART = r"(\*|[0-9]+(-[0-9]+)?)(/0*[1-9][0-9]*)?"  # what every scheduler takes: no names, no step of nothing
LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}  # days of the months that have fewer than 31


def check_schedule(schedule: str, place: str) -> None:
    """Refuse a schedule that is not five cron fields, or never comes."""
    parts = schedule.split()
    if len(parts) != len(CRON):
        raise DeclarationError(f"{place}: key 'schedule': expected five cron fields, got {schedule!r}")
    for part, (unit, (least, most)) in zip(parts, CRON.items(), strict=True):
        is_written = all(re.fullmatch(CRON_PART, one) for one in part.split(","))
        if not is_written or not all(least <= int(number) <= most for number in re.findall(r"[0-9]+", part)):
            raise DeclarationError(
                f"{place}: key 'schedule': expected {least} to {most} for the {unit}, as a number, a list, a range or a "
                f"step, got {part!r}"
            )
    day, month, weekday = parts[2:]
    last = max(LONGEST.get(one, 31) for one in _listed(month, 1, 12))
    if weekday == "*" and min(_listed(day, 1, 31)) > last:  # a day of the week would come whatever the date
        raise DeclarationError(
            f"{place}: key 'schedule': expected a day that some year has, got {schedule!r}; it never comes"
        )


def _listed(field: str, least: int, most: int) -> set[int]:
    """Return the numbers that a field stands for; a range that goes backwards goes around, and is taken for all."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = least if first == "*" else int(first)
        end = int(last) if last else most if step or first == "*" else begin
        found |= set(range(begin, end + 1, int(step or 1))) if begin <= end else set(range(least, most + 1))
    return found

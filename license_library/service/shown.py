"""How single values are shown: instants in the bureau's zone, spans of time, counts, shares of a bar.

Pure functions of their arguments; knows no requests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from license_library.answers import ProblemShown, Words
from license_library.service.texts import Language, say

ABSENT = "—"
HAIR = 1.5
MINUTE, HOUR, DAY = 60, 3600, 86400


def moment(written: Callable[[datetime], str], instant: datetime | None) -> str:
    """Return the instant as it is written for the bureau, or a dash where there is none."""
    return written(instant) if instant else ABSENT


def span(language: Language, seconds: float) -> str:
    """Return a length of time in its largest fitting unit."""
    for unit, length in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if seconds >= 2 * length or (seconds >= length and unit != "days"):
            return say(language, f"time.{unit}", count=int(seconds // length))
    return say(language, "time.seconds", count=int(seconds))


def count(number: int) -> str:
    """Return a count with its thousands set apart."""
    return f"{number:,}"


def blank(value: Any) -> Any:
    """Return the value, or a dash where there is none."""
    return ABSENT if value is None or value == "" else value


def sentence(words: str) -> str:
    """Return the words as they stand at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def reasons(problems: Sequence[ProblemShown]) -> list[tuple[Words, Words]]:
    """Return field and reason of each problem once: two rules may find the same."""
    return list(dict.fromkeys((problem.field_words, problem.words) for problem in problems))


def segments(parts: Sequence[tuple[str, int]], width: int) -> list[tuple[str, float, float]]:
    """Return (name, start, length) of each part of a bar; a part that exists is never thinner than a hair."""
    total = sum(number for _, number in parts)
    room = width - HAIR * sum(1 for _, number in parts if number)
    placed: list[tuple[str, float, float]] = []
    start = 0.0
    for name, number in parts:
        length = HAIR + room * number / total if number else 0.0
        placed.append((name, round(start, 2), round(length, 2)))
        start += length
    return placed


FILTERS: dict[str, Callable[..., Any]] = {
    "count": count,
    "blank": blank,
    "reasons": reasons,
    "segments": segments,
    "sentence": sentence,
}

"""Administrative divisions (GB/T 2260): names by code, with the interval in which each code was in force.

Holds the reference city, its neighbours, its towns and every province; codes die and merge, so a day is asked for.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

DIVISIONS_FILE = Path(__file__).parents[1] / "data" / "divisions.csv"

# County, town, and the twelve digits that exchange tables use.


class Division(msgspec.Struct, frozen=True):
    """Name a division and the days on which its code was in force: from the first, up to but not on the last."""

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None

    def is_in_force(self, day: date) -> bool:
        """Tell whether the code was in force on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)


@cache
def divisions() -> dict[str, Division]:
    """Return every division we name, by code of 2, 6 or 9 digits."""
    with DIVISIONS_FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: _division(row) for row in csv.DictReader(lines)}


@cache
def provinces() -> frozenset[str]:
    """Return the two-digit province codes."""
    return frozenset(code for code in divisions() if len(code) == 2)


def find_division(code: str, on: date) -> Division | None:
    """Return the division of a 2, 6, 9 or 12 digit code in force on a day, or None when we list none."""
    short = re.sub(r"000$", "", code) if len(code) > 6 else code
    short = re.sub(r"000$", "", short) if len(short) > 6 else short
    found = divisions().get(short)
    return found if found and found.is_in_force(on) else None


def _division(row: dict[str, str]) -> Division:
    bounds = [date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")]
    return Division(row["code"], row["name"], *bounds)

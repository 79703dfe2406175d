"""Lengths of time as people write them in declarations. Knows nothing of clocks."""

from __future__ import annotations

import re
from datetime import timedelta

from schemas.errors import DeclarationError

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """Read "90s", "15m", "26h" or "3d"."""
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if not match:
        raise DeclarationError(f"duration {text!r}: expected a whole number and one of s, m, h, d, such as '26h'")
    return timedelta(**{UNITS[match[2]]: int(match[1])})

"""What a check is and what came of it: passed, failed with what to do, or not for this department and why.

Plain values; knows no department and no exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

State = Literal["passed", "failed", "not_applicable"]
LEVELS: Final = {
    "L0": "the declaration, offline",
    "L1": "the happy path",
    "L2": "shapes and encodings",
    "L3": "killed at every step",
    "L4": "late, out of order, updated, revoked, deleted",
    "L5": "throttled, silent, under maintenance, out of date",
    "L6": "its contract changes",
}


class Failed(Exception):
    """A check found what must not be; says what, and what to do."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.found, self.advice = found, advice


class NotApplicable(Exception):
    """A check makes no sense for this department; says why."""


class Outcome(msgspec.Struct, frozen=True):
    """Tell what came of one check."""

    level: str
    name: str
    state: State
    proves: str
    seconds: float
    found: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Check:
    """Name one check: what it proves, and how it is run. It raises Failed or NotApplicable, or returns what it saw."""

    level: str
    name: str
    proves: str
    run: Callable[[Any], str]


class Report(msgspec.Struct, frozen=True):
    """Tell what came of every check of one department."""

    department: str
    feed: str
    transport: str
    digest: str
    outcomes: list[Outcome]

    @property
    def failed(self) -> list[Outcome]:
        """Return what went wrong."""
        return [one for one in self.outcomes if one.state == "failed"]

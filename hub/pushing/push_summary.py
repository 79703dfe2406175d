"""What one pass over an outbox may be, and what it tells of itself. Brings nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.failures import kind_and_place
from schemas.bureau_time import local_second
from schemas.errors import HubError


@dataclass(frozen=True)
class PushBounds:
    """What one pass may be: how many deliveries, how long, how long a claim outlasts the department's deadlines."""

    deliveries: int = 10_000
    lasts: timedelta = timedelta(minutes=15)  # of bringing, and as long again of asking for receipts
    grace: timedelta = timedelta(seconds=60)
    patience_seconds: float = 120  # how long the hub's own database may be away in the middle of a pass
    chance: Callable[[], float] = random.random


@dataclass
class PushSummary:
    """Tell what one pass did, by the state it left deliveries in, and why it stopped early if it did."""

    department: str
    counts: dict[str, int] = field(default_factory=dict)
    paused_until: datetime | None = None
    notices: list[str] = field(default_factory=list)
    failure: HubError | None = None

    @property
    def is_good(self) -> bool:
        """Say whether the pass went through and found the department up."""
        return self.failure is None and self.paused_until is None

    @property
    def became(self) -> str:
        """Say in words how many ended in which state, and what stopped the pass."""
        counts = ", ".join(f"{state} {count}" for state, count in sorted(self.counts.items()))
        paused = f"left alone until {local_second(self.paused_until)}: it was found down" if self.paused_until else ""
        failed = str(self.failure) if self.failure else ""
        return "; ".join(filter(None, [counts, paused, failed])) or "nothing was due"

    def add(self, state: str) -> None:
        """Count one delivery."""
        self.counts[state] = self.counts.get(state, 0) + 1

    def note_mistake(self, delivery_id: int, error: Exception) -> str:
        """Note what nobody foresaw by its kind and place, and return that: its own words may quote a payload."""
        where = kind_and_place(error)
        words = f"delivery {delivery_id}: {where}; it may have arrived; report it; the others were brought"
        self.failure = HubError(f"{self.department}: {words}")
        return where

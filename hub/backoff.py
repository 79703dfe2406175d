"""How long to wait before something is tried again, and when to stop. Knows numbers; time and chance are arguments."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)


def pause_after(tries: int, chance: float, asked: float | None = None, first: timedelta = FIRST) -> timedelta:
    """Return the pause after the n-th try: doubled each time, capped, half of it by chance; never shorter than asked."""
    whole = min(first * 2 ** min(tries - 1, 30), LONGEST) if tries > 0 else first
    own = whole * (0.5 + chance / 2)
    return max(own, timedelta(seconds=asked)) if asked is not None else own


def is_over(tries: int, owed_at: datetime, now: datetime, most: int, longest: timedelta) -> bool:
    """Say whether a delivery has been tried often enough, or long enough."""
    return tries >= most or now - owed_at >= longest

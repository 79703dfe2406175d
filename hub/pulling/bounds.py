"""When a checked batch must wait for the steward: its bounds, and the words that say which one it broke.

Pure: counts and a declaration in, reasons out. A held batch always says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.declarations.declaration import Expects

# A handful of bad records says nothing about a batch: they wait in quarantine, each with its reason.
FEWEST_BAD = 20
# Nor do a few licenses that a department lists no more: each is marked.
FEWEST_MISSED = 10


def hold_reasons(
    expects: Expects, received: int, quarantined: int, window: timedelta | None, batch_failures: list[str]
) -> list[str]:
    """Return why the batch must be held, or nothing. `window` is the time it covers; None = from the beginning."""
    return [*batch_failures, *_bad_ratio(expects, received, quarantined), *_volume(expects, received, window)]


def missed_reasons(expects: Expects, missed: int, known: int) -> list[str]:
    """Return why a whole list that lacks `missed` of `known` licenses must be held, or nothing."""
    if missed < FEWEST_MISSED or missed <= expects.max_missed_ratio * known:
        return []
    return [f"{missed} of {known} licenses are listed no more; expected at most {expects.max_missed_ratio:.0%}"]


def window_of(since_at: datetime | None, started_at: datetime) -> timedelta | None:
    """Return how much time an exchange covers; None when it covers everything."""
    return None if since_at is None else started_at - since_at


def _bad_ratio(expects: Expects, received: int, quarantined: int) -> list[str]:
    if quarantined < FEWEST_BAD or quarantined <= expects.max_bad_ratio * received:
        return []
    return [f"{quarantined} of {received} records are bad; expected at most {expects.max_bad_ratio:.0%}"]


def _volume(expects: Expects, received: int, window: timedelta | None) -> list[str]:
    """The first pull brings years at once, so only later ones have a ceiling; a floor needs a whole day."""
    fewest, most = expects.records_per_day
    days = 1.0 if window is None else window / timedelta(days=1)
    reasons = []
    if received < fewest * int(days):
        reasons.append(f"{received} records in {days:.1f} days; expected at least {fewest} a day")
    if window is not None and received > most * max(days, 1.0):
        reasons.append(f"{received} records in {days:.1f} days; expected at most {most} a day")
    return reasons

"""When a checked batch must wait for the steward: its bounds, and the reasons that say which one it broke.

Pure: counts and a declaration in, reasons out. A held batch always says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.declarations.declaration import Expects
from schemas.suites.hold_reasons import HoldReason, hold_reason

# A handful of bad records says nothing about a batch: they wait in quarantine, each with its reason.
FEWEST_BAD = 20
# Nor do a few licenses that a department lists no more: each is marked.
FEWEST_MISSED = 10


def hold_reasons(
    expects: Expects, received: int, quarantined: int, window: timedelta | None, batch_failures: list[HoldReason]
) -> list[HoldReason]:
    """Return why the batch must be held, or nothing. `window` is the time it covers; None = from the beginning."""
    return [*batch_failures, *_bad_ratio(expects, received, quarantined), *_volume(expects, received, window)]


def missed_reasons(expects: Expects, missed: int, known: int) -> list[HoldReason]:
    """Return why a whole list that lacks `missed` of `known` licenses must be held, or nothing."""
    if missed < FEWEST_MISSED or missed <= expects.max_missed_ratio * known:
        return []
    return [hold_reason("batch.listed_no_more", missed=missed, known=known, most=expects.max_missed_ratio)]


def window_of(since_at: datetime | None, started_at: datetime) -> timedelta | None:
    """Return how much time an exchange covers; None when it covers everything."""
    return None if since_at is None else started_at - since_at


def _bad_ratio(expects: Expects, received: int, quarantined: int) -> list[HoldReason]:
    if quarantined < FEWEST_BAD or quarantined <= expects.max_bad_ratio * received:
        return []
    return [hold_reason("batch.bad_records", bad=quarantined, received=received, most=expects.max_bad_ratio)]


def _volume(expects: Expects, received: int, window: timedelta | None) -> list[HoldReason]:
    """The first pull brings years at once, so only later ones have a ceiling; a floor needs a whole day."""
    fewest, most = expects.records_per_day
    days = 1.0 if window is None else window / timedelta(days=1)
    reasons = []
    if received < fewest * int(days):
        reasons.append(hold_reason("batch.too_few_a_day", received=received, days=days, least=fewest))
    if window is not None and received > most * max(days, 1.0):
        reasons.append(hold_reason("batch.too_many_a_day", received=received, days=days, most=most))
    return reasons

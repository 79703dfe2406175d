"""How old an answer is: a feed's promise against the time it was last known, and the day against a license's term.

Pure functions of their arguments; the clock is one of them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from license_library.answers import Freshness, Source, Validity
from license_library.words.wording import freshness_words
from schemas.license.states import GOOD_STATES


def freshness_of(fresh_at: datetime | None, fresh_seconds: int, now: datetime) -> Freshness:
    """Return `fresh`, `silent` when the feed is behind its promise, `never` when it was never pulled."""
    if fresh_at is None:
        return "never"
    return "silent" if now - fresh_at > timedelta(seconds=fresh_seconds) else "fresh"


def source_of(row: Any, now: datetime) -> Source:
    """Return the source of a row that carries department, department_name, feed, exchange_id, fresh_at, fresh_seconds."""
    freshness = freshness_of(row.fresh_at, row.fresh_seconds, now)
    return Source(
        department=row.department,
        department_name=row.department_name,
        feed=row.feed,
        exchange_id=row.exchange_id,
        as_of=row.fresh_at,
        freshness=freshness,
        freshness_words=freshness_words(freshness, row.fresh_at, row.fresh_seconds),
    )


def validity_of(status: str, valid_from: date | None, valid_to: date | None, open_ended: bool, today: date) -> Validity:
    """Return whether a license may be relied on today; both ends of its term belong to it."""
    if status not in GOOD_STATES:
        return "expired" if status == "expired" else "not_good"
    if valid_from is not None and valid_from > today:
        return "not_yet_valid"
    # A renewal asked for in time counts as granted until it is decided, past the printed end too.
    if status == "renewal_pending" or open_ended or valid_to is None:
        return "valid"
    return "valid" if valid_to >= today else "expired"

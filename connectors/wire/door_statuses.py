"""What an HTTP status means to us: which family of errors, and when to ask again. Reads no body."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NoReturn

from schemas.errors import DepartmentBrokePromise, DepartmentFault, DepartmentRefused, DepartmentUnavailable

BUSY = {408, 425, 429, 502, 503, 504}


def raise_for_status(status: int, headers: Mapping[str, str], who: str, now: datetime) -> NoReturn:
    """Raise the error family of an answer that carries nothing to read, be it to a pull or to a push."""
    if status in BUSY:
        wait = retry_after(headers.get("Retry-After", ""), now)
        when = f"it asks to wait {wait:g} s" if wait is not None else "it does not say until when"
        raise DepartmentUnavailable(f"{who}: the department answered {status}; {when}; can be tried again", wait)
    if status in (401, 403):
        raise DepartmentRefused(
            f"{who}: the department answered {status}: our sign-in is not accepted; check the connection"
        )
    if 400 <= status < 500:
        raise DepartmentRefused(f"{who}: the department answered {status}: our request is not accepted")
    if status >= 500:
        raise DepartmentFault(
            f"{who}: the department answered {status}: it failed itself; nothing of the answer is applied"
        )
    if 300 <= status < 400:
        raise DepartmentBrokePromise(
            f"{who}: the department answered {status} and points elsewhere; no redirect is followed"
        )
    raise DepartmentBrokePromise(
        f"{who}: the department answered {status}; expected 200; nothing of the answer is applied"
    )


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds a Retry-After asks to wait, at most a day; None when it says nothing we can read."""
    if text.strip().isdecimal() and len(text) < 10:
        return float(min(int(text), 86_400))
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), 86_400.0)

"""Signed values that a browser keeps for us: its session and the token its forms carry.

Knows keys and time as arguments; knows neither requests nor cookies. Nothing is stored: a new token ends every session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta


def _sign(token: str, use: str, text: str) -> str:
    return hmac.new(token.encode(), f"{use}\n{text}".encode(), hashlib.sha256).hexdigest()


def open_session(token: str, now: datetime, length: timedelta) -> str:
    """Return a new session value that ends after `length`."""
    body = f"{int((now + length).timestamp())}.{secrets.token_hex(16)}"
    return f"{body}.{_sign(token, 'session', body)}"


def is_session_alive(token: str, session: str, now: datetime) -> bool:
    """Tell whether we signed this session and it has not ended."""
    body, _, signature = session.rpartition(".")
    if not is_same(signature, _sign(token, "session", body)):
        return False
    return int(body.partition(".")[0]) > now.timestamp()


def form_token(token: str, session: str) -> str:
    """Return the value that every form of this session must carry."""
    return _sign(token, "form", session)


def is_same(given: str, expected: str) -> bool:
    """Compare two secrets without telling by time where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())

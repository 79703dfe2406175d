"""Sign-in profiles carried in HTTP headers: how each is made and how the other side checks it.

Time and nonce are arguments. `login` is the client's public name, `password` its secret, as in the connection:
hmac-nonce   X-Client-Id, X-Timestamp (Unix milliseconds), X-Nonce, X-Signature =
             Base64(HMAC-SHA256(secret, client id + timestamp + nonce)), joined without a separator
hmac-sorted  x-aep-appkey, x-aep-nonce, x-aep-timestamp (Unix milliseconds), x-aep-signature =
             hex(HMAC-SHA256(secret, "x-aep-appkey=A&x-aep-nonce=N&x-aep-timestamp=T")); key and message change
             places where the connection's extra says `swapped=true`, as some gateways do
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.connection import Connection
from schemas.errors import DepartmentRefused

WINDOW = timedelta(minutes=5)


def sign_headers(auth: str, connection: Connection, at: datetime, nonce: str) -> dict[str, str]:
    """Return the HTTP headers that sign one request in; none for profiles that sign elsewhere."""
    login, secret = connection.login, connection.password
    if auth == "basic":
        return {"Authorization": f"Basic {_base64(f'{login}:{secret}'.encode())}"}
    if auth == "bearer":
        return {"Authorization": f"Bearer {secret}"}
    if auth == "api-key":
        return {connection.extra.get("api_key_header", "X-Api-Key"): secret}
    if auth == "hmac-nonce":
        return _nonce_headers(login, secret, _milliseconds(at), nonce)
    if auth == "hmac-sorted":
        return _sorted_headers(
            login, secret, _milliseconds(at), nonce, swapped=connection.extra.get("swapped") == "true"
        )
    return {}


def hmac_base64(secret: str, message: str) -> str:
    """Return Base64(HMAC-SHA256(secret, message))."""
    return _base64(hmac.digest(secret.encode(), message.encode(), "sha256"))


def hmac_hex(secret: str, message: str) -> str:
    """Return hex(HMAC-SHA256(secret, message))."""
    return hmac.digest(secret.encode(), message.encode(), "sha256").hex()


class SeenNonces:
    """Remember nonces for as long as their timestamps are accepted."""

    def __init__(self, window: timedelta = WINDOW) -> None:
        self._window = window
        self._seen: dict[str, datetime] = {}

    def remember(self, nonce: str, now: datetime) -> bool:
        """Return whether `nonce` is new, and keep it."""
        while self._seen and next(iter(self._seen.values())) < now - 2 * self._window:
            del self._seen[next(iter(self._seen))]
        is_new = nonce not in self._seen
        self._seen.setdefault(nonce, now)
        return is_new


def verify_headers(
    auth: str, headers: Mapping[str, str], connection: Connection, now: datetime, seen: SeenNonces
) -> None:
    """Refuse a request whose sign-in headers are wrong, old or used before: DepartmentRefused says which."""
    given = {name.lower(): value for name, value in headers.items()}
    at, nonce = now, ""
    if auth in ("hmac-nonce", "hmac-sorted"):
        prefix, client = ("x-", "x-client-id") if auth == "hmac-nonce" else ("x-aep-", "x-aep-appkey")
        at, nonce = _read_time(given.get(f"{prefix}timestamp", "")), given.get(f"{prefix}nonce", "")
        _require(bool(nonce) and client in given, "sign-in headers are missing")
        _require(abs(now - at) <= WINDOW, "the timestamp is outside the accepted window")
    for name, value in sign_headers(auth, connection, at, nonce).items():
        _require(hmac.compare_digest(given.get(name.lower(), "").encode(), value.encode()), f"{name} is wrong")
    _require(not nonce or seen.remember(nonce, now), "the nonce was used before")


def _nonce_headers(client: str, secret: str, timestamp: str, nonce: str) -> dict[str, str]:
    signature = hmac_base64(secret, client + timestamp + nonce)
    return {"X-Client-Id": client, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature}


def _sorted_headers(key: str, secret: str, timestamp: str, nonce: str, *, swapped: bool) -> dict[str, str]:
    named = {"x-aep-appkey": key, "x-aep-nonce": nonce, "x-aep-timestamp": timestamp}
    message = "&".join(f"{name}={named[name]}" for name in sorted(named))
    return {**named, "x-aep-signature": hmac_hex(message, secret) if swapped else hmac_hex(secret, message)}


def _milliseconds(at: datetime) -> str:
    return str(round(at.timestamp() * 1000))


def _read_time(text: str) -> datetime:
    _require(text.isascii() and text.isdigit() and len(text) <= 14, "the timestamp is not in Unix milliseconds")
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=int(text))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise DepartmentRefused(f"sign-in: {problem}; the request is refused")

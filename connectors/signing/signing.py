"""Sign-in profiles carried in HTTP headers: how each is made and how the other side checks it.

Time and nonce are arguments. `login` is the client's public name, `password` its secret, as in the connection:
hmac-nonce   X-Client-Id, X-Timestamp (Unix milliseconds), X-Nonce, X-Signature =
             Base64(HMAC-SHA256(secret, client id + timestamp + nonce)), joined without a separator
hmac-sorted  x-aep-appkey, x-aep-nonce, x-aep-timestamp (Unix milliseconds), x-aep-signature =
             hex(HMAC-SHA256(secret, "x-aep-appkey=A&x-aep-nonce=N&x-aep-timestamp=T")); key and message change
             places where the connection's extra says `swapped=true`, as some gateways do
national-gateway  gjgxjhpt_rid (the login), gjgxjhpt_sid (extra `sid`), gjgxjhpt_rtime (Unix milliseconds), gjgxjhpt_sign =
             Base64(HMAC-SHA256(secret, sid + rid + rtime)); what renews the secret is national_gateway's business
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from connectors.wire.connection import Connection
from schemas.errors import DepartmentRefused

WINDOW = timedelta(minutes=5)


def sign_headers(auth: str, connection: Connection, at: datetime, nonce: str) -> dict[str, str]:
    """Return the HTTP headers that sign one request in; none for profiles that sign elsewhere."""
    make = _MAKERS.get(auth)
    return make(connection, _milliseconds(at), nonce) if make else {}


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
        require_sign_in(bool(nonce) and client in given, "sign-in headers are missing")
        require_sign_in(abs(now - at) <= WINDOW, "the timestamp is outside the accepted window")
    if auth == "national-gateway":
        at = _read_time(given.get("gjgxjhpt_rtime", ""))
        require_sign_in(abs(now - at) <= WINDOW, "the timestamp is outside the accepted window")
    for name, value in sign_headers(auth, connection, at, nonce).items():
        require_sign_in(hmac.compare_digest(given.get(name.lower(), "").encode(), value.encode()), f"{name} is wrong")
    require_sign_in(not nonce or seen.remember(nonce, now), "the nonce was used before")


def _basic_headers(connection: Connection, _at: str, _nonce: str) -> dict[str, str]:
    return {"Authorization": f"Basic {_base64(f'{connection.login}:{connection.password}'.encode())}"}


def _bearer_headers(connection: Connection, _at: str, _nonce: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {connection.password}"}


def _key_headers(connection: Connection, _at: str, _nonce: str) -> dict[str, str]:
    return {connection.extra.get("api_key_header", "X-Api-Key"): connection.password}


def _nonce_headers(connection: Connection, at: str, nonce: str) -> dict[str, str]:
    client = connection.login
    signature = hmac_base64(connection.password, client + at + nonce)
    return {"X-Client-Id": client, "X-Timestamp": at, "X-Nonce": nonce, "X-Signature": signature}


def _sorted_headers(connection: Connection, at: str, nonce: str) -> dict[str, str]:
    named = {"x-aep-appkey": connection.login, "x-aep-nonce": nonce, "x-aep-timestamp": at}
    key, message = connection.password, "&".join(f"{name}={named[name]}" for name in sorted(named))
    if connection.extra.get("swapped") == "true":
        key, message = message, key
    return {**named, "x-aep-signature": hmac_hex(key, message)}


def _gateway_headers(connection: Connection, at: str, _nonce: str) -> dict[str, str]:
    rid, sid = connection.login, connection.extra.get("sid", "")
    sign = hmac_base64(connection.password, sid + rid + at)
    return {"gjgxjhpt_rid": rid, "gjgxjhpt_sid": sid, "gjgxjhpt_rtime": at, "gjgxjhpt_sign": sign}


_MAKERS: dict[str, Callable[[Connection, str, str], dict[str, str]]] = {
    "basic": _basic_headers,
    "bearer": _bearer_headers,
    "api-key": _key_headers,
    "hmac-nonce": _nonce_headers,
    "hmac-sorted": _sorted_headers,
    "national-gateway": _gateway_headers,
}


def _milliseconds(at: datetime) -> str:
    return str(round(at.timestamp() * 1000))


def _read_time(text: str) -> datetime:
    require_sign_in(text.isascii() and text.isdigit() and len(text) <= 14, "the timestamp is not in Unix milliseconds")
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=int(text))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def require_sign_in(holds: bool, problem: str) -> None:
    """Refuse a sign-in in which something does not hold."""
    if not holds:
        raise DepartmentRefused(f"sign-in: {problem}; the request is refused")

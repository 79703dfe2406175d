"""Asking for a token: OAuth 2 client credentials, a department's own login, the national platform's key service.

One call through a door of its own, to the connection's address or to its extra `token_url`. No token is ever logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from connectors.declarations.declared import Token, Transport
from connectors.declarations.durations import duration
from connectors.declarations.text_encoding import charset_of, decode_text
from connectors.formats.clean_json import decode_clean
from connectors.signing.national_gateway import open_secret, read_end
from connectors.signing.signing import sign_headers
from connectors.signing.tokens import text_at, write_login
from connectors.wire.connection import Connection, parse_connection
from connectors.wire.door import Answer, Call, Door
from schemas.bureau_time import Clock
from schemas.errors import DepartmentBrokePromise, DepartmentRefused

MARGIN = timedelta(seconds=30)
KINDS = {"json": "application/json; charset=utf-8", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Issued:
    """Hold a token, or a renewed secret, and until when it is used."""

    text: str = field(repr=False)
    until: datetime


class TokenService:
    """Ask one department's token service."""

    def __init__(self, who: str, transport: Transport, connection: Connection, clock: Clock) -> None:
        self._who, self._transport, self._connection, self._clock = f"{who} (sign-in)", transport, connection, clock
        self._rules = transport.token or Token()
        self._door: Door | None = None

    def ask(self) -> Issued:
        """Return a new token; DepartmentRefused when there is none for us."""
        at = self._clock()
        self._door = Door(self._who, self._address(), self._transport.limits, self._clock)
        try:
            answer = self._door.call(self._write(at))
        finally:
            self._door.close()
            self._door = None
        return self._read(answer, at)

    def abort(self) -> None:
        """End a call that is still running in another thread."""
        door = self._door
        if door:
            door.abort()

    def _address(self) -> Connection:
        """Return where tokens are asked for; another host is met with the same certificates and networks."""
        url = self._connection.extra.get("token_url", "")
        return replace(parse_connection(url), extra=self._connection.extra) if url else self._connection

    def _write(self, at: datetime) -> Call:
        rules, connection = self._rules, self._connection
        path = "" if connection.extra.get("token_url") else rules.path
        if self._transport.auth == "national-gateway":
            return Call("POST", path, {}, sign_headers("national-gateway", connection, at, ""))
        values, headers = write_login(self._transport.auth, rules, connection)
        headers["Accept"] = "application/json"
        if rules.send == "query":
            return Call("GET", path, {key: str(value) for key, value in values.items()}, headers)
        body = msgspec.json.encode(values) if rules.send == "json" else urlencode(values).encode()
        return Call("POST", path, {}, {**headers, "Content-Type": KINDS[rules.send]}, body)

    def _read(self, answer: Answer, at: datetime) -> Issued:
        text = decode_text(answer.body, charset_of(answer.media_type) or "utf-8", self._who)
        document = decode_clean(text, self._who)
        token, ends = text_at(document, self._rules.field), text_at(document, self._rules.expires)
        if not token:
            raise DepartmentRefused(
                f"{self._who}: the answer holds no {self._rules.field}: our sign-in is not accepted; check the connection"
            )
        if self._transport.auth == "national-gateway":
            appkey = self._connection.extra.get("appkey", "")
            return Issued(open_secret(token, appkey, self._who), read_end(ends, self._who) - MARGIN)
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise DepartmentBrokePromise(f"{self._who}: the token holds characters that no header can carry")
        lasts = self._lasts(ends)
        return Issued(token, at + lasts - min(MARGIN, lasts / 4))

    def _lasts(self, told: str) -> timedelta:
        if not told:
            return duration(self._rules.lifetime)
        if not (told.isascii() and told.isdigit() and len(told) <= 9):
            raise DepartmentBrokePromise(f"{self._who}: {self._rules.expires} is not a number of seconds")
        return timedelta(seconds=int(told))

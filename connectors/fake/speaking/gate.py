"""The gate of a fake department: who may ask. Every sign-in is checked as the department would, tokens are really issued.

Knows no records. What stands in a SOAP header is the SOAP side's business; HTTP headers, query and body are checked here.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from connectors.declarations.declared import Department, Feed, Token
from connectors.declarations.request_template import holds_secret, put, put_secrets
from connectors.declarations.sign_in_rules import TOKENS
from connectors.fake.line.wire import Answer, Request
from connectors.fake.speaking.answers import flatten
from connectors.fake.speaking.signatures import Signatures
from connectors.signing.national_gateway import seal_secret
from connectors.signing.signing import SeenNonces, require_sign_in, verify_headers
from connectors.signing.tokens import carry_token, write_login
from connectors.wire.connection import Connection
from schemas.errors import DepartmentRefused

LASTS = timedelta(minutes=20)
EXTRA = {
    "national-gateway": {"sid": "s_demo_0001", "appkey": "fake-appkey-0001"}
}  # invented, as login and password are
ELSEWHERE = {"none", "wsse-username", "wsse-signature", "mtls"}  # not at all, in the SOAP header, or in TLS


class Gate:
    """Let requests of one department in, or refuse them in words."""

    def __init__(self, department: Department, connection: Connection) -> None:
        self._auth, self._connection = department.transport.auth, connection
        self._rules = department.transport.token or Token()
        self._is_carried = self._auth in TOKENS or (self._auth == "api-key" and department.transport.token is not None)
        self._seen = SeenNonces()
        self.signatures = Signatures() if self._auth == "wsse-signature" else None
        self._issued: dict[str, datetime] = {}
        self.sign_ins = 0

    def forget(self) -> None:
        """Accept no token that was issued so far."""
        self._issued.clear()

    @property
    def connection_extra(self) -> dict[str, str]:
        """Return what the caller's connection must hold beside the account."""
        return self.signatures.connection_extra if self.signatures else {}

    def issue(self, request: Request, now: datetime) -> Answer | None:
        """Answer a request for a token; None when it is none."""
        if not self._rules.path or request.path != self._connection.path + self._rules.path:
            return None
        try:
            self._verify_login(request, now)
        except DepartmentRefused as refusal:
            return _write(401, {"error": "invalid_client", "error_description": str(refusal)})
        self.sign_ins += 1
        token, ends = secrets.token_urlsafe(24), now + LASTS
        self._issued[token] = ends
        told: dict[str, Any] = {"code": 0, "token_type": "Bearer"}
        if self._auth == "national-gateway":
            put(told, self._rules.field, seal_secret(token, self._connection.extra["appkey"]))
            put(told, self._rules.expires, round(ends.timestamp() * 1000))
        else:
            put(told, self._rules.field, token)
            if self._rules.expires:
                put(told, self._rules.expires, int(LASTS.total_seconds()))
        return _write(200, told)

    def verify(self, request: Request, feed: Feed, given: dict[str, str], now: datetime) -> None:
        """Refuse a request that is not signed in; what signs it in is taken out of `given`."""
        own = put_secrets(feed.request, feed.request, self._connection.account)
        for name, template in flatten(feed.request).items():
            if holds_secret(template):
                require_sign_in(given.pop(name, "") == flatten(own)[name], f"{name} is wrong")
        if self._is_carried:
            self._verify_carried(request, given, now)
        elif self._auth == "national-gateway" and self._rules.path:
            self._verify_renewed(request, now)
        elif self._auth not in ELSEWHERE:
            verify_headers(self._auth, request.headers, self._connection, now, self._seen)

    def _verify_carried(self, request: Request, given: dict[str, str], now: datetime) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        known = self._live(now) if self._auth in TOKENS else [self._connection.password]
        is_good = False
        for signed in [carry_token(self._rules, token) for token in known]:
            wanted = {name.lower(): value for name, value in signed.headers.items()}
            is_good = is_good or (
                _holds(headers, wanted) and _holds(query, signed.query) and _holds(given, signed.body)
            )
        given.pop(self._rules.name, None)
        require_sign_in(is_good, "the token is not known, or has ended")

    def _verify_renewed(self, request: Request, now: datetime) -> None:
        for secret in self._live(now):
            try:
                verify_headers(self._auth, request.headers, replace(self._connection, password=secret), now, self._seen)
            except DepartmentRefused:
                continue
            return
        require_sign_in(False, "it is signed with no secret that is good now")

    def _verify_login(self, request: Request, now: datetime) -> None:
        if self._auth == "national-gateway":
            verify_headers(self._auth, request.headers, self._connection, now, self._seen)
            return
        values, headers = write_login(self._auth, self._rules, self._connection)
        given = {name.lower(): value for name, value in request.headers.items()}
        require_sign_in(request.method == ("GET" if self._rules.send == "query" else "POST"), "the method is wrong")
        require_sign_in(
            _holds(given, {name.lower(): value for name, value in headers.items()}), "the client is not known"
        )
        if self._rules.send == "json":
            require_sign_in(_read_json(request.body) == values, "login or password are wrong")
            return
        text = request.query if self._rules.send == "query" else request.body.decode("utf-8", "replace")
        require_sign_in(
            dict(parse_qsl(text)) == {key: str(value) for key, value in values.items()}, "the client is not known"
        )

    def _live(self, now: datetime) -> list[str]:
        return [token for token, ends in self._issued.items() if now < ends]


def _holds(given: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(hmac.compare_digest(given.get(key, "").encode(), value.encode()) for key, value in wanted.items())


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _write(status: int, told: Mapping[str, Any]) -> Answer:
    return Answer(status, "application/json;charset=UTF-8", json.dumps(told).encode())

"""Signing one department's requests in, request by request: what is made here, and what a token service gave.

A token is asked for when one is needed, kept until it ends, and asked for once more when the department refuses it.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from connectors.declarations.declared import Department, Feed, Token
from connectors.declarations.sign_in_rules import TOKENS
from connectors.declarations.text_encoding import charset_of, decode_text
from connectors.formats.clean_json import decode_clean
from connectors.formats.safe_xml import parse_xml
from connectors.formats.xml_rows import one_text
from connectors.signing.signing import sign_headers
from connectors.signing.token_service import Issued, TokenService
from connectors.signing.tokens import Signed, carry_token, text_at
from connectors.wire.connection import Connection
from connectors.wire.door import Answer
from schemas.bureau_time import Clock
from schemas.errors import DeclarationError, DepartmentError

SHORT = 4096  # bytes; a refusal is short, and a page is not read twice to look for one


class SignIn:
    """Sign the requests of one exchange."""

    def __init__(self, department: Department, who: str, connection: Connection, clock: Clock) -> None:
        self._transport, self._connection = department.transport, connection
        self._rules = department.transport.token or Token()
        self._service = TokenService(who, department.transport, connection, clock)
        self._issued: Issued | None = None
        shows = connection.scheme == "https" and connection.extra.get("client_certificate")
        if self._transport.auth == "mtls" and not shows:
            raise DeclarationError(
                f"{who}: sign-in mtls needs an https address and a client_certificate in the connection; nothing is sent"
            )

    @property
    def is_renewable(self) -> bool:
        """Say whether a refused request may be tried once more with something new."""
        auth = self._transport.auth
        return auth in TOKENS or (auth == "national-gateway" and bool(self._rules.path))

    def sign(self, at: datetime) -> Signed:
        """Return what signs a request in at that time."""
        auth, connection = self._transport.auth, self._connection
        if self.is_renewable and (self._issued is None or self._issued.until <= at):
            self._issued = self._service.ask()
        if auth in TOKENS and self._issued:
            return carry_token(self._rules, self._issued.text)
        if auth == "api-key" and self._transport.token:
            return carry_token(self._rules, connection.password)
        if auth == "national-gateway" and self._issued:
            connection = replace(connection, password=self._issued.text)
        return Signed(sign_headers(auth, connection, at, secrets.token_hex(16)))

    def is_refused(self, feed: Feed, answer: Answer) -> bool:
        """Say whether an answer tells to sign in again: by its status, or by a result code that the declaration names."""
        if answer.status == 401:
            return True
        if not self._rules.refused or not feed.success or len(answer.body) > SHORT:
            return False
        try:
            return _result_code(feed, answer) in self._rules.refused
        except DepartmentError:
            return False  # whoever reads the page will say what is wrong with it

    def forget(self) -> None:
        """Let go of what the department no longer accepts."""
        self._issued = None

    def abort(self) -> None:
        """End a call to the token service that runs in another thread."""
        self._service.abort()


def _result_code(feed: Feed, answer: Answer) -> str:
    path = feed.success.field if feed.success else ""
    if feed.answer == "xml":
        root = parse_xml(answer.body, answer.media_type, feed.name)
        return (one_text(root, path, feed.name) or "").strip()
    text = decode_text(answer.body, charset_of(answer.media_type) or "utf-8", feed.name)
    return text_at(decode_clean(text, feed.name), path)

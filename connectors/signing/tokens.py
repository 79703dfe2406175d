"""Tokens: what a login carries, and how a request carries the token that it brought. Knows no network.

OAuth 2 client credentials (RFC 6749 section 4.4) send client id and secret as Basic, or in the body where the declared
request names them; a department's own login sends what its template says.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from connectors.declarations.declared import Token
from connectors.declarations.request_template import fill, placeholders
from connectors.signing.national_crypto import sm3
from connectors.wire.connection import Connection


@dataclass(frozen=True)
class Signed:
    """Hold what signs one request in: headers, query parameters, and values by their path in the body. Never kept."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, str] = field(default_factory=dict, repr=False)


def carry_token(rules: Token, token: str) -> Signed:
    """Return a token where the declaration says it is carried."""
    named = {rules.name: f"{rules.prefix}{token}"}
    if rules.carry == "query":
        return Signed(query=named)
    return Signed(body=named) if rules.carry == "body" else Signed(headers=named)


def write_login(auth: str, rules: Token, connection: Connection) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values and the headers that ask for a token."""
    values: dict[str, Any] = fill(rules.request, _secrets(connection))
    if auth != "oauth2-client":
        return values, {}
    values = {"grant_type": "client_credentials", **values}
    if placeholders(rules.request) & {"login", "password"}:
        return values, {}
    pair = f"{quote_plus(connection.login)}:{quote_plus(connection.password)}"
    return values, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def text_at(document: Any, path: str) -> str:
    """Return the text or number at `path` of a decoded answer; empty where there is none."""
    for name in path.split("/"):
        document = document.get(name) if isinstance(document, dict) else None
    return str(document) if isinstance(document, str | int) and not isinstance(document, bool) else ""


def _secrets(connection: Connection) -> dict[str, str]:
    """Return what a login may carry: some services want the password hashed."""
    password = connection.password.encode()
    return connection.account | {
        "password_md5": hashlib.md5(password, usedforsecurity=False).hexdigest(),
        "password_sha256": hashlib.sha256(password).hexdigest(),
        "password_sm3": sm3(password).hex(),
    }

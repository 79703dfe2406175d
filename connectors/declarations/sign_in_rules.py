"""Which sign-ins each transport carries, and what must hold for a token that one of them asks for."""

from __future__ import annotations

import re

from connectors.declarations.declared import TO_FILL_IN, Feed, Token, Transport
from connectors.declarations.durations import duration
from connectors.declarations.request_template import placeholders
from schemas.errors import DeclarationError

HEADERS = {"none", "basic", "bearer", "api-key", "oauth2-client", "session-token", "mtls", "national-gateway"}
SIGN_INS = {
    "soap": HEADERS | {"wsse-username", "wsse-signature"},
    "rest": HEADERS | {"hmac-nonce", "hmac-sorted"},
    "table": {"none"},  # who reads a front database stands in its connection
    "file": {"none"},  # and who fetches files, too
}
TOKENS = {"oauth2-client", "session-token"}  # sign-ins that ask for a token first
LOGIN_VALUES = {"login", "password", "password_md5", "password_sha256", "password_sm3"}
PATH = rf"/(?!/)[^\s?#\\\x80-\U0010ffff]*|{re.escape(TO_FILL_IN)}"


def check_sign_in(transport: Transport, place: str) -> None:
    """Refuse a sign-in that the transport cannot carry, and a token that nobody asks for."""
    if transport.auth not in SIGN_INS[transport.kind]:
        raise DeclarationError(
            f"{place}: key 'auth': {transport.auth} is no sign-in of {transport.kind}; "
            f"there are {', '.join(sorted(SIGN_INS[transport.kind]))}"
        )
    _check_token(transport, place)


def check_carrying(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse a token that a feed's requests have no body for."""
    if transport.token and transport.token.carry == "body" and feed.send == "query":
        raise DeclarationError(f"{place}: key 'send': the token is carried in the body; expected json, form or xml")


def check_seal(transport: Transport, feed: Feed, place: str) -> None:
    """Refuse a seal or a signature where there is no body to carry it."""
    for key in ("seal", "sign"):
        if getattr(transport, key) in (None, "none"):
            continue
        if transport.kind != "rest" or feed.method != "POST" or feed.send == "query":
            raise DeclarationError(
                f"{place}: transport's {key} needs kind rest, method POST, and send json, form or xml"
            )


def _check_token(transport: Transport, place: str) -> None:
    """Refuse a token that nobody asks for, and one that cannot be asked for or carried."""
    token, where = transport.token, f"{place[:-1]}.token]"
    if token is None:
        if transport.auth in TOKENS:
            raise DeclarationError(f"{place}: key 'token' is missing; {transport.auth} needs it")
        return
    if transport.auth not in TOKENS | {"api-key", "national-gateway"}:
        raise DeclarationError(f"{place}: key 'token' means nothing to {transport.auth}")
    _check_written(token, transport, where)


def _check_written(token: Token, transport: Transport, where: str) -> None:
    if (token.path or transport.auth in TOKENS) and not re.fullmatch(PATH, token.path):
        raise DeclarationError(f"{where}: key 'path': expected one such as /oauth2/token, got {token.path!r}")
    if not re.fullmatch(r"[!-9;-~]+", token.name):
        raise DeclarationError(f"{where}: key 'name': expected a header, a parameter or a path, got {token.name!r}")
    unknown = sorted(placeholders(token.request) - LOGIN_VALUES)
    if unknown:
        raise DeclarationError(
            f"{where}: key 'request': placeholder {unknown[0]!r} is unknown; there are {', '.join(sorted(LOGIN_VALUES))}"
        )
    if token.carry == "body" and transport.kind != "rest":
        raise DeclarationError(f"{where}: key 'carry': body needs kind rest")
    try:
        duration(token.lifetime)
    except DeclarationError as error:
        raise DeclarationError(f"{where}: key 'lifetime': {error}") from error

"""WS-Security UsernameToken (OASIS profile 1.0), as PasswordDigest or PasswordText: made and checked.

PasswordDigest = Base64(SHA-1(nonce + created + password)). Time and nonce are arguments. Knows no network.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from lxml import etree

from connectors.signing.signing import WINDOW, SeenNonces, require_sign_in
from connectors.wire.connection import Connection

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{_OASIS}wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}wssecurity-utility-1.0.xsd"
DIGEST = f"{_OASIS}username-token-profile-1.0#PasswordDigest"
TEXT = f"{_OASIS}username-token-profile-1.0#PasswordText"
BASE64 = f"{_OASIS}soap-message-security-1.0#Base64Binary"


def make_username_token(connection: Connection, at: datetime, nonce: bytes) -> etree._Element:
    """Return the wsse:Security header; the connection's extra `password_type=text` sends the password itself."""
    created = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    security = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = connection.login
    is_text = connection.extra.get("password_type") == "text"
    password = etree.SubElement(token, f"{{{WSSE}}}Password", Type=TEXT if is_text else DIGEST)
    password.text = connection.password if is_text else password_digest(nonce, created, connection.password)
    etree.SubElement(token, f"{{{WSSE}}}Nonce", EncodingType=BASE64).text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{WSU}}}Created").text = created
    return security


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """Return Base64(SHA-1(nonce + created + password)); the profile fixes SHA-1."""
    digest = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def verify_username_token(header: etree._Element, connection: Connection, now: datetime, seen: SeenNonces) -> None:
    """Refuse a SOAP Header without a right, fresh and unused UsernameToken: DepartmentRefused says which."""
    tokens = header.findall(f"{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
    require_sign_in(len(tokens) == 1, "expected one UsernameToken")
    get = tokens[0].findtext
    created, password = get(f"{{{WSU}}}Created", ""), get(f"{{{WSSE}}}Password", "")
    nonce = _decode(get(f"{{{WSSE}}}Nonce", ""))
    require_sign_in(
        hmac.compare_digest(get(f"{{{WSSE}}}Username", "").encode(), connection.login.encode()), "the user is unknown"
    )
    element = tokens[0].find(f"{{{WSSE}}}Password")
    is_text = element is not None and element.get("Type", TEXT) == TEXT
    expected = connection.password if is_text else password_digest(nonce, created, connection.password)
    require_sign_in(hmac.compare_digest(password.encode(), expected.encode()), "the password is wrong")
    require_sign_in(abs(now - _read_created(created)) <= WINDOW, "Created is outside the accepted window")
    require_sign_in(bool(nonce) and seen.remember(nonce.hex(), now), "the nonce was used before")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _read_created(text: str) -> datetime:
    try:
        created = datetime.fromisoformat(text)
    except ValueError:
        created = datetime.fromtimestamp(0, UTC)
    require_sign_in(created.tzinfo is not None, "Created is not an instant")
    return created

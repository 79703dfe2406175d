"""Every sign-in profile has its published vector, and what it makes it also accepts, once and in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from connectors.signing.signing import SeenNonces, hmac_base64, sign_headers, verify_headers
from connectors.signing.username_token import (
    DIGEST,
    WSSE,
    WSU,
    make_username_token,
    password_digest,
    verify_username_token,
)
from connectors.wire.connection import Connection
from schemas.errors import DepartmentRefused

AT = datetime.fromtimestamp(1_700_000_000, UTC)
SECRET = "demo-secret"
PROFILES = ["none", "basic", "bearer", "api-key", "hmac-nonce", "hmac-sorted"]


def connect(login: str = "demo-key", password: str = SECRET, **extra: str) -> Connection:
    return Connection("http", "127.0.0.1", 80, "", login, password, extra)


def test_the_sorted_signature_meets_its_vector() -> None:
    headers = sign_headers("hmac-sorted", connect(), AT, "11111111-2222-3333-4444-555555555555")
    assert headers["x-aep-timestamp"] == "1700000000000"
    assert headers["x-aep-signature"] == "387c920963a5e52e93a08c7717e2570f0ea2318d484409fdde922f169af7885c"


def test_the_base64_signature_meets_the_national_vector() -> None:
    message = "s_demo_0001" + "rid-demo" + "1700000000000"
    assert hmac_base64("demo-secret", message) == "dWzj89BX+TR9/F0SRNDM7Z3HoVtAokNM75NUo0DStps="


def test_the_nonce_signature_covers_client_timestamp_and_nonce() -> None:
    headers = sign_headers("hmac-nonce", connect(), AT, "n-1")
    assert headers["X-Signature"] == hmac_base64("demo-secret", "demo-key" + "1700000000000" + "n-1")
    assert headers | {"X-Signature": ""} == {
        "X-Client-Id": "demo-key", "X-Timestamp": "1700000000000", "X-Nonce": "n-1", "X-Signature": "",
    }  # fmt: skip


def test_a_gateway_that_swaps_key_and_message_is_met() -> None:
    swapped = sign_headers("hmac-sorted", connect(swapped="true"), AT, "n-1")
    assert swapped["x-aep-signature"] != sign_headers("hmac-sorted", connect(), AT, "n-1")["x-aep-signature"]


def test_basic_carries_login_and_password() -> None:
    headers = sign_headers("basic", connect("Aladdin", "open sesame"), AT, "n-1")
    assert headers == {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}


@pytest.mark.parametrize("auth", PROFILES)
def test_what_a_profile_signs_it_accepts(auth: str) -> None:
    verify_headers(auth, sign_headers(auth, connect(), AT, "n-1"), connect(), AT, SeenNonces())


@pytest.mark.parametrize("auth", PROFILES[1:])
def test_another_secret_is_refused(auth: str) -> None:
    headers = sign_headers(auth, connect(password="other"), AT, "n-1")
    with pytest.raises(DepartmentRefused, match="is wrong"):
        verify_headers(auth, headers, connect(), AT, SeenNonces())


@pytest.mark.parametrize("auth", ["hmac-nonce", "hmac-sorted"])
def test_a_used_nonce_an_old_timestamp_and_missing_headers_are_refused(auth: str) -> None:
    headers, seen = sign_headers(auth, connect(), AT, "n-1"), SeenNonces()
    verify_headers(auth, headers, connect(), AT, seen)
    with pytest.raises(DepartmentRefused, match="used before"):
        verify_headers(auth, headers, connect(), AT + timedelta(seconds=5), seen)
    with pytest.raises(DepartmentRefused, match="window"):
        verify_headers(auth, headers, connect(), AT + timedelta(minutes=6), SeenNonces())
    with pytest.raises(DepartmentRefused):
        verify_headers(auth, {}, connect(), AT, SeenNonces())


def test_nonces_are_forgotten_after_the_window() -> None:
    seen = SeenNonces()
    assert seen.remember("n-1", AT)
    assert not seen.remember("n-1", AT + timedelta(minutes=9))
    assert seen.remember("n-1", AT + timedelta(minutes=11))


def make_header(connection: Connection, nonce: bytes = b"0123456789abcdef") -> etree._Element:
    header = etree.Element("Header")
    header.append(make_username_token(connection, AT, nonce))
    return header


def test_the_password_digest_meets_its_vector() -> None:
    # Nonce, Created and password of the widely published profile example.
    assert (
        password_digest(b"d36e316282959a9ed4c89851497a717f", "2003-12-15T14:43:07Z", "taadtaadpstcsm")
        == "quR/EWLAV4xLf9Zqyw4pDmfV9OY="
    )


@pytest.mark.parametrize("kind", ["digest", "text"])
def test_a_username_token_is_accepted_once_and_in_time(kind: str) -> None:
    header, seen = make_header(connect(password_type=kind)), SeenNonces()
    verify_username_token(header, connect(), AT, seen)
    with pytest.raises(DepartmentRefused, match="used before"):
        verify_username_token(header, connect(), AT, seen)
    with pytest.raises(DepartmentRefused, match="window"):
        verify_username_token(header, connect(), AT - timedelta(minutes=6), SeenNonces())


def test_a_digest_keeps_the_password_to_itself() -> None:
    assert b"demo-secret" not in etree.tostring(make_header(connect()))


@pytest.mark.parametrize(
    "wrong", [connect("other"), connect(password="other"), connect(password="other", password_type="text")]
)
def test_a_wrong_user_or_password_is_refused(wrong: Connection) -> None:
    with pytest.raises(DepartmentRefused):
        verify_username_token(make_header(wrong), connect(), AT, SeenNonces())


def test_a_second_username_token_is_refused() -> None:
    header = make_header(connect())
    header.append(make_username_token(connect(), AT, b"other"))
    assert len(header.findall(f"{{{WSSE}}}Security")) == 2
    with pytest.raises(DepartmentRefused, match="expected one"):
        verify_username_token(header, connect(), AT, SeenNonces())


def test_no_username_token_at_all_is_refused() -> None:
    with pytest.raises(DepartmentRefused, match="expected one"):
        verify_username_token(etree.Element("Header"), connect(), AT, SeenNonces())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (f"{{{WSSE}}}Nonce", "", "nonce"),
        (f"{{{WSSE}}}Nonce", "%%%", "nonce"),
        (f"{{{WSSE}}}Nonce", "bm9u%Y2U=", "nonce"),  # base64 only to whoever overlooks a sign
        (f"{{{WSU}}}Created", "", "outside the accepted window"),
        (f"{{{WSU}}}Created", "yesterday", "outside the accepted window"),
        (f"{{{WSU}}}Created", "2023-11-14T22:13:20.000", "not an instant"),
        (f"{{{WSSE}}}Password", "", "the password is wrong"),
        (f"{{{WSSE}}}Username", "", "the user is unknown"),
    ],
)
def test_a_username_token_that_lacks_a_part_is_refused(name: str, text: str, said: str) -> None:
    header = make_header(connect(password_type="text"))
    for element in header.iter(name):
        element.text = text
    with pytest.raises(DepartmentRefused, match=said):
        verify_username_token(header, connect(), AT, SeenNonces())


def test_a_password_without_a_type_is_the_password_itself_and_never_a_digest() -> None:
    for kind in ("text", "digest"):
        header = make_header(connect(password_type=kind))
        (password,) = header.iter(f"{{{WSSE}}}Password")
        password.attrib.pop("Type")
        if kind == "text":
            verify_username_token(header, connect(), AT, SeenNonces())
        else:
            with pytest.raises(DepartmentRefused, match="password is wrong"):
                verify_username_token(header, connect(), AT, SeenNonces())
            password.set("Type", DIGEST)
            verify_username_token(header, connect(), AT, SeenNonces())

"""Over TLS only the pinned department is spoken to, with our own certificate where it asks for one, and ends are told ahead."""

from __future__ import annotations

import contextlib
import logging
import ssl
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from raw_server import RawServer, answering, serving

from connectors.declarations.declared_bounds import Limits
from connectors.fake.line.certificates import Authority, Issued
from connectors.wire import door
from connectors.wire.connection import Connection
from connectors.wire.door import Call, Door
from connectors.wire.tls import check_certificates, ending_certificates, make_context
from connectors.wire.wire_clock import read_clock
from schemas.errors import (
    CertificateExpired,
    DeclarationError,
    DepartmentNotTrusted,
    DepartmentRefused,
    DepartmentUnreachable,
    HubError,
)

NOW = datetime.now(UTC)
OURS, OTHER = Authority(NOW), Authority(NOW, "Another authority")
GOOD = OURS.issue("department", host="127.0.0.1")
CLIENT = OURS.issue("license-hub")


def server_context(shown: Issued, client_ca: str = "") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=client_ca or None)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(shown.certificate + shown.key)
        file.flush()
        context.load_cert_chain(file.name)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextlib.contextmanager
def over_tls(shown: Issued, client_ca: str = "", wrap: Callable[[socket], socket] | None = None) -> Iterator[RawServer]:
    context = server_context(shown, client_ca)
    with serving(answering(b"{}"), wrap=wrap or (lambda one: context.wrap_socket(one, server_side=True))) as server:
        yield server


def ask(server: RawServer, **extra: str) -> bytes:
    connection = Connection("https", "127.0.0.1", server.port, extra=extra)
    opened = Door("roads.licenses", connection, Limits(deadline_seconds=5), read_clock)
    try:
        return opened.call(Call("GET", "/x")).body
    finally:
        opened.close()


def test_a_department_whose_authority_is_pinned_is_spoken_to() -> None:
    with over_tls(GOOD) as server:
        assert ask(server, ca=OURS.certificate) == b"{}"


def test_a_self_signed_department_is_pinned_by_its_own_certificate(tmp_path: Path) -> None:
    own = Authority(NOW, "Department that trusts itself")
    file = tmp_path / "department.pem"
    file.write_text(own.certificate)
    with over_tls(own.issue("department", host="127.0.0.1")) as server:
        assert ask(server, ca=str(file)) == b"{}"


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        (OURS.issue("department", host="127.0.0.1", days=-1), "its certificate has expired"),
        (OURS.issue("department", host="other.gov.cn"), "is for another address than the connection's"),
        (OTHER.issue("department", host="127.0.0.1"), "signed by an authority other than the one pinned"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused_before_anything_is_sent(shown: Issued, message: str) -> None:
    with over_tls(shown) as server, pytest.raises(DepartmentNotTrusted, match=rf"^roads\.licenses: .*{message}"):
        ask(server, ca=OURS.certificate)
    assert server.requests == []


def test_without_a_pinned_authority_a_private_one_is_not_trusted() -> None:
    with over_tls(GOOD) as server, pytest.raises(DepartmentNotTrusted, match="other than the one pinned"):
        ask(server)


def test_a_pinned_authority_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[ssl.SSLContext] = []

    def make(*given: Any) -> ssl.SSLContext:
        used.append(make_context(*given))
        return used[-1]

    monkeypatch.setattr(door, "make_context", make)
    with over_tls(GOOD) as server:
        with pytest.raises(DepartmentNotTrusted):
            ask(server, ca=OTHER.certificate)
        ask(server, ca=OURS.certificate)
    assert [len(context.get_ca_certs()) for context in used] == [
        1,
        1,
    ]  # after the call: nobody else was let in on the way


def told_in_full(error: BaseException) -> str:
    """Write an error as a log does: with all that led to it."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("shown", [OTHER.issue("department", host="127.0.0.1"), None])
def test_nothing_that_an_address_carries_is_told_of_a_call_that_failed(shown: Issued | None) -> None:
    def hang_up(one: socket) -> socket:
        one.close()
        return one

    call = Call("GET", "/of/370283199003077215", {"token": "hush-hush"})
    with over_tls(shown or GOOD, wrap=None if shown else hang_up) as server:
        connection = Connection("https", "127.0.0.1", server.port, extra={"ca": OURS.certificate})
        opened = Door("roads.licenses", connection, Limits(deadline_seconds=5), read_clock)
        with contextlib.closing(opened), pytest.raises(HubError) as failure:
            opened.call(call)
    assert "roads.licenses" in told_in_full(failure.value)
    assert not {part for part in ("hush-hush", "370283199003077215") if part in told_in_full(failure.value)}


def test_a_door_that_speaks_no_tls_is_told_apart() -> None:
    def greet(one: socket) -> socket:
        one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return one

    with over_tls(GOOD, wrap=greet) as server, pytest.raises(DepartmentNotTrusted, match="TLS fails"):
        ask(server, ca=OURS.certificate)


def test_a_department_that_hangs_up_in_the_handshake_is_unreachable() -> None:
    def hang_up(one: socket) -> socket:
        one.close()
        return one

    with over_tls(GOOD, wrap=hang_up) as server, pytest.raises(DepartmentUnreachable):
        ask(server, ca=OURS.certificate)


def test_our_certificate_signs_us_in() -> None:
    mine = {"client_certificate": CLIENT.certificate, "client_key": CLIENT.key}
    with over_tls(GOOD, OURS.certificate) as server:
        assert ask(server, ca=OURS.certificate, **mine) == b"{}"


@pytest.mark.parametrize("mine", [None, OTHER.issue("license-hub")])
def test_a_department_that_does_not_take_our_certificate_says_so(mine: Issued | None) -> None:
    shown = {"client_certificate": mine.certificate, "client_key": mine.key} if mine else {}
    with over_tls(GOOD, OURS.certificate) as server:
        with pytest.raises(DepartmentRefused, match="does not accept our client certificate"):
            ask(server, ca=OURS.certificate, **shown)
        assert server.requests == []


@pytest.mark.parametrize(
    ("extra", "family", "message"),
    [
        ({"client_certificate": OURS.issue("us", days=-2).certificate, "client_key": CLIENT.key}, CertificateExpired, "ended on"),
        ({"client_certificate": CLIENT.certificate, "client_key": GOOD.key}, DeclarationError, "client_key does not open"),
        ({"client_certificate": CLIENT.certificate}, DeclarationError, "client_key does not open"),
        ({"client_certificate": "/nowhere/a.pem"}, DeclarationError, "neither PEM text nor a readable PEM file"),
        ({"ca": "-----BEGIN nonsense"}, DeclarationError, "no certificate in PEM"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_our_own_certificates_is_said_before_calling(
    extra: dict[str, str], family: type[HubError], message: str
) -> None:
    with over_tls(GOOD) as server, pytest.raises(family, match=message) as failure:
        ask(server, **extra)
    assert server.requests == []
    assert "PRIVATE" not in str(failure.value)


def test_a_certificate_that_ends_soon_is_told_ahead(caplog: pytest.LogCaptureFixture) -> None:
    mine = OURS.issue("license-hub", days=5)
    extra = {"ca": OURS.certificate, "client_certificate": mine.certificate, "client_key": mine.key}
    with over_tls(OURS.issue("department", host="127.0.0.1", days=20)) as server, caplog.at_level(logging.WARNING):
        ask(server, **extra)
    assert sorted(record.args[1] for record in caplog.records if isinstance(record.args, tuple)) == [
        "client_certificate", "department's own",
    ]  # fmt: skip
    assert list(ending_certificates(Connection("https", "a", 1, extra=extra), NOW, "roads")) == ["client_certificate"]


def test_certificates_that_must_be_renewed_are_findings() -> None:
    ended, ending = (OURS.issue("us", days=days).certificate for days in (-1, 9))
    extra = {"ca": OURS.certificate, "client_certificate": ended, "signing_certificate": ending}
    found = check_certificates(Connection("https", "a", 1, extra=extra), NOW, "roads")
    assert [(one.severity, one.place) for one in found] == [
        ("error", "roads: connection's client_certificate"),
        ("warning", "roads: connection's signing_certificate"),
    ]

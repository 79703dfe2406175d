"""Every call ends in time, within its bytes, at its address; whatever goes wrong has the right family."""

from __future__ import annotations

import gzip
import itertools
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from raw_server import Behaviour, answering, respond, serving

from connectors.declarations.declared_bounds import Limits
from connectors.wire.connection import parse_connection
from connectors.wire.door import Answer, Call, Door
from connectors.wire.door_statuses import retry_after
from connectors.wire.wire_clock import read_clock
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentRefused,
    DepartmentTimeout,
    DepartmentUnavailable,
    DepartmentUnreachable,
)

LIMITS = Limits(deadline_seconds=0.5, page_bytes=100_000)


@contextmanager
def opened(url: str, limits: Limits = LIMITS) -> Iterator[Door]:
    door = Door("roads.licenses", parse_connection(url), limits, read_clock)
    try:
        yield door
    finally:
        door.close()


def ask(behave: Behaviour, limits: Limits = LIMITS, **call: object) -> Answer:
    with serving(behave) as server, opened(server.url + "/base", limits) as door:
        return door.call(Call("GET", "/x", **call))  # type: ignore[arg-type]


def drip(before: bytes, drop: bytes) -> Behaviour:
    def behave(client: socket.socket, _request: bytes) -> None:
        client.sendall(before)
        for _ in range(100):
            client.sendall(drop)
            time.sleep(0.05)

    return behave


def hang(_client: socket.socket, _request: bytes) -> None:
    time.sleep(5)


def hang_up(client: socket.socket, _request: bytes) -> None:
    client.shutdown(socket.SHUT_RDWR)


def reset_midway(client: socket.socket, _request: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    time.sleep(0.1)
    client.close()


def test_a_whole_answer_comes_with_its_times() -> None:
    answer = ask(answering(b'{"a": 1}', Content_Type="text/x"), query={"a": "平度"}, headers={"X-One": "1"})
    assert (answer.status, answer.media_type, answer.body) == (200, "text/x", b'{"a": 1}')
    assert answer.requested_at <= answer.first_byte_at <= answer.received_at


def test_what_no_header_can_hold_is_refused_before_anything_is_sent() -> None:
    with serving(answering(b"{}")) as server, opened(server.url) as door:
        with pytest.raises(DeclarationError, match="the header Authorization cannot be written") as refused:
            door.call(Call("GET", "/x", headers={"Authorization": "Bearer 密码"}))
        assert ("密码" in str(refused.value), server.requests) == (False, [])


def test_the_request_goes_to_the_connections_path_with_its_host() -> None:
    with serving(answering(b"{}")) as server, opened(server.url + "/base") as door:
        door.call(Call("POST", "/x", {"a": "1"}, {"X-One": "1"}, b"body"))
        door.call(Call("GET", "/x"))
    first = server.requests[0]
    assert first.startswith(b"POST /base/x?a=1 HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in first
    assert b"X-One: 1\r\n" in first
    assert first.endswith(b"\r\n\r\nbody")
    assert b"uthorization" not in first  # the connection's login signs in only where the declaration says so


@pytest.mark.parametrize(
    ("behave", "family"),
    [
        (answering(b"{}", "503 Busy"), DepartmentUnavailable),
        (answering(b"{}", "429 Slow down"), DepartmentUnavailable),
        (answering(b"{}", "401 Who"), DepartmentRefused),
        (answering(b"{}", "403 No"), DepartmentRefused),
        (answering(b"{}", "404 Where"), DepartmentRefused),
        (answering(b"{}", "500 Oh"), DepartmentFault),
        (answering(b"", "204 Nothing"), DepartmentBrokePromise),
        (answering(b"", "302 Elsewhere", Location="http://127.0.0.1:1/"), DepartmentBrokePromise),
        (answering(b"", "302 Elsewhere", Location="file:///etc/passwd"), DepartmentBrokePromise),
        (answering(b"{}", length=90), DepartmentTimeout),  # short and then silent: only the clock can tell
        (answering(b"{}", Content_Encoding="br"), DepartmentBrokePromise),
        (answering(b"not gzip", Content_Encoding="gzip"), DepartmentBrokePromise),
        (answering(gzip.compress(b"x" * 5000)[:-9], Content_Encoding="gzip"), DepartmentBrokePromise),
        (answering(gzip.compress(b"{}") + b"more", Content_Encoding="gzip"), DepartmentBrokePromise),
        (answering(gzip.compress(b"{}") * 2, Content_Encoding="gzip"), DepartmentBrokePromise),
        (answering(gzip.compress(b"{}") + bytes(500_000), Content_Encoding="gzip"), DepartmentBrokePromise),
        (answering(b"x" * 100_001), DepartmentBrokePromise),
        (drip(b"not http at all\r\n\r\n", b""), DepartmentBrokePromise),
        (hang, DepartmentTimeout),
        (hang_up, DepartmentUnreachable),
        (reset_midway, DepartmentUnreachable),
    ],
)
def test_a_bad_answer_has_its_family(behave: Behaviour, family: type[DepartmentError]) -> None:
    started = time.monotonic()
    with pytest.raises(family, match=r"^roads\.licenses: ") as failure:
        ask(behave)
    assert type(failure.value) is family
    assert time.monotonic() - started < 1.5


def test_a_short_body_breaks_the_promise_of_its_length() -> None:
    def behave(client: socket.socket, _request: bytes) -> None:
        respond(client, b'{"a":', length=90)
        client.shutdown(socket.SHUT_RDWR)

    with pytest.raises(DepartmentBrokePromise, match="ends early"):
        ask(behave)


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"", b"H"),
        (OK, b"X-Drip: 1\r\n"),
        (OK + b"X-Long: ", b"x"),
        (OK + b"Content-Length: 5000\r\n\r\n", b"x"),
        (OK + b"\r\n", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_dripping_answer_ends_at_the_deadline(before: bytes, drop: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(DepartmentTimeout, match=r"no whole answer within 0\.5 s"):
        ask(drip(before, drop))
    assert time.monotonic() - started < 0.9


def test_a_dripping_tls_handshake_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        clients = []

        def trickle() -> None:
            client, _ = listener.accept()
            clients.append(client)
            for _ in range(40):
                client.sendall(b"\x16")
                time.sleep(0.05)

        threading.Thread(target=lambda: quietly(trickle), daemon=True).start()
        started = time.monotonic()
        with opened(f"https://127.0.0.1:{listener.getsockname()[1]}") as door, pytest.raises(DepartmentError):
            door.call(Call("GET"))
        assert time.monotonic() - started < 1.0
        clients[0].close()


def quietly(action: object) -> None:
    try:
        action()  # type: ignore[operator]
    except OSError:
        return


def test_a_gzip_bomb_is_stopped_at_the_cap_with_little_memory() -> None:
    bomb = gzip.compress(bytes(200_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DepartmentBrokePromise, match="exceeds 100000 bytes"):
        ask(answering(bomb, Content_Encoding="gzip"), Limits(deadline_seconds=5, page_bytes=100_000))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


def test_gzip_is_asked_for_and_read() -> None:
    assert ask(answering(gzip.compress(b"x" * 90_000), Content_Encoding="gzip")).body == b"x" * 90_000


def test_garbage_without_end_after_a_gzip_is_left_at_once() -> None:
    begun = OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}")
    started = time.monotonic()
    with pytest.raises(DepartmentBrokePromise, match="goes on after the end of what is compressed"):
        ask(drip(begun, b"junk" * 20_000), Limits(deadline_seconds=5))
    assert time.monotonic() - started < 2


def test_an_address_nobody_listens_at_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with opened(f"http://127.0.0.1:{port}") as door, pytest.raises(DepartmentUnreachable, match="is not reachable"):
        door.call(Call("GET"))
    with pytest.raises(DepartmentUnreachable, match="has no address"), opened("http://nowhere.invalid"):
        pass


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "0.0.0.0", "[::]", "[fe80::1]", "224.0.0.1", "[::ffff:169.254.169.254]"],  # noqa: S104  # refused, not bound
)
def test_an_address_no_department_has_is_never_called(address: str) -> None:
    with pytest.raises(DeclarationError, match="no department has"), opened(f"http://{address}"):
        pass


def test_a_host_is_resolved_once_and_never_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = socket.getaddrinfo

    def getaddrinfo(host: str, *args: object, **kwargs: object) -> object:
        asked.append(host)
        return original("127.0.0.1" if host == "roads.gov.cn" and len(asked) == 1 else host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with serving(answering(b"{}")) as server, opened(f"http://roads.gov.cn:{server.port}") as door:
        door.call(Call("GET"))
    assert asked.count("roads.gov.cn") == 1
    assert f"Host: roads.gov.cn:{server.port}".encode() in server.requests[0]


def test_only_declared_networks_are_called() -> None:
    with (
        pytest.raises(DeclarationError, match="outside the connection's networks"),
        opened("http://127.0.0.1?networks=10.8.0.0/16"),
    ):
        pass
    with pytest.raises(DeclarationError, match="are no ranges"), opened("http://127.0.0.1?networks=ten"):
        pass
    with opened("http://[::ffff:127.0.0.1]:1?networks=10.0.0.0/8,127.0.0.0/8"):
        pass


def test_proxies_and_netrc_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")  # type: ignore[operator]
    monkeypatch.setenv("NETRC", f"{tmp_path}/.netrc")
    with serving(answering(b"{}")) as server, opened(server.url) as door:
        assert door.call(Call("GET")).status == 200
    assert b"uthorization" not in server.requests[0]


def test_cookies_are_not_kept() -> None:
    with serving(answering(b"{}", Set_Cookie="a=b; Path=/")) as server, opened(server.url) as door:
        door.call(Call("GET"))
        door.call(Call("GET"))
    assert b"ookie" not in server.requests[1]


def test_a_closed_keep_alive_connection_is_opened_again() -> None:
    turns = itertools.count()

    def behave(client: socket.socket, _request: bytes) -> None:
        respond(client, b"{}")
        if next(turns) == 0:
            client.shutdown(socket.SHUT_RDWR)

    with serving(behave) as server, opened(server.url) as door:
        door.call(Call("GET"))
        time.sleep(0.05)
        assert door.call(Call("GET")).status == 200


def test_the_department_says_when_to_ask_again() -> None:
    with pytest.raises(DepartmentUnavailable) as failure:
        ask(answering(b"", "503 Busy", Retry_After="120"))
    assert failure.value.retry_after_seconds == 120


NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("9999999", 86_400.0),
        ("Sun, 01 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2026 99999999999999999:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


def test_no_failure_repeats_a_secret_or_the_body() -> None:
    with pytest.raises(DepartmentError) as failure:
        ask(answering(b"37028319900307721X", "500 Oh"))
    chain = [failure.value, failure.value.__cause__]
    assert not [text for text in map(str, chain) if "secret" in text or "37028319900307721X" in text]

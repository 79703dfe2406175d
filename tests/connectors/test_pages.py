"""Pages are fetched to their declared end, handed over raw before anyone looks inside, and never taken on trust."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from raw_server import Behaviour, answering, respond, serving
from soap_samples import ENVELOPE, TO_SOAP, TO_STRING, WSDL, result, wrap

from connectors.declarations.declaration import Department
from connectors.pages.pages import FetchedPage, fetch_pages
from connectors.signing.signing import SeenNonces, verify_headers
from connectors.signing.username_token import verify_username_token
from connectors.wire.connection import parse_connection
from connectors.wire.wire_clock import read_clock
from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentFault,
    DepartmentRefused,
    DepartmentServerFault,
    DepartmentTimeout,
    DepartmentUnavailable,
    SignInRefused,
)

Declare = Callable[..., Department]
FAST = (
    'auth = "none"',
    'auth = "none"\nlimits = { requests_per_second = 1000, deadline_seconds = 0.5, page_bytes = 100000 }',
)
CURSOR = (
    ('style = "page", total = "data/total"', 'style = "cursor", next = "data/next"'),
    ('page = "{page}"', 'cursor = "{cursor}"'),
    ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "json"'),
)
ROWS = [{"XKZBH": f"A{n}"} for n in range(5)]


def fetch(department: Department, url: str, since: datetime | None = None, max_pages: int = 100) -> list[FetchedPage]:
    return list(fetch_pages(department, department.feeds["licenses"], parse_connection(url), since, max_pages))


def query_of(request: bytes) -> dict[str, str]:
    target = request.split(b" ")[1].decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def page_of(rows: list[dict[str, str]], total: int, **more: Any) -> bytes:
    return json.dumps({"code": "0", "data": {"total": total, "rows": rows, **more}}).encode()


def paged(rows: list[dict[str, str]] = ROWS, total: int | None = None, size: int = 2) -> Behaviour:
    def behave(client: socket, request: bytes) -> None:
        start = (int(query_of(request)["page"]) - 1) * size
        respond(client, page_of(rows[start : start + size], len(rows) if total is None else total))

    return behave


def test_numbered_pages_are_fetched_to_the_declared_total(declare: Declare) -> None:
    with serving(paged()) as server:
        pages = fetch(declare(FAST), server.url)
    assert [page.number for page in pages] == [1, 2, 3]
    assert [query_of(request)["page"] for request in server.requests] == ["1", "2", "3"]
    assert pages[0].request == "GET /licenses?since=1970-01-01+08%3A00%3A00&page=1&size=2"
    assert pages[2].body == page_of(ROWS[4:], 5)


def test_since_is_asked_in_the_departments_own_time_and_form(declare: Declare) -> None:
    with serving(paged([])) as server:
        fetch(
            declare(FAST, ('overlap = "2h"', 'format = "%Y/%m/%d %H:%M", overlap = "2h"')),
            server.url,
            datetime(2024, 2, 29, 20, tzinfo=UTC),
        )
    assert query_of(server.requests[0])["since"] == "2024/03/01 04:00"


def test_a_page_is_handed_over_before_anyone_looks_inside(declare: Declare) -> None:
    with serving(answering(b"<html>sign in</html>", Content_Type="text/html")) as server:
        department = declare(FAST)
        pages = fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None)
        assert next(pages).body == b"<html>sign in</html>"
        with pytest.raises(DepartmentBrokePromise, match="sign-in page"):
            next(pages)


def test_the_next_page_is_on_its_way_while_one_is_stored(declare: Declare) -> None:
    with serving(paged()) as server:
        department = declare(FAST)
        pages = fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None)
        next(pages)
        time.sleep(0.1)
        assert len(server.requests) == 1  # nobody looked inside the first yet
        next(pages)
        while len(server.requests) < 3:  # the third is asked for while nobody takes it
            time.sleep(0.01)
        pages.close()  # type: ignore[attr-defined]


def test_leaving_early_ends_a_call_on_its_way(declare: Declare) -> None:
    def behave(client: socket, request: bytes) -> None:
        if query_of(request)["page"] == "3":
            time.sleep(3)
        paged()(client, request)

    with serving(behave) as server:
        department = declare((FAST[0], FAST[1].replace("0.5", "20")))
        pages = fetch_pages(department, department.feeds["licenses"], parse_connection(server.url), None)
        next(pages), next(pages)
        time.sleep(0.1)
        started = time.monotonic()
        pages.close()  # type: ignore[attr-defined]
        assert time.monotonic() - started < 1


def test_a_cursor_is_followed_until_there_is_none(declare: Declare) -> None:
    def behave(client: socket, request: bytes) -> None:
        asked = json.loads(request.partition(b"\r\n\r\n")[2])
        start = int(asked.get("cursor", "0"))
        assert asked["size"] == 2
        respond(client, page_of(ROWS[start : start + 2], 0, next=str(start + 2) if start + 2 < len(ROWS) else None))

    with serving(behave) as server:
        pages = fetch(declare(FAST, *CURSOR), server.url)
    assert [page.number for page in pages] == [1, 2, 3]
    assert "cursor" not in pages[0].request


def test_a_feed_without_paging_is_one_page(declare: Declare) -> None:
    none = ('paging = { style = "page", total = "data/total", size = 2 }', 'paging = { style = "none" }')
    with serving(answering(page_of(ROWS, 5))) as server:
        assert len(fetch(declare(FAST, none), server.url)) == 1


@pytest.mark.parametrize(
    ("behave", "changes", "message"),
    [
        (paged(total=9), (), "declares 9 records; expected as many, got 5"),
        (paged(total=3), (), "declares 3 records; expected as many, got 4"),
        (answering(page_of(ROWS[:2], 50)), (), "page 2 repeats page 1"),
        (answering(page_of([], 0, next="7")), CURSOR, "a cursor came twice"),
        (lambda c, r: respond(c, page_of([], 0, next=r.hex()[-9:] + str(time.monotonic()))), CURSOR, "more than 100 pages"),
        (answering(b'{"code": "0", "data": {"rows": []}}'), (), "data/total is not a number"),
        (answering(b'{"code": "0", "data": {"rows": [], "total": "%s"}}' % (b"9" * 5000)), (), "data/total is not a number"),
        (answering(page_of(ROWS[:2], 2)[:-9]), (), "is not JSON"),
        (answering(page_of(ROWS[:2], 2), "302 Found", Location="http://127.0.0.1:1/x"), (), "no redirect is followed"),
    ],
)  # fmt: skip
def test_pages_that_contradict_themselves_break_the_promise(
    declare: Declare, behave: Behaviour, changes: tuple[tuple[str, str], ...], message: str
) -> None:
    with serving(behave) as server, pytest.raises(DepartmentBrokePromise, match=message):
        fetch(declare(FAST, *changes), server.url)


def test_an_error_on_a_later_page_has_its_family(declare: Declare) -> None:
    def behave(client: socket, request: bytes) -> None:
        if query_of(request)["page"] == "2":
            respond(client, b"", "503 Busy", Retry_After="7")
        else:
            paged()(client, request)

    with serving(behave) as server, pytest.raises(DepartmentUnavailable) as failure:
        fetch(declare(FAST), server.url)
    assert failure.value.retry_after_seconds == 7


def test_requests_are_paced_as_declared(declare: Declare) -> None:
    with serving(paged()) as server:
        started = time.monotonic()
        fetch(declare((FAST[0], FAST[1].replace("1000", "10"))), server.url)
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("auth", ["hmac-nonce", "hmac-sorted", "basic", "bearer", "api-key"])
def test_every_request_is_signed_anew(declare: Declare, auth: str) -> None:
    with serving(paged()) as server:
        connection = parse_connection(server.url)
        fetch(declare((FAST[0], FAST[1].replace("none", auth))), server.url)
    seen = SeenNonces()
    for request in server.requests:
        lines = request.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        verify_headers(auth, dict(line.split(": ", 1) for line in lines), connection, read_clock(), seen)


SOAP = (*TO_SOAP, (FAST[0], FAST[1].replace("none", "wsse-username")))
FILES = {"roads.wsdl": WSDL}


def test_soap_pages_are_asked_by_the_contract_and_signed_anew(declare: Declare) -> None:
    def behave(client: socket, request: bytes) -> None:
        body = etree.fromstring(request.partition(b"\r\n\r\n")[2])[1]
        page = int(body.findtext("{*}Query/{*}page", ""))
        respond(client, result(f"<Item><XKZBH>A{page}</XKZBH></Item>", 3).encode(), Content_Type="text/xml")

    with serving(behave) as server:
        pages = fetch(declare(*SOAP, files=FILES), server.url + "/services/roads")
    assert [page.number for page in pages] == [1, 2, 3]
    assert pages[1].request == 'POST Query {"since":"1970-01-01 08:00:00","page":2,"size":2}'
    seen = SeenNonces()
    for request in server.requests:
        assert request.startswith(b"POST /services/roads HTTP/1.1\r\n")
        assert b'SOAPAction: "urn:roads/Query"' in request
        header = etree.fromstring(request.partition(b"\r\n\r\n")[2])[0]
        verify_username_token(header, parse_connection(server.url), read_clock(), seen)


def test_the_only_string_carries_xml_under_its_label(declare: Declare) -> None:
    reply = wrap(
        "<return>&lt;R>&lt;Result>&lt;Code>0&lt;/Code>&lt;Total>0&lt;/Total>&lt;/Result>&lt;/R></return>", "AskResponse"
    )
    with serving(answering(reply.encode())) as server:
        fetch(declare(*TO_SOAP, *TO_STRING, files=FILES), server.url)
    body = etree.fromstring(server.requests[0].partition(b"\r\n\r\n")[2])
    assert body.findtext(".//{*}arg0") == (
        '<?xml version="1.0" encoding="GB2312"?><REQUEST><since>1970-01-01 08:00:00</since><page>1</page><size>2</size></REQUEST>'
    )


FAULT = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>busy</faultstring></s:Fault></s:Body></s:Envelope>'


@pytest.mark.parametrize(
    ("behave", "family"),
    [
        (answering(FAULT.encode(), "500 Fault"), DepartmentServerFault),
        (answering(FAULT.encode()), DepartmentServerFault),
        (answering(FAULT.replace("s:Server", "w:FailedAuthentication").encode(), "500 Fault"), SignInRefused),
        (answering(b"<html>Oh no<br></html>", "500 Oh"), DepartmentFault),
        (answering(result("", 0).encode(), "500 Oh"), DepartmentFault),
        (answering(b"<html><body>sign in</body></html>"), DepartmentBrokePromise),
        (answering(result("", 0).encode()[:-9]), DepartmentBrokePromise),
        (answering(b"", "401 Who"), DepartmentRefused),
        (answering(b"", "503 Busy"), DepartmentUnavailable),
        (lambda _c, _r: time.sleep(3), DepartmentTimeout),
    ],
)  # fmt: skip
def test_a_bad_soap_answer_has_its_family(declare: Declare, behave: Behaviour, family: type[DepartmentError]) -> None:
    with serving(behave) as server, pytest.raises(family) as failure:
        fetch(declare(*SOAP, files=FILES), server.url)
    assert type(failure.value) is family


def test_only_soap_loads_zeep() -> None:
    code = "import connectors.pages.pages, connectors.declarations.declaration, sys; sys.exit('zeep' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

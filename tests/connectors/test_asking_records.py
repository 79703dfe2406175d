"""Single records are asked for as pages are: one after the other through one door; one that is not there is no fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from socket import socket
from typing import Any

import pytest
from raw_server import Behaviour, RawServer, answering, respond, serving

from connectors.declarations.declaration import Department
from connectors.formats.fetched_page import FetchedPage
from connectors.pages.asking_records import ask_records
from connectors.wire.connection import parse_connection
from schemas.errors import DepartmentBrokePromise, DepartmentFault, DepartmentRefused

Declare = Callable[..., Department]
FAST = ('auth = "none"', 'auth = "none"\nlimits = { requests_per_second = 1000, deadline_seconds = 20 }')
ASK = (
    "[feeds.licenses.fields]",
    'reconcile.ask = { call = "/one", request = { id = "{key}" } }\n[feeds.licenses.fields]',
)
POSTED = ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "json"')


def ask(department: Department, server: RawServer, keys: Sequence[str]) -> list[FetchedPage]:
    return list(ask_records(department, department.feeds["licenses"], parse_connection(server.url), keys))


def told(data: Any) -> bytes:
    return json.dumps({"code": "0", "data": data}).encode()


def knowing(answers: dict[str, tuple[bytes, str]]) -> Behaviour:
    """Answer by the key that is asked for; whoever is not known is there."""

    def behave(client: socket, request: bytes) -> None:
        key = request.split(b" ")[1].decode().partition("id=")[2]
        respond(client, *answers.get(key, (told({"rows": [{"XKZBH": key}]}), "200 OK")))

    return behave


def test_all_records_are_asked_for_over_one_connection(declare: Declare) -> None:
    opened: list[socket] = []
    with serving(knowing({}), lambda client: opened.append(client) or client) as server:  # type: ignore[func-returns-value]
        pages = ask(declare(FAST, ASK), server, ["A1", "A{page}", "A3"])
    assert [(page.number, page.request) for page in pages] == [
        (1, "GET /one?id=A1"), (2, "GET /one?id=A%7Bpage%7D"), (3, "GET /one?id=A3"),
    ]  # fmt: skip
    assert len(opened) == 1


def test_a_get_carries_no_body_also_where_the_feed_posts(declare: Declare) -> None:
    with serving(knowing({})) as server:
        ask(declare(FAST, ASK, POSTED), server, ["A1"])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert (head.splitlines()[0], body) == (b"GET /one?id=A1 HTTP/1.1", b"")


def test_a_record_that_is_not_there_is_on_no_page(declare: Declare) -> None:
    absent = {
        "A1": (b"not found", "404 Not Found"),
        "A2": (told(None), "200 OK"),
        "A3": (told({"rows": None}), "200 OK"),
    }
    with serving(knowing(absent)) as server:
        pages = ask(declare(FAST, ASK), server, ["A1", "A2", "A3", "A4"])
        assert [(page.number, page.status, page.request) for page in pages] == [(4, 200, "GET /one?id=A4")]
        assert ask(declare(FAST, ASK), server, ["A1"]) == []


@pytest.mark.parametrize(
    ("body", "status", "error", "words"),
    [
        (b"not found", "404 Not Found", DepartmentRefused, "answered 404 for each of 2 records"),
        (told({}), "200 OK", DepartmentBrokePromise, "data/rows is not a list"),
        (b'{"code": "9", "data": null}', "200 OK", DepartmentFault, "code is '9'"),
        (b"{}", "403 Forbidden", DepartmentRefused, "our sign-in is not accepted"),
    ],
)  # fmt: skip
def test_what_could_be_a_fault_is_not_taken_for_a_record_that_is_not_there(
    declare: Declare, body: bytes, status: str, error: type[Exception], words: str
) -> None:
    with serving(answering(body, status)) as server, pytest.raises(error, match=words):
        ask(declare(FAST, ASK), server, ["A1", "A2"])

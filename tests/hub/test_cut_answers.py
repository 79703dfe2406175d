"""A reply or a file that was cut is never applied: cut at each hundredth of its bytes and within its very end, whatever it
says of its length."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from file_makers import Drop, dropping, fetch, file_department
from hub_makers import StartFake, column, count

from connectors.fake.rows.truth import Plot
from connectors.pages.pages import FetchedPage, fetch_pages
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pulling import pull as steps
from schemas.errors import DepartmentBrokePromise, DepartmentError
from tests.connectors.raw_server import serving

SMALL = Plot(scale=30, day=0, bad_share=0)
SPEAKERS = {"soap": "market_regulation", "json": "transport"}
FILES = [("health_inspection", ".csv"), ("forestry", ".xml"), ("forestry", ".zip")]
TOUCHED = ("licenses", "license_versions", "subjects", "staged_licenses", "staged_holders", "quarantined_records")
ENDS = (9, 4, 1)  # bytes of the end: the last tag or bracket, a check sum, the list of a zip's members
Head = Callable[[int, int], str]  # of how many bytes there were, and how many are sent
HEADS: dict[str, Head] = {
    "counted": lambda _whole, sent: f"Content-Length: {sent}\r\n",  # whoever cut it counted what was left
    "promised": lambda whole, _sent: f"Content-Length: {whole}\r\n",
    "closed": lambda _whole, _sent: "Connection: close\r\n",
}


def cuts(whole: bytes, step: int = 1) -> Iterator[bytes]:
    """Yield the beginning of it up to each hundredth, or each few of them, and then all of it but its end.

    There every record is whole: only the end itself is missing, and a count of records misses nothing.
    """
    yield from (whole[: len(whole) * share // 100] for share in range(1, 100, step))
    yield from (whole.rstrip()[:-few] for few in ENDS)


@dataclass
class Line:
    """A department's address at which everyone is answered the same, and then hung up on."""

    connection: Connection
    answer: bytes = b""

    def say(self, page: FetchedPage, head: str, body: bytes) -> None:
        """Answer so from now on."""
        self.answer = f"HTTP/1.1 200 OK\r\nContent-Type: {page.media_type}\r\n{head}\r\n".encode() + body

    def speak(self, client: socket.socket, _request: bytes) -> None:
        """Send it and hang up."""
        client.sendall(self.answer)
        client.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(connection: Connection) -> Iterator[Line]:
    """Give the line while the block lasts."""
    line = Line(connection)
    with serving(line.speak) as server:
        line.connection = replace(connection, port=server.port)
        yield line


def require_nothing_applied(hub: HubContext, cuts_tried: int) -> None:
    """Every exchange failed by the department's fault, and nowhere is anything that a record could have slipped into."""
    told = column(hub, "select distinct split_part(error_code, '.', 1) || ' ' || state from exchanges")
    assert (told, count(hub, "exchanges")) == (["department failed"], cuts_tried)
    assert {table: count(hub, table) for table in TOUCHED} == dict.fromkeys(TOUCHED, 0)
    assert column(hub, "select cursor_at from feeds") == [None]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", SPEAKERS)
def test_of_a_reply_that_is_cut_anywhere_nothing_is_applied(
    hub: HubContext, fake: StartFake, form: str, packed: bool
) -> None:
    one = fake(SPEAKERS[form], SMALL)
    asked = (one.department, one.department.feeds["licenses"])
    (page,) = fetch_pages(*asked, one.connection, None)
    whole, encoding = (gzip.compress(page.body), "Content-Encoding: gzip\r\n") if packed else (page.body, "")
    with line_to(one.connection) as line:
        for body in cuts(whole):  # nothing but what is in it shows that it was cut
            line.say(page, encoding + HEADS["counted"](len(whole), len(body)), body)
            steps.pull(hub, one.name, "licenses", line.connection)
        for kind, body in product(HEADS, cuts(whole, 4)):
            line.say(page, encoding + HEADS[kind](len(whole), len(body)), body)
            with pytest.raises(DepartmentError):
                list(fetch_pages(*asked, line.connection, None))
        require_nothing_applied(hub, 99 + len(ENDS))
        line.say(page, encoding + HEADS["counted"](0, len(whole)), whole)
        assert len(list(fetch_pages(*asked, line.connection, None))) == 1


@pytest.mark.parametrize(("name", "ending"), FILES)
def test_of_a_file_that_is_cut_anywhere_nothing_is_applied(hub: HubContext, name: str, ending: str) -> None:
    with dropping(file_department(name), SMALL) as drop:
        file = only_file(drop, ending)
        whole = file.read_bytes()
        for number, body in enumerate(cuts(whole)):
            file.write_bytes(body)
            touch_marker(file)
            if number % 11 == 0:
                steps.pull(replace(hub, amend=lambda _: drop.department), name, "licenses", drop.connection)
            else:
                with pytest.raises(DepartmentBrokePromise):
                    fetch(drop)
        require_nothing_applied(hub, 10)
        file.write_bytes(whole)
        touch_marker(file)
        assert fetch(drop)


def only_file(drop: Drop, ending: str) -> Path:
    """Leave one file of this kind in the drop, with its marker."""
    file = next(drop.folder / name for name in drop.names() if name.endswith(ending))
    for other in drop.names():
        if not other.startswith(file.stem):
            (drop.folder / other).unlink()
    return file


def touch_marker(file: Path) -> None:
    """Let a marker be newer than its file."""
    if (marker := file.with_suffix(".ok")).exists():
        marker.touch()

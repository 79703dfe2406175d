"""One call to a department that is no page: a delivery, a question about one, its receipt. SOAP and REST alike.

Tells how far a call came; what that means for the delivery is the outcome's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from connectors.declarations.declared import Department, Feed
from connectors.formats.json_page import json_text, read_document
from connectors.formats.safe_xml import local_name, parse_xml
from connectors.formats.xml_listing import Wanted
from connectors.pages.requesting import PageCall, PageRequester
from connectors.signing.sign_in import SignIn
from connectors.soap.soap_envelope import SoapAnswer, open_answer
from connectors.soap.soap_payload import Payload, read_payload
from connectors.wire.connection import Connection
from connectors.wire.door import Answer, Door
from schemas.bureau_time import Clock
from schemas.errors import DepartmentBrokePromise

EVERY_STATUS = frozenset(range(100, 600))
TextAt = Callable[[str], str | None]


@dataclass(frozen=True)
class Written:
    """Hold a call that is ready to leave, and how it is written anew should its sign-in be refused."""

    feed: Feed
    values: dict[str, Any]
    headers: Mapping[str, str]
    call: PageCall


class Caller:
    """Make calls to one department over one connection; one at a time, paced as declared."""

    def __init__(self, department: Department, connection: Connection, clock: Clock) -> None:
        self._department, self._connection, self._clock = department, connection, clock
        self._who = department.department
        self._sign_in = SignIn(department, self._who, connection, clock)
        self._requesters: dict[str, PageRequester] = {}
        self._door: Door | None = None
        self._pause, self._free_at = 1 / department.transport.limits.requests_per_second, 0.0

    def close(self) -> None:
        """Let the connection go."""
        self._sign_in.abort()
        if self._door:
            self._door.close()

    def open(self, feed: Feed) -> None:
        """Open the door for a feed's calls and sign in, for which a token may be asked; nothing of a call leaves yet."""
        if self._door is None:
            self._door = Door(self._who, self._connection, self._department.transport.limits, self._clock)
        if feed.name not in self._requesters:
            self._requesters[feed.name] = PageRequester(self._department, feed, self._connection, self._sign_in)
        self._sign_in.sign(self._clock())

    def write(self, feed: Feed, values: dict[str, Any], headers: Mapping[str, str]) -> Written:
        """Write a call of a feed whose door is open; nothing of it leaves yet, a token may be asked for."""
        return Written(feed, values, headers, self._write(feed, values, headers))

    def send(self, written: Written) -> Answer:
        """Send a call, in its turn; once more with a new sign-in where the department did not accept ours."""
        answer = self._send(written.call)
        if not self._sign_in.is_renewable or not self._sign_in.is_refused(written.feed, answer):
            return answer
        self._sign_in.forget()
        return self._send(self._write(written.feed, written.values, written.headers))

    def read(self, feed: Feed, answer: Answer) -> TextAt:
        """Return what reads a value of an answer by its path; DepartmentError where the answer is a Fault or none."""
        who, bare = f"{self._who}.{feed.name}", msgspec.structs.replace(feed, success=None)
        transport = self._department.transport
        if transport.kind == "soap":
            opened = open_answer(answer.body, answer.media_type, who)
            return next(read_payload(self._department, bare, opened, Wanted(feed.records), who)).text
        if feed.answer == "xml":
            root = parse_xml(answer.body, answer.media_type, who)
            if local_name(root).lower() == "html":
                raise DepartmentBrokePromise(f"{who}: the answer is a page of markup (a sign-in page?); expected XML")
            return Payload(root, SoapAnswer(root), who).text
        document = read_document(self._department, bare, answer.body, answer.media_type)
        return lambda path: json_text(document, path)

    def _write(self, feed: Feed, values: dict[str, Any], headers: Mapping[str, str]) -> PageCall:
        made = self._requesters[feed.name].write_values(values, self._clock())
        return replace(made, call=replace(made.call, headers={**made.call.headers, **headers}))

    def _send(self, made: PageCall) -> Answer:
        assert self._door is not None  # noqa: S101  open opened it
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        self._free_at = time.monotonic() + self._pause
        return self._door.call(made.call, EVERY_STATUS)

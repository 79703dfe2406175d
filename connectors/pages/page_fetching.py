"""Pages fetched one after the other through one door, paced as declared, the next one already while one is stored."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING

from connectors.declarations.declared import Department, Feed
from connectors.formats.fetched_page import FetchedPage
from connectors.formats.safe_xml import parse_xml
from connectors.pages.page_trail import Place
from connectors.pages.requesting import PageCall, PageRequester
from connectors.signing.sign_in import SignIn
from connectors.wire.connection import Connection
from connectors.wire.door import Answer, Call, Door
from connectors.wire.tls import read_pem
from schemas.bureau_time import Clock
from schemas.errors import DepartmentRefused

if TYPE_CHECKING:
    from connectors.signing.sealing import Sealing


class PageFetcher:
    """Fetch pages of one feed; one call at a time, at most one ahead."""

    def __init__(
        self, department: Department, feed: Feed, connection: Connection, since: datetime | None, clock: Clock,
        accept: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        self._department, self._feed, self._since, self._clock = department, feed, since, clock
        self._connection = connection
        limits = department.transport.limits
        self._who = who = f"{department.department}.{feed.name}"
        self._sign_in = SignIn(department, who, connection, clock)
        self._requester = PageRequester(department, feed, connection, self._sign_in)
        self._sealing = _open_sealing(department, feed, connection, who)
        self._door = Door(who, connection, limits, clock)
        faults = (400, 500) if department.transport.kind == "soap" else ()
        self._accept = (200, *faults, *accept)
        self._pause, self._free_at = 1 / limits.requests_per_second, 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page")
        self._ahead: dict[Place, Future[FetchedPage]] = {}

    def __enter__(self) -> PageFetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.abort()
        self._sign_in.abort()
        self._thread.shutdown(cancel_futures=True)
        self._door.close()

    def fetch(self, place: Place) -> FetchedPage:
        """Return the page at `place`, waiting for it where it is already on its way."""
        ahead = self._ahead.pop(place, None) or self._thread.submit(self._fetch, place)
        return ahead.result()

    def fetch_ahead(self, place: Place | None) -> None:
        """Begin to fetch the page that will probably be asked for next."""
        if place:
            self._ahead = {place: self._thread.submit(self._fetch, place)}

    def verify(self, page: FetchedPage) -> None:
        """Refuse a page that the department had to sign and did not."""
        if self._department.transport.auth != "wsse-signature":
            return
        from connectors.signing.wsse_signature import verify_envelope  # noqa: PLC0415  # who does not sign does not pay for it

        certificate = read_pem(self._connection, "department_certificate", self._who)
        root = parse_xml(page.body, page.media_type, self._who)
        verify_envelope(root, certificate, page.received_at, self._who)

    def _fetch(self, place: Place) -> FetchedPage:
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        self._free_at = time.monotonic() + self._pause
        made, answer = self._ask(place)
        return FetchedPage(
            place.number, made.description, answer.status, answer.media_type, answer.body,
            answer.requested_at, answer.first_byte_at, answer.received_at, answer.headers,
        )  # fmt: skip

    def _ask(self, place: Place) -> tuple[PageCall, Answer]:
        """Ask for a page; where the department no longer takes our token, sign in anew and ask once more."""
        made = self._requester.write(self._since, place, self._clock())
        if not self._sign_in.is_renewable:
            return made, self._send(made.call, self._accept)
        answer = self._send(made.call, (*self._accept, 401))
        if not self._sign_in.is_refused(self._feed, answer):
            return made, answer
        self._sign_in.forget()
        made = self._requester.write(self._since, place, self._clock())
        answer = self._send(made.call, self._accept)
        if self._sign_in.is_refused(self._feed, answer):
            raise DepartmentRefused(f"{self._who}: our sign-in is refused though it is new; nothing was received")
        return made, answer

    def _send(self, call: Call, accept: tuple[int, ...]) -> Answer:
        """Send a call through the door, under seal where one is declared."""
        if self._sealing is None:
            return self._door.call(call, accept)
        return self._sealing.open(self._door.call(self._sealing.close(call), accept))


def _open_sealing(department: Department, feed: Feed, connection: Connection, who: str) -> Sealing | None:
    transport = department.transport
    if transport.seal is None and transport.sign == "none":
        return None
    from connectors.signing.sealing import Sealing  # noqa: PLC0415  # who seals nothing does not pay for it

    return Sealing(transport, feed, connection, who)

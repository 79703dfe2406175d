"""The one module that speaks HTTP, through requests. Knows addresses, deadlines and bytes; understands no answer.

Every call ends by the wall clock, whatever the other side does: at the deadline the connection is shut under the
reader. Bytes are counted after decompression. One host and port, resolved once; no redirects, proxies, netrc, cookies.
"""

from __future__ import annotations

import http.cookiejar
import io
import logging
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import requests
import urllib3
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from connectors.declarations.declared_bounds import Limits
from connectors.wire.addresses import resolve_address
from connectors.wire.connection import Connection
from connectors.wire.door_statuses import raise_for_status
from connectors.wire.pinned_sockets import Pin, pinned_pools
from connectors.wire.tls import AHEAD, certificate_end, ending_certificates, make_context, translate_tls
from connectors.wire.watchdog import Watchdog
from schemas.bureau_time import Clock
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentTimeout,
    DepartmentUnreachable,
)

CHUNK = 65_536
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """Hold one request: its path below the connection's own, and what it carries."""

    method: str
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """Hold one whole answer and when its parts came."""

    status: int
    media_type: str
    body: bytes
    requested_at: datetime
    first_byte_at: datetime
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


class Door:
    """Keep one connection to one department; one call at a time."""

    def __init__(self, who: str, connection: Connection, limits: Limits, clock: Clock) -> None:
        self._who, self._connection, self._limits, self._clock = who, connection, limits, clock
        self._dog = Watchdog()
        address = resolve_address(connection, limits.deadline_seconds, who)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._session.adapters.clear()
        context = (
            make_context(connection, clock(), who, requests.utils.DEFAULT_CA_BUNDLE_PATH)
            if connection.scheme == "https"
            else None
        )
        self._session.mount(
            f"{connection.scheme}://", _PinnedAdapter(pinned_pools(Pin(who, address, self._dog, context, self._warn)))
        )

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()
        self._dog.forget()

    def abort(self) -> None:
        """End a call that is still running in another thread."""
        self._dog.bark()

    def call(self, call: Call, accept: Iterable[int] = (200,)) -> Answer:
        """Send one request and return the whole answer; a status outside `accept` raises its error family."""
        with self._dog.guard(self._limits.deadline_seconds):
            try:
                return self._exchange(call, frozenset(accept))
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, zlib.error) as error:
                # Its own words may quote the whole address, with what signs us in.
                raise self._translate(error) from None

    def _warn(self, met: ssl.SSLSocket) -> None:
        """Tell ahead that a certificate ends: the department's, or one of ours."""
        now, its = self._clock(), certificate_end(met)
        ends = ending_certificates(self._connection, now, self._who) | ({"department's own": its} if its else {})
        for name, at in ends.items():
            if at <= now + AHEAD:
                _log.warning("%s: the %s certificate ends on %s", self._who, name, at.date())

    def _exchange(self, call: Call, accept: frozenset[int]) -> Answer:
        requested_at = self._clock()
        with self._send(call) as response:
            first_byte_at = self._clock()
            if response.status_code not in accept:
                raise_for_status(response.status_code, response.headers, self._who, first_byte_at)
            body = io.BytesIO()  # what it holds is given out without a copy
            for part in self._read(response):
                body.write(part)
        media_type = response.headers.get("Content-Type", "")
        if self._dog.has_barked:  # the shut socket reads as an ordinary end where the length was not declared
            raise TimeoutError
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(
            response.status_code, media_type, body.getvalue(), requested_at, first_byte_at, self._clock(), headers
        )

    def _send(self, call: Call) -> requests.Response:
        headers = {"Accept-Encoding": "gzip", "User-Agent": "license-hub", **call.headers}
        if unfit := [name for name, value in headers.items() if any(char > "\xff" for char in value)]:
            raise DeclarationError(
                f"{self._who}: the header {unfit[0]} cannot be written; expected a login or password that a header can hold "
                "(Latin-1), got other characters; nothing was sent"
            )
        url = f"{self._connection.origin}{self._connection.path}{call.path}" or "/"
        timeout = self._limits.deadline_seconds
        return self._session.request(
            call.method, url, params=dict(call.query), headers=headers, data=call.body or None,
            timeout=(timeout, timeout), allow_redirects=False, stream=True,
        )  # fmt: skip

    def _read(self, response: requests.Response) -> Iterable[bytes]:
        """Yield the body decompressed, never holding more than the cap."""
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip", "deflate", ""):
            raise DepartmentBrokePromise(f"{self._who}: content encoding {encoding[:20]!r} was not asked for")
        unzip = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None
        left = self._limits.page_bytes
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            if unzip and unzip.eof:
                raise self._goes_on()
            part = unzip.decompress(chunk, left + 1) if unzip else chunk
            left -= len(part)
            if left < 0:
                raise DepartmentBrokePromise(
                    f"{self._who}: the answer exceeds {self._limits.page_bytes} bytes; reading stopped, nothing is applied"
                )
            if unzip and unzip.unused_data:
                raise self._goes_on()
            yield part
        if unzip and not unzip.eof:
            raise DepartmentBrokePromise(f"{self._who}: the compressed answer ends early; nothing of it is applied")

    def _goes_on(self) -> DepartmentBrokePromise:
        return DepartmentBrokePromise(
            f"{self._who}: the answer goes on after the end of what is compressed; nothing of it is applied"
        )

    def _translate(self, error: Exception) -> DepartmentError:
        seconds = self._limits.deadline_seconds
        if self._dog.has_barked or isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
            return DepartmentTimeout(f"{self._who}: no whole answer within {seconds:g} s; the connection was closed")
        if not_trusted := translate_tls(error, self._who):
            return not_trusted
        if _was_reset(error):
            return DepartmentUnreachable(
                f"{self._who}: the connection broke before the answer was whole; can be tried again"
            )
        return DepartmentBrokePromise(f"{self._who}: the answer ends early or is not HTTP; nothing of it is applied")


def _was_reset(error: Exception) -> bool:
    """Look through the wrapping for a connection that broke, as opposed to an answer that makes no sense."""
    inner = [arg for arg in error.args if isinstance(arg, Exception)]
    return isinstance(error, ConnectionError) or any(_was_reset(arg) for arg in inner)


class _PinnedAdapter(HTTPAdapter):
    """Hand out connections of our own pools only."""

    def __init__(self, pools: dict[str, type[urllib3.HTTPConnectionPool]]) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self.poolmanager.pool_classes_by_scheme = pools

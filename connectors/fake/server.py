"""The HTTP server of one fake department, on the loopback address only.

Knows sockets and the test control below /_fake; what a department says is its spokesman's business.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.connection import Connection
from connectors.declared import Department
from connectors.fake.front_table import MODES as FRONT_MODES
from connectors.fake.front_table import FrontTables
from connectors.fake.modes import MODES, Sent, drip, send
from connectors.fake.publishing import Publisher
from connectors.fake.rest import RestDepartment
from connectors.fake.rest_forms import choose_render as choose_rest_render
from connectors.fake.shelf import Shelf
from connectors.fake.truth import Plot, make_shelf
from connectors.fake.wire import Answer, Request, Spokesman

LOGIN, PASSWORD = "license-hub", "fake-secret"  # invented, and only good on this machine
LARGEST_REQUEST = 1_000_000
BASE_PATHS = {"soap": "/services/department", "rest": "/gateway", "table": ""}


class FakeServer(ThreadingHTTPServer):
    """Serve one department; `mode` and `day` may change while it runs."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self, department: Department, plot: Plot, *, port: int = 0, mode: str = "ok", database: str = ""
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.department, self.plot = department, plot
        self.mode, self.after = mode, 0
        self.stopping = threading.Event()
        self.served: Counter[str] = Counter()
        path = BASE_PATHS[department.transport.kind]
        self.connection = Connection("http", "127.0.0.1", self.server_port, path, LOGIN, PASSWORD)
        self.front: FrontTables | None = None
        self.spokesman: Spokesman
        if department.transport.kind == "table":
            self.shelves, self.spokesman = _open_table(department, plot), FrontSpokesman()
            self.front = FrontTables(department, self.shelves, database)
            self.front.set_mode(mode)
        else:
            self.shelves, spokesman = _open(department, plot, self.connection)
            self.spokesman = Publisher(department, self.connection, spokesman)

    @property
    def url(self) -> str:
        """Return the address a connection points at, without secrets."""
        return f"{self.connection.origin}{self.connection.path}"

    @property
    def connection_value(self) -> str:
        """Return what AIRFLOW_CONN_… must say."""
        if self.front:
            return self.front.connection_value
        return self.url.replace("://", f"://{quote(LOGIN, safe='')}:{quote(PASSWORD, safe='')}@")

    def announce(self) -> dict[str, str]:
        """Return the line that says the fake is ready."""
        return {"department": self.department.department, "url": self.url, "connection": self.connection_value}

    def control(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Change mode or day, and tell how the fake stands; ValueError says what is wrong."""
        if path == "/_fake/mode":
            self._misbehave(asked)
        elif path == "/_fake/day":
            self._move_on(int(asked["day"]))
        elif path == "/_fake/delete" and self.front:
            self.front.delete(int(asked["count"]))
        elif path != "/_fake/state":
            raise ValueError("there are /_fake/mode, /_fake/day and /_fake/state")
        day = next(iter(self.shelves.values())).day
        return {"mode": self.mode, "day": day, "served": dict(self.served)}

    def _misbehave(self, asked: Mapping[str, Any]) -> None:
        known = FRONT_MODES if self.front else MODES
        if asked.get("mode") not in known:
            raise ValueError(f"no mode {asked.get('mode')!r}; there are {', '.join(known)}")
        self.mode, self.after = asked["mode"], int(asked.get("after", 0))
        if self.front:
            self.front.set_mode(self.mode)

    def _move_on(self, day: int) -> None:
        for shelf in self.shelves.values():
            shelf.set_day(day)
        if self.front:
            self.front.catch_up()

    def mode_now(self) -> str:
        """Return the mode of the next answer: the first `after` of them are still good."""
        if self.after <= 0:
            return self.mode
        self.after -= 1
        return "ok"


class Handler(BaseHTTPRequestHandler):
    """Read one request after another from a connection."""

    server: FakeServer
    protocol_version = "HTTP/1.1"
    server_version = "FakeDepartment"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the standard library's
        """Stay silent: requests carry secrets."""

    def _answer(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_REQUEST))
        if address.path.startswith("/_fake/"):
            self._control(address.path, body)
            return
        mode = self.server.mode_now()
        self.server.served[mode] += 1
        if mode == "hang_forever":
            self.close_connection = True
            self.server.stopping.wait()
            return
        request = Request(self.command, address.path, address.query, dict(self.headers.items()), body)
        answer = self.server.spokesman.answer(request, datetime.now(UTC), mode)
        fault = self.server.spokesman.refuse("Server", "系统繁忙，请稍后再试")
        self._send(send(mode, answer, fault, self.server.connection.origin))

    def _control(self, path: str, body: bytes) -> None:
        if path == "/_fake/internal":
            self.server.served["internal"] += 1
        try:
            status, told = 200, self.server.control(path, json.loads(body or b"{}"))
        except (ValueError, KeyError, TypeError) as error:
            status, told = 400, {"error": str(error)}
        text = json.dumps(told).encode()
        self._send(Sent(status, {"Content-Type": "application/json", "Content-Length": str(len(text))}, text))

    def _send(self, sent: Sent) -> None:
        self.close_connection = sent.closes or self.close_connection
        try:
            self.send_response(sent.status)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(sent)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the hub had enough, as it should

    def _write(self, sent: Sent) -> None:
        if not sent.seconds_per_byte:
            self.wfile.write(sent.body)
            self.wfile.flush()
            return
        for byte in drip(sent.body):
            self.wfile.write(byte)
            self.wfile.flush()
            if self.server.stopping.wait(sent.seconds_per_byte):
                return


class FrontSpokesman:
    """Say over HTTP that this department is asked through its database; only /_fake is served there."""

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:  # noqa: ARG002  as every spokesman
        """Refuse."""
        return self.refuse("404", "front database", 404)

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Say no."""
        return Answer(status, "text/plain", f"{code} {message}".encode())


def _open_table(department: Department, plot: Plot) -> dict[str, Shelf]:
    return {name: make_shelf(department, feed, plot, lambda _: b"") for name, feed in department.feeds.items()}


def _open(department: Department, plot: Plot, connection: Connection) -> tuple[dict[str, Shelf], Spokesman]:
    feeds = department.feeds
    if department.transport.kind == "rest":
        shelves = {name: make_shelf(department, feed, plot, choose_rest_render(feed)) for name, feed in feeds.items()}
        return shelves, RestDepartment(department, connection, shelves)
    from connectors.fake.soap import SoapDepartment, choose_render  # noqa: PLC0415  zeep costs a REST fake half a second

    renders = {name: choose_render(department, feed) for name, feed in feeds.items()}
    shelves = {name: make_shelf(department, feed, plot, renders[name]) for name, feed in feeds.items()}
    return shelves, SoapDepartment(department, connection, shelves)

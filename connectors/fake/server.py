"""The HTTP server of one fake department, on the loopback address only, and its modes and days.

Knows sockets; what a department says is its spokesman's business.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from connectors.declarations.declared import Department
from connectors.fake.contracts.publishing import Publisher
from connectors.fake.line.closed_port import ClosedPort
from connectors.fake.line.control import Control
from connectors.fake.line.invented_tls import InventedTls
from connectors.fake.line.sending import send
from connectors.fake.line.transmission import transmit
from connectors.fake.line.wire import Answer, Request, Spokesman
from connectors.fake.modes import refusal_of
from connectors.fake.rows.row_totals import marking
from connectors.fake.rows.shelf import Shelf
from connectors.fake.rows.truth import Plot, make_shelf
from connectors.fake.speaking.desk import Desk
from connectors.fake.speaking.gate import EXTRA, Gate
from connectors.fake.speaking.rest import RestDepartment
from connectors.fake.speaking.rest_forms import choose_render as choose_rest_render
from connectors.fake.speaking.sealed import SealedSpokesman
from connectors.fake.stores.file_drop import FileDrops
from connectors.fake.stores.file_ground import own_folder
from connectors.fake.stores.front_table import FrontTables
from connectors.wire.connection import Connection

LOGIN, PASSWORD = "license-hub", "fake-secret"  # invented, and only good on this machine
LARGEST_REQUEST = 1_000_000
BASE_PATHS = {"soap": "/services/department", "rest": "/gateway", "table": "", "file": ""}


class FakeServer(ThreadingHTTPServer):
    """Serve one department; `mode` and `day` may change while it runs."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self, department: Department, plot: Plot, *, port: int = 0, mode: str = "ok", database: str = "",
        folder: str = "", local: bool = False,
    ) -> None:  # fmt: skip
        own_folder(department, folder)
        super().__init__(("127.0.0.1", port), Handler)
        self.department, self.plot = department, plot
        self.mode, self.after = "ok", 0
        self.stopping = threading.Event()
        self.served: Counter[str] = Counter()
        extra = dict(EXTRA.get(department.transport.auth, {}))
        path = BASE_PATHS[department.transport.kind]
        self._tls = InventedTls(department.transport.auth)
        self.connection = Connection("http", "127.0.0.1", self.server_port, path, LOGIN, PASSWORD, extra)
        self.gate, self.desk = Gate(department, self.connection), Desk(department)
        self.store: FrontTables | FileDrops | None = None  # what the hub reads instead of HTTP
        self.spokesman: Spokesman
        self.publisher: Publisher | None = None  # who shows the contract over HTTP
        self._port = ClosedPort(self.socket, self.request_queue_size)
        if department.transport.kind in {"table", "file"}:
            self.shelves, self.spokesman = _open_store(department, plot), StoreSpokesman()
            if department.transport.kind == "table":
                self.store = FrontTables(department, self.shelves, database)
            else:
                self.store = FileDrops(department, self.shelves, folder, LOGIN, PASSWORD, self.desk, local=local)
        else:
            self.shelves, spokesman = _open(department, plot, self.connection, self.gate, self.desk)
            if department.transport.seal or department.transport.sign != "none":
                spokesman = sealed = SealedSpokesman(department, spokesman)
                self.connection.extra.update(sealed.connection_extra)
            self.spokesman = self.publisher = Publisher(department, self.connection, spokesman)
        self.set_mode(mode)
        self._control = Control(self.control)

    @property
    def url(self) -> str:
        """Return the address a connection points at, without secrets."""
        return f"{self.connection.origin}{self.connection.path}"

    @property
    def connection_value(self) -> str:
        """Return what AIRFLOW_CONN_… must say; a department that shows a certificate is asked over TLS."""
        if self.store:
            return self.store.connection_value
        address = f"127.0.0.1:{self.server_port}{self.connection.path}"
        secured = self._tls.connection_extra(self.mode)
        extra = urlencode(self.connection.extra | self.gate.connection_extra | secured)
        return f"{'https' if secured else 'http'}://{quote(LOGIN)}:{quote(PASSWORD)}@{address}{'?' if extra else ''}{extra}"

    def announce(self) -> dict[str, str]:
        """Return the line that says the fake is ready."""
        told = {"department": self.department.department, "url": self.url, "connection": self.connection_value}
        return told | {"control": self._control.url}

    def control(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Change mode or day, and tell how the fake stands; ValueError says what is wrong."""
        if path == "/_fake/mode":
            self.set_mode(str(asked.get("mode")), int(asked.get("after", 0)))
        elif path == "/_fake/day":
            self.set_day(int(asked["day"]))
        elif path == "/_fake/delete" and self.store:
            self.store.delete(int(asked["count"]))
        elif path == "/_fake/sign_out":
            self.gate.forget()
        elif path == "/_fake/inbox":
            return {"inbox": self._inbox()}
        elif path == "/_fake/work" and self.store:
            self.store.inbox.work()
        elif path != "/_fake/state":
            raise ValueError("there are /_fake/mode, /_fake/day, /_fake/inbox, /_fake/sign_out and /_fake/state")
        day = next(iter(self.shelves.values())).day
        return {"mode": self.mode, "day": day, "served": dict(self.served)}

    def _inbox(self) -> list[dict[str, Any]]:
        return self.store.inbox.taken() if self.store else self.desk.inbox()

    def refusal(self, mode: str) -> str:
        """Return why this department has no such mode where it stands; empty when it has."""
        stands = self.store.refusal(mode) if isinstance(self.store, FileDrops) else ""
        return refusal_of(mode, self.department) or stands

    def set_mode(self, mode: str, after: int = 0) -> None:
        """Misbehave, once `after` more answers were good; ValueError where it has no such mode."""
        if wrong := self.refusal(mode):
            raise ValueError(wrong)
        if self._port.is_closed:
            self._port.open()
        self.mode, self.after = mode, after
        for shelf in self.shelves.values():
            shelf.set_mode(mode)
        if self.store:
            self.store.set_mode(mode)
        elif mode == "timeout_connect":
            self._port.close()

    def set_day(self, day: int) -> None:
        """Let days of updates pass."""
        is_earlier = any(day < shelf.day for shelf in self.shelves.values())
        for shelf in self.shelves.values():
            shelf.set_day(day)
        if isinstance(self.store, FileDrops) and is_earlier:
            self.store.begin()
        elif self.store:
            self.store.catch_up()

    def mode_now(self) -> str:
        """Return the mode of the next answer: the first `after` of them are still good."""
        if self.after <= 0:
            return self.mode
        self.after -= 1
        return "ok"

    def get_request(self) -> tuple[Any, Any]:
        """Take a call; over TLS where the department shows a certificate."""
        if self._port.is_closed:
            time.sleep(0.02)
            raise OSError  # nobody takes calls: the loop comes back for this one
        line, address = super().get_request()
        line = self._tls.dress(line, self.mode)
        return line, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: whoever calls hangs up now and then, as it should."""

    def server_close(self) -> None:
        """Let every port go."""
        if self._port.is_closed:
            self._port.open()
        super().server_close()
        self._control.close()
        if self.store:
            self.store.close()


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
        mode = "internal" if address.path.startswith("/_fake/") else self.server.mode_now()
        self.server.served[mode] += 1
        request = Request(self.command, address.path, address.query, dict(self.headers.items()), body)
        now = datetime.now(UTC)
        answer = self.server.gate.issue(request, now) or self.server.spokesman.answer(request, now, mode)
        if mode == "hang_forever":  # a delivery was taken all the same
            self.close_connection = True
            self.server.stopping.wait()
            return
        fault = self.server.spokesman.refuse("Server", "系统繁忙，请稍后再试")
        transmit(self, send(mode, answer, fault, self.server.connection.origin), self.server.stopping)


class StoreSpokesman:
    """Say over HTTP that this department is asked through its database or its files."""

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:  # noqa: ARG002  as every spokesman
        """Refuse."""
        return self.refuse("404", "not asked over HTTP", 404)

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Say no."""
        return Answer(status, "text/plain", f"{code} {message}".encode())


def _open_store(department: Department, plot: Plot) -> dict[str, Shelf]:
    return {name: make_shelf(department, feed, plot, lambda _: b"") for name, feed in department.feeds.items()}


def _open(
    department: Department, plot: Plot, connection: Connection, gate: Gate, desk: Desk
) -> tuple[dict[str, Shelf], Spokesman]:
    feeds = department.feeds
    if department.transport.kind == "rest":
        renders = {name: marking(feed, choose_rest_render(feed)) for name, feed in feeds.items()}
        shelves = {name: make_shelf(department, feed, plot, renders[name]) for name, feed in feeds.items()}
        return shelves, RestDepartment(department, connection, shelves, gate, desk)
    from connectors.fake.speaking.soap import SoapDepartment, choose_render  # noqa: PLC0415  zeep costs a REST fake half a second

    renders = {name: marking(feed, choose_render(department, feed)) for name, feed in feeds.items()}
    shelves = {name: make_shelf(department, feed, plot, renders[name]) for name, feed in feeds.items()}
    return shelves, SoapDepartment(department, connection, shelves, gate, desk)

"""The test control of a running fake, on a port of its own, so that it answers whatever the department's port does.

Knows HTTP and JSON; what an order means is the server's business.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Obey = Callable[[str, Mapping[str, Any]], dict[str, Any]]


class Control(ThreadingHTTPServer):
    """Pass orders on to `obey` while open."""

    daemon_threads = True

    def __init__(self, obey: Obey) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.obey = obey
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address that orders go to."""
        return f"http://127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Take no more orders."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Control

    def do_POST(self) -> None:
        """Carry an order out and tell how the fake stands."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, told = 200, self.server.obey(self.path, json.loads(body or b"{}"))
        except (ValueError, KeyError, TypeError) as error:
            status, told = 400, {"error": str(error)}
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the standard library's
        """Stay silent."""

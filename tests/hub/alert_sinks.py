"""Where alerts arrive in tests: a mail server and a webhook, each a real server on loopback that may misbehave."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Mailbox:
    """Hold what a mail server took; `code` is what it answers to a message."""

    port: int = 0
    code: int = 250
    mails: list[EmailMessage] = field(default_factory=list)


@dataclass
class Hook:
    """Hold what a webhook was sent; `status` is what it answers."""

    port: int = 0
    status: int = 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@contextlib.contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a small SMTP server until the block ends."""
    box = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    read = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                    if box.code == 250:
                        box.mails.append(read)  # type: ignore[arg-type]
                    self.wfile.write(b"%d said so about secret@person\r\n" % box.code)
                elif verb == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 ok\r\n")

    with served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)) as port:
        box.port = port
        yield box


@contextlib.contextmanager
def webhook() -> Iterator[Hook]:
    """Run a small HTTP server until the block ends."""
    hook = Hook()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.lines.append(f"{self.path} {self.headers.get('Authorization', '')}")
            hook.keys.append(self.headers["Idempotency-Key"])
            hook.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with served(HTTPServer(("127.0.0.1", 0), Answer)) as port:
        hook.port = port
        yield hook


@contextlib.contextmanager
def served(server: socketserver.TCPServer) -> Iterator[int]:
    """Run a server in a thread until the block ends; give its port."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()

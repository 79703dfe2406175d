"""A server of plain sockets that answers exactly what a test says, however wrong."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, bytes], None]
Wrap = Callable[[socket.socket], socket.socket]


@dataclass
class RawServer:
    """Hold the address of a running server and the requests it got."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the address as a connection's text."""
        return f"http://user:secret@127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(behave: Behaviour, wrap: Wrap = lambda opened: opened) -> Iterator[RawServer]:
    """Answer every request with `behave` until the block ends; `wrap` dresses each connection, as in TLS."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1])
    opened: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                opened.append(listener.accept()[0])
            except OSError:
                return
            threading.Thread(target=talk, args=(opened[-1],), daemon=True).start()

    def talk(client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(wrap(client)) as spoken:
            while request := read_request(spoken):
                server.requests.append(request)
                behave(spoken, request)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.close()
        for client in opened:
            client.close()


def read_request(client: socket.socket) -> bytes:
    """Read one request with its body."""
    content = b""
    while b"\r\n\r\n" not in content:
        part = client.recv(65536)
        if not part:
            return b""
        content += part
    head, _, body = content.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body


def respond(
    client: socket.socket, body: bytes, status: str = "200 OK", length: int | None = None, **headers: str
) -> None:
    """Send one whole answer; `length` lies about its size."""
    lines = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines["Content-Length"] = str(len(body) if length is None else length)
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    client.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


def answering(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> Behaviour:
    """Return a behaviour that always sends the same answer."""
    return lambda client, _: respond(client, body, status, length, **headers)

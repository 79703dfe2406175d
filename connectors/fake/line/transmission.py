"""How an answer leaves the socket: at once, byte by byte, without end, or broken off. Knows sockets, not what is said."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler

from connectors.fake.line.sending import Sent, drip, endless

ABORT = struct.pack("ii", 1, 0)


def transmit(handler: BaseHTTPRequestHandler, sent: Sent, stopping: threading.Event) -> None:
    """Send an answer as it says, until it is through, the other side has had enough, or `stopping`."""
    handler.close_connection = sent.closes or handler.close_connection
    if sent.ending == "lost":
        _break_off(handler)
        return
    try:
        if sent.ending == "drip_headers":
            _write(handler, drip(_head(sent)), sent.seconds_per_byte, stopping)
            return
        handler.send_response(sent.status)
        for name, value in sent.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        _write(handler, _parts(sent), sent.seconds_per_byte, stopping)
    except OSError:
        handler.close_connection = True  # the hub had enough, as it should
    if sent.ending == "reset":
        _break_off(handler)


def _break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    socket.close(handler.connection.detach())  # at once: what is closed in order ends in order


def _write(handler: BaseHTTPRequestHandler, parts: Iterable[bytes], seconds: float, stopping: threading.Event) -> None:
    for part in parts:
        handler.wfile.write(part)
        handler.wfile.flush()
        if stopping.wait(seconds) if seconds else stopping.is_set():
            return


def _head(sent: Sent) -> bytes:
    lines = [f"HTTP/1.1 {sent.status} OK", *(f"{name}: {value}" for name, value in sent.headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def _parts(sent: Sent) -> Iterable[bytes]:
    if sent.ending == "endless":
        return endless(sent.body)
    return drip(sent.body) if sent.seconds_per_byte else [sent.body]

"""Sockets that go to one address only, watched, and in TLS trusting one context only. Knows no HTTP."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from connectors.wire.watchdog import Watchdog
from schemas.errors import DepartmentNotReached

BROKEN = (ssl.SSLEOFError, BrokenPipeError, ConnectionResetError)


@dataclass(frozen=True)
class Pin:
    """Hold where sockets go, whatever a URL says, who watches them, and how TLS is spoken; `met` sees each TLS socket."""

    who: str
    address: str
    dog: Watchdog
    context: ssl.SSLContext | None
    met: Callable[[ssl.SSLSocket], None]

    def open(self, connection: HTTPConnection) -> socket.socket:
        """Open a socket for `connection`."""
        timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
        place = (self.address, connection.port)
        try:
            opened = create_connection(place, timeout, socket_options=connection.socket_options)
        except OSError as error:
            what = error.strerror or "no answer to our knock"
            raise DepartmentNotReached(
                f"{self.who}: port {connection.port} is not reachable: {what}; can be tried again"
            ) from error
        self.dog.watch(opened)
        return opened


def pinned_pools(pin: Pin) -> dict[str, type[HTTPConnectionPool]]:
    """Return urllib3's pools by scheme, whose sockets are all pinned."""
    return {"http": _plain_pool(pin), "https": _secure_pool(pin)}


def _plain_pool(pin: Pin) -> type[HTTPConnectionPool]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return pin.open(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    return PlainPool


def _secure_pool(pin: Pin) -> type[HTTPConnectionPool]:
    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return pin.open(self)

        def connect(self) -> None:
            self.ssl_context = pin.context
            self.ca_certs = self.ca_cert_dir = self.ca_cert_data = None  # what is named here would be trusted as well
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                pin.met(self.sock)

        def send(self, data: Any) -> None:
            try:
                super().send(data)
            except BROKEN:
                self.sock.settimeout(1)
                self.sock.recv(1)  # TLS 1.3 tells after the handshake that a certificate is refused: the alert waits
                raise

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return SecurePool

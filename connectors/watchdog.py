"""A wall-clock deadline that really closes the socket, and sockets that go to one address only.

A read timeout is no deadline: a side that drips a byte a second renews it for ever. Knows no HTTP.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from schemas.errors import DepartmentUnreachable


class Watchdog:
    """Shut the watched socket when the guarded call outlives its deadline."""

    def __init__(self) -> None:
        self.has_barked = False
        self._socket: socket.socket | None = None

    @contextlib.contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Bark after `seconds`, unless the block ends first."""
        self.has_barked = False
        timer = threading.Timer(seconds, self.bark)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def watch(self, opened: socket.socket) -> None:
        """Remember a duplicate of the socket: TLS takes the original over, shutting a duplicate still ends it."""
        self.forget()
        self._socket = opened.dup()
        if self.has_barked:
            self.bark()

    def forget(self) -> None:
        """Let go of the watched socket."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def bark(self) -> None:
        """Shut the watched socket now."""
        self.has_barked = True
        with contextlib.suppress(OSError, AttributeError):  # already closed, or not yet connected
            self._socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


def pinned_pools(who: str, address: str, dog: Watchdog) -> dict[str, type[HTTPConnectionPool]]:
    """Return urllib3's pools whose sockets go to `address`, whatever the URL says, and are watched."""

    def open_socket(connection: HTTPConnection) -> socket.socket:
        timeout = connection.timeout if isinstance(connection.timeout, int | float) else None
        try:
            opened = create_connection((address, connection.port), timeout, socket_options=connection.socket_options)
        except OSError as error:
            what = error.strerror or "no answer to our knock"
            raise DepartmentUnreachable(
                f"{who}: port {connection.port} is not reachable: {what}; will be tried again"
            ) from error
        dog.watch(opened)
        return opened

    class Plain(HTTPConnection):
        _new_conn = open_socket

    class Secure(HTTPSConnection):
        _new_conn = open_socket

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}

"""A wall-clock deadline that really closes the socket.

A read timeout is no deadline: a side that drips a byte a second renews it for ever. Knows no HTTP.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


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

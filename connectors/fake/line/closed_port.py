"""A port at which a knock gets no answer: its queue is full and nobody empties it. Knows sockets only."""

from __future__ import annotations

import contextlib
import socket
import time

CALLERS = 3
PATIENCE = 0.06


class ClosedPort:
    """Fill the queue of a listening socket, and empty it again; whoever accepts from it must stop meanwhile."""

    def __init__(self, listener: socket.socket, usual: int) -> None:
        self._listener, self._usual = listener, usual
        self._callers: list[socket.socket] = []
        self.is_closed = False

    def close(self) -> None:
        """Take no knock from now on."""
        self.is_closed = True
        time.sleep(PATIENCE)  # whoever was just accepting sees it
        self._listener.listen(0)
        for _ in range(CALLERS):
            caller = socket.socket()
            caller.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                caller.connect(self._listener.getsockname())
            self._callers.append(caller)
        time.sleep(0.01)  # the kernel completes the calls that still find a place

    def open(self) -> None:
        """Take knocks again."""
        for caller in self._callers:
            caller.close()
        self._callers = []
        self._listener.listen(self._usual)
        self.is_closed = False

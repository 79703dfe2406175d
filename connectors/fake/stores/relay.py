"""The line between the hub and a faked front database, so that it can hang, drip, break, or lose one word.

Passes bytes on between sockets. Knows no SQL beyond the names of a flag and of a commit.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from connectors.fake.line.closed_port import ClosedPort

BLOCK, BACKLOG = 65_536, 128
MIDWAY = 4_000  # bytes after which a line breaks off: behind the sign-in, before the rows are through
SECONDS_PER_BYTE = 0.05
MODES = {"timeout_connect", "hang_forever", "drip_body", "reset_midway", "ack_lost"}


class Relay:
    """Listen on loopback and pass on to a database, as `mode` says; `flag` is the column whose answers get lost."""

    def __init__(self, host: str, port: int, flag: str) -> None:
        self._target, self._flag = (host, port), flag.encode()
        self.mode = "ok"
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._listener.settimeout(0.05)
        self._closed = ClosedPort(self._listener, BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set_mode(self, mode: str) -> None:
        """Behave so from now on; lines that are open follow."""
        if self._closed.is_closed:
            self._closed.open()
        self.mode = mode
        if mode == "timeout_connect":
            self._closed.close()

    def close(self) -> None:
        """Take no more lines."""
        self.set_mode("ok")
        self._listener.close()

    def _accept(self) -> None:
        while self._listener.fileno() >= 0:
            if self._closed.is_closed:
                time.sleep(0.02)
                continue
            with contextlib.suppress(OSError):  # nobody called in this moment, or the relay was closed
                client, _ = self._listener.accept()
                client.settimeout(None)
                threading.Thread(target=self._open, args=(client,), daemon=True).start()

    def _open(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(self._target) as server:
            lost = threading.Event()
            up = threading.Thread(target=self._pass_up, args=(client, server, lost), daemon=True)
            up.start()
            self._pass_down(server, client, lost)

    def _pass_up(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        is_answer = False
        with contextlib.suppress(OSError):
            while block := client.recv(BLOCK):
                is_answer = is_answer or (b"UPDATE" in block and self._flag in block.partition(b"WHERE")[0])
                is_answer = is_answer or b"INSERT INTO" in block
                if self.mode == "ack_lost" and is_answer and b"COMMIT" in block:
                    lost.set()
                server.sendall(block)
        _break_off(server)  # a caller that was killed leaves no farewell, and the database must not wait for one

    def _pass_down(self, server: socket.socket, client: socket.socket, lost: threading.Event) -> None:
        passed = 0
        while block := server.recv(BLOCK):
            if lost.is_set():
                _break_off(client)
                return
            if self.mode == "hang_forever":
                continue
            if self.mode == "reset_midway" and passed + len(block) > MIDWAY:
                client.sendall(block[: MIDWAY - passed])
                _break_off(client)
                return
            if self.mode == "drip_body":
                _drip(client, block)
            else:
                client.sendall(block)
            passed += len(block)


def _break_off(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)  # another thread still listens to it, so closing alone would tell nobody


def _drip(client: socket.socket, block: bytes) -> None:
    for place in range(len(block)):
        client.sendall(block[place : place + 1])
        time.sleep(SECONDS_PER_BYTE)

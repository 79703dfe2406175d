"""An SFTP server on loopback over one folder, and the ways in which it misbehaves. Knows no file format.

One account, one host key made anew at each start; nothing outside its folder can be reached.
"""

from __future__ import annotations

import hmac
import logging
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import paramiko

from connectors.fake.line.closed_port import ClosedPort

SFTP_MODES = {
    "timeout_connect", "hang_forever", "drip_body", "reset_midway", "host_key_changed", "permission_denied", "ack_lost",
}  # fmt: skip
QUIET = "connectors.fake.stores.sftp_server.wire"
BACKLOG = 128
SECONDS_PER_BYTE = 0.05


class SftpServer:
    """Serve `folder` from threads until closed; the mode may change while it runs."""

    def __init__(self, folder: Path, login: str, password: str) -> None:
        self.folder, self.login, self.password, self.mode = folder, login, password, "ok"
        self._held: list[socket.socket] = []  # lines that are answered nothing
        self._key, self._other = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
        self._lines: list[Any] = []
        self._door = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._door.settimeout(0.05)
        self._closed, self.stopping = ClosedPort(self._door, BACKLOG), threading.Event()
        self.port = int(self._door.getsockname()[1])
        logging.getLogger(QUIET).addHandler(logging.NullHandler())
        logging.getLogger(QUIET).propagate = False
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def public_key(self) -> str:
        """Return the host key as a connection pins it."""
        return f"{self._key.get_name()} {self._key.get_base64()}"

    def set_mode(self, mode: str) -> None:
        """Misbehave, or behave again."""
        if self._closed.is_closed:
            self._closed.open()
        self.mode = mode
        if mode == "timeout_connect":
            self._closed.close()

    def drop_lines(self) -> None:
        """Close every connection in the middle of whatever it does."""
        for line in self._lines:
            line.close()

    def close(self) -> None:
        """Stop listening and hang up."""
        self.set_mode("ok")
        self.stopping.set()
        self._door.close()
        self.drop_lines()
        for line in self._held:
            line.close()

    def _serve(self) -> None:
        while not self.stopping.is_set():
            if self._closed.is_closed:
                self.stopping.wait(0.02)
                continue
            with suppress(OSError):  # nobody called in this moment, or the port was closed
                self._take(self._door.accept()[0])

    def _take(self, line: socket.socket) -> None:
        line.settimeout(None)
        if self.mode == "hang_forever":
            self._held.append(line)
        else:
            transport = paramiko.Transport(line)
            transport.set_log_channel(QUIET)
            transport.add_server_key(self._other if self.mode == "host_key_changed" else self._key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, drop=self)
            self._lines = [one for one in self._lines if one.is_active()] + [transport]
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(event=threading.Event(), server=_Account(self))


class _Account(paramiko.ServerInterface):  # type: ignore[misc]  # the library is untyped
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        right = hmac.compare_digest(f"{username}:{password}", f"{self._server.login}:{self._server.password}")
        return int(paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002 - the library's own names
        return int(paramiko.OPEN_SUCCEEDED)

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "password"


class _Folder(paramiko.SFTPServerInterface):  # type: ignore[misc]
    def __init__(self, account: _Account, *, drop: SftpServer) -> None:
        super().__init__(account)
        self._server = drop

    def list_folder(self, path: str) -> Any:
        return self._try(lambda: [_told(one) for one in sorted(self._real(path).iterdir())])

    def stat(self, path: str) -> Any:
        return self._try(lambda: _told(self._real(path)))

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:  # noqa: ARG002
        if self._server.mode == "permission_denied":
            return paramiko.SFTP_PERMISSION_DENIED

        def work() -> Any:
            handle = os.open(self._real(path), flags, 0o600)
            is_written = flags & (os.O_WRONLY | os.O_RDWR)
            return _Handle(self._server, os.fdopen(handle, "wb" if is_written else "rb"))

        return self._try(work)

    def rename(self, oldpath: str, newpath: str) -> Any:
        if self._real(newpath).exists():
            return paramiko.SFTP_FAILURE
        return self._answered(lambda: self._real(oldpath).rename(self._real(newpath)))

    def remove(self, path: str) -> Any:
        return self._answered(lambda: self._real(path).unlink())

    def mkdir(self, path: str, attr: Any) -> Any:  # noqa: ARG002
        return self._try(lambda: self._real(path).mkdir(), paramiko.SFTP_OK)

    def _answered(self, work: Any) -> Any:
        done = self._try(work, paramiko.SFTP_OK)
        if self._server.mode == "ack_lost":
            self._server.drop_lines()
        return done

    def _real(self, path: str) -> Path:
        return self._server.folder / str(self.canonicalize(path)).lstrip("/")

    @staticmethod
    def _try(work: Any, done: Any = None) -> Any:
        try:
            found = work()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return found if done is None else done


class _Handle(paramiko.SFTPHandle):  # type: ignore[misc]
    def __init__(self, server: SftpServer, file: Any) -> None:
        super().__init__()
        self._server, self.readfile, self.writefile = server, file, file

    def read(self, offset: int, length: int) -> Any:
        if self._server.mode == "reset_midway":
            self._server.drop_lines()
        if self._server.mode == "drip_body":
            self._server.stopping.wait(length * SECONDS_PER_BYTE)
        return super().read(offset, length)

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


def _told(path: Path) -> Any:
    return paramiko.SFTPAttributes.from_stat(path.lstat(), os.fsencode(path.name))  # a name may be no UTF-8

"""A file drop behind SFTP: one host whose key the connection pins, one account, a deadline for every step.

The only module that speaks SSH as a client; its keys are read by ssh_keys, names by sftp_names. No agent, no known_hosts and no keys of whoever runs the hub.
"""

from __future__ import annotations

import errno
import logging
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import paramiko

from connectors.drops.drop_folder import Entry, hidden_name, missing_folder, translate_os_error
from connectors.drops.sftp_names import NamesAsSent
from connectors.drops.ssh_keys import read_host_key, read_private_key
from connectors.wire.addresses import resolve_address
from connectors.wire.connection import Connection
from connectors.wire.watchdog import Watchdog
from schemas.errors import (
    DepartmentFault,
    DepartmentRefused,
    DepartmentTimeout,
    DepartmentUnreachable,
)

T = TypeVar("T")
CHANNEL = "connectors.drops.sftp_folder.wire"  # the library's own words may hold paths: they go nowhere
RSA = ("rsa-sha2-512", "rsa-sha2-256")


class SftpFolder:
    """Work in one folder of another machine."""

    def __init__(self, connection: Connection, seconds: float, who: str) -> None:
        self._who, self._seconds, self._dog = who, seconds, Watchdog()
        self._root = connection.path
        self._open: tuple[str, Any] | None = None
        self._line: socket.socket | None = None
        self._transport: Any = None
        pinned, own = read_host_key(connection, who), read_private_key(connection, who)
        try:
            with self._step("signing in"):
                self._sftp = self._sign_in(connection, pinned, own)
        except BaseException:
            self.close()
            raise

    def list(self, folder: str, *, may_miss: bool = False) -> list[Entry]:
        """Return the regular files of a folder, by name."""

        def work() -> list[Entry]:
            found = [_entry(one.filename, one) for one in self._sftp.listdir_attr(self._path(folder))]
            return sorted(filter(None, found), key=lambda entry: entry.name)

        try:
            return self._do(f"listing {folder or 'the drop'}", work)
        except FileNotFoundError:
            if may_miss:
                return []
            raise missing_folder(self._who, folder) from None

    def look(self, path: str) -> Entry | None:
        """Return one file, or None."""
        try:
            return self._do(f"looking at {path}", lambda: _entry(_last(path), self._sftp.lstat(self._path(path))))
        except FileNotFoundError:
            return None

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on, asked for all at once."""

        def work() -> bytes:
            if self._open is None or self._open[0] != path:
                self._let_go()
                if _entry("", self._sftp.lstat(self._path(path))) is None:
                    raise FileNotFoundError(errno.ENOENT, "no regular file")
                self._open = (path, self._sftp.open(self._path(path), "rb"))
            return b"".join(self._open[1].readv([(offset, size)])) if size else b""

        try:
            return self._do(f"reading {path}", work)
        except FileNotFoundError as error:
            raise translate_os_error(error, self._who, f"reading {path}") from None

    def move(self, path: str, target: str) -> bool:
        """Move a file; the protocol's own rename refuses where the target exists."""
        if self.look(target):
            return False

        def work() -> bool:
            self._let_go()
            self._make_folder(target)
            self._sftp.rename(self._path(path), self._path(target))
            return True

        try:
            return self._do(f"moving {path}", work)
        except FileNotFoundError as error:
            raise translate_os_error(error, self._who, f"moving {path}") from None

    def write_beside(self, path: str, content: bytes) -> str:
        """Write to a hidden name beside `path`."""
        try:
            self._do(f"writing {path}", lambda: self._write(hidden_name(path), content))
        except FileNotFoundError:
            raise missing_folder(self._who, path.rpartition("/")[0]) from None
        return hidden_name(path)

    def write(self, path: str, content: bytes) -> None:
        """Write a file beside its place, then give it its name."""
        beside = hidden_name(path)

        def work() -> None:
            self._make_folder(path)
            self._write(beside, content)
            with suppress(OSError):
                self._sftp.remove(self._path(path))
            self._sftp.rename(self._path(beside), self._path(path))

        try:
            self._do(f"writing {path}", work)
        except FileNotFoundError as error:
            raise translate_os_error(error, self._who, f"writing {path}") from None

    def close(self) -> None:
        """Hang up."""
        with suppress(Exception), self._dog.guard(1.0):  # whatever state the line is in, nothing is lost by it
            if self._transport:
                self._transport.close()
        if self._line:
            self._line.close()
        self._dog.forget()

    def _sign_in(self, connection: Connection, pinned: paramiko.PKey, own: paramiko.PKey | None) -> Any:
        address = resolve_address(connection, self._seconds, self._who)
        line = self._knock(address, connection.port)
        self._dog.watch(line)
        self._line, self._transport = line, paramiko.Transport(line)
        transport = self._transport
        logging.getLogger(CHANNEL).addHandler(logging.NullHandler())
        logging.getLogger(CHANNEL).propagate = False
        transport.set_log_channel(CHANNEL)
        wanted = RSA if pinned.get_name() == "ssh-rsa" else (pinned.get_name(),)
        transport.get_security_options().key_types = wanted
        try:
            transport.start_client(timeout=self._seconds)
        except paramiko.IncompatiblePeer:
            raise self._other_key() from None
        if transport.get_remote_server_key() != pinned:
            raise self._other_key()
        if own:
            transport.auth_publickey(connection.login, own)
        else:
            transport.auth_password(connection.login, connection.password, fallback=False)
        return NamesAsSent.from_transport(transport)

    def _knock(self, address: str, port: int) -> socket.socket:
        try:
            return socket.create_connection((address, port), self._seconds)
        except OSError as error:
            what = error.strerror or "no answer to our knock"
            raise DepartmentUnreachable(
                f"{self._who}: port {port} is not reachable: {what}; can be tried again"
            ) from None

    def _other_key(self) -> DepartmentRefused:
        return DepartmentRefused(
            f"{self._who}: the host shows another key than the connection's host_key; expected the pinned one; nothing was "
            "sent; ask the department whether its key changed"
        )

    def _do(self, what: str, work: Callable[[], T]) -> T:
        with self._step(what):
            return work()

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        """Do one thing within the deadline; only a missing file is left for the caller to judge."""
        with self._dog.guard(self._seconds):
            try:
                yield
            except FileNotFoundError:
                raise
            except paramiko.AuthenticationException:
                raise DepartmentRefused(
                    f"{self._who}: it refused the connection's login, password or key; nothing was read"
                ) from None
            except (TimeoutError, EOFError, paramiko.SSHException, OSError) as error:
                raise self._translate(error, what) from None

    def _translate(self, error: Exception, what: str) -> Exception:
        if self._dog.has_barked or isinstance(error, TimeoutError):
            return DepartmentTimeout(f"{self._who}: {what} took more than {self._seconds:g} s; can be tried again")
        if isinstance(error, paramiko.SSHException):
            return DepartmentUnreachable(f"{self._who}: {what}: the line broke or speaks no SSH; can be tried again")
        if isinstance(error, OSError) and error.errno is None and "Socket" not in str(error):
            return DepartmentFault(f"{self._who}: {what} failed at the department; nothing of it is applied")
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            return translate_os_error(error, self._who, what)
        return DepartmentUnreachable(f"{self._who}: {what}: the connection broke; can be tried again")

    def _write(self, path: str, content: bytes) -> None:
        with self._sftp.open(self._path(path), "wb") as out:
            out.set_pipelined(True)
            out.write(content)

    def _let_go(self) -> None:
        if self._open:
            self._open[1].close()
        self._open = None

    def _make_folder(self, path: str) -> None:
        parts = path.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            with suppress(OSError):  # it exists, or what follows says what is wrong
                self._sftp.mkdir(self._path("/".join(parts[:count])))

    def _path(self, path: str) -> str:
        return "/".join(part for part in (self._root.rstrip("/"), path) if part) or "."


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _entry(name: str, found: Any) -> Entry | None:
    if not stat.S_ISREG(found.st_mode or 0) or "/" in name:
        return None
    return Entry(name, found.st_size or 0, datetime.fromtimestamp(found.st_mtime or 0, UTC))

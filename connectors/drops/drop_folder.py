"""What a file drop is, wherever it lies: entries, bytes, moves. Opened from the connection; nothing is ever overwritten.

Knows no declaration of files; every error becomes one of the department's.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentRefused,
    DepartmentUnavailable,
    DepartmentUnreachable,
)

REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Entry:
    """Hold one regular file of a folder, as its directory tells it."""

    name: str
    size: int
    modified: datetime


class DropFolder(Protocol):
    """Do what a file drop allows. Paths lie below the connection's own, with `/` between."""

    def list(self, folder: str, *, may_miss: bool = False) -> list[Entry]:
        """Return the regular files of a folder, by name; links and folders are passed over."""

    def look(self, path: str) -> Entry | None:
        """Return one file, or None."""

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on, fewer at the end; the same file stays open while it is read."""

    def move(self, path: str, target: str) -> bool:
        """Move a file into another folder, which is made where it is missing; False where the target exists."""

    def write_beside(self, path: str, content: bytes) -> str:
        """Write the whole content to a hidden name beside `path`, to be moved there; return it. Its folder must exist."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all; its folder is made where it is missing."""

    def close(self) -> None:
        """Let go."""


def hidden_name(path: str) -> str:
    """Return the name beside `path` under which a file is written until it is whole."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.writing"


def missing_folder(who: str, folder: str) -> DepartmentBrokePromise:
    """Return the error for a folder that is not there."""
    return DepartmentBrokePromise(
        f"{who}: the drop has no folder {folder or '/'}; expected the declared one; nothing is read"
    )


def translate_os_error(error: OSError, who: str, what: str) -> DepartmentError:
    """Return the department's error for one of its file system; its own words may hold a path."""
    if error.errno in REFUSED:
        return DepartmentRefused(f"{who}: {what} was refused; expected the right to it for the connection's account")
    if error.errno == errno.ENOENT:
        return DepartmentBrokePromise(f"{who}: {what} failed: it is no longer there; nothing of it is applied")
    if error.errno in FULL:
        return DepartmentUnavailable(f"{who}: {what} failed: the drop is full; can be tried again")
    return DepartmentUnreachable(f"{who}: {what} failed ({type(error).__name__}); can be tried again")


@contextmanager
def translated(who: str, what: str) -> Iterator[None]:
    """Turn errors of a file system into the department's."""
    try:
        yield
    except OSError as error:
        raise translate_os_error(error, who, what) from None

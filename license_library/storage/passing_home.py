"""A database that is thrown away: for tests, for the kit that tries departments, for a library that is made again.

What stays small may lie in memory, where a database of a test's own is made in a fraction of the time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from license_library.storage.embedded import erase, running

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of a random name inside it, as in any temporary folder
ROOM: Final = 4 * 2**30  # bytes free in memory at the least, several times what a server needs


@contextmanager
def passing_home(prefix: str, in_memory: Path | None = None) -> Iterator[Path]:
    """Yield the home of a running server without durability; nothing of it is left afterwards.

    `in_memory` is a folder in memory, taken where it is there and has room.
    """
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=_place(in_memory)))
    home.chmod(0o711)  # as root the server runs as another user, who must be able to walk in
    try:
        with running(home, fast=True):
            try:
                yield home
            finally:
                erase(home)  # at once: to end in good order takes it seconds
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _place(in_memory: Path | None) -> Path | None:
    """Return the folder in memory, or None for the usual temporary one."""
    if in_memory is None or not os.access(in_memory, os.W_OK | os.X_OK):
        return None
    return in_memory if shutil.disk_usage(in_memory).free >= ROOM else None

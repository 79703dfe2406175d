"""A file drop in a folder of this machine, such as a mounted share. Follows no link and leaves no half file behind."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from connectors.drops.drop_folder import Entry, hidden_name, missing_folder, translated
from connectors.wire.connection import Connection
from schemas.errors import DeclarationError


class LocalFolder:
    """Work in one folder. Every path is walked from it, folder by folder, so that a link anywhere leads nowhere."""

    def __init__(self, connection: Connection, who: str) -> None:
        self._root, self._who = Path(connection.path), who
        self._open: tuple[str, BinaryIO] | None = None
        if not connection.path:
            raise DeclarationError(f"{who}: the connection names no folder; expected such as file:///srv/drop")

    def list(self, folder: str, *, may_miss: bool = False) -> list[Entry]:
        """Return the regular files of a folder, by name."""
        with translated(self._who, f"listing {folder or 'the drop'}"):
            try:
                with self._folder(folder) as inside, os.scandir(inside) as found:
                    entries = [_stated(one) for one in found]
            except (FileNotFoundError, NotADirectoryError):
                if may_miss:
                    return []
                raise missing_folder(self._who, folder) from None
        return sorted(filter(None, entries), key=lambda entry: entry.name)

    def look(self, path: str) -> Entry | None:
        """Return one file, or None."""
        with translated(self._who, f"looking at {path}"):
            try:
                with self._place(path) as (inside, name):
                    return _entry(name, os.stat(name, dir_fd=inside, follow_symlinks=False))
            except (FileNotFoundError, NotADirectoryError):
                return None

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on."""
        with translated(self._who, f"reading {path}"):
            if self._open is None or self._open[0] != path:
                self.close()
                with self._place(path) as (inside, name):
                    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
                self._open = (path, os.fdopen(handle, "rb"))
            self._open[1].seek(offset)
            return self._open[1].read(size)

    def move(self, path: str, target: str) -> bool:
        """Move a file; a link claims the new name first, because renaming would overwrite."""
        self.close()
        with (
            translated(self._who, f"moving {path}"),
            self._place(path) as (here, name),
            self._place(target, make=True) as (there, new),
        ):
            try:
                os.link(name, new, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
                    raise
                if _is_there(new, there):  # no links on this share: the gap to the next line is what is left
                    return False
                os.rename(name, new, src_dir_fd=here, dst_dir_fd=there)
                return True
            os.unlink(name, dir_fd=here)
            return True

    def write_beside(self, path: str, content: bytes) -> str:
        """Write to a hidden name beside `path`, down to the disk; whatever lies under that name is put away first."""
        beside = hidden_name(path)
        with translated(self._who, f"writing {path}"):
            try:
                with self._place(beside) as (inside, name):
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=inside)
                    _write_new(name, inside, content)
            except (FileNotFoundError, NotADirectoryError):
                raise missing_folder(self._who, path.rpartition("/")[0]) from None
        return beside

    def write(self, path: str, content: bytes) -> None:
        """Write a file beside its place, then give it its name."""
        with translated(self._who, f"writing {path}"), self._place(path, make=True) as (inside, name):
            beside = self.write_beside(path, content).rpartition("/")[2]
            os.replace(beside, name, src_dir_fd=inside, dst_dir_fd=inside)

    def close(self) -> None:
        """Close what is open."""
        if self._open:
            self._open[1].close()
        self._open = None

    @contextmanager
    def _place(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder that a path lies in; give it with the last name."""
        folder, _, name = path.rpartition("/")
        with self._folder(folder, make=make) as inside:
            yield inside, name

    @contextmanager
    def _folder(self, folder: str, *, make: bool = False) -> Iterator[int]:
        """Open a folder below the root, step by step; NotADirectoryError where a link stands in the way."""
        inside = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in filter(None, folder.split("/")):
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(name, dir_fd=inside)
                below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
                os.close(inside)
                inside = below
            yield inside
        finally:
            os.close(inside)


def _write_new(name: str, inside: int, content: bytes) -> None:
    """Write a file that nobody made before us: what another put under the name would be written through."""
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=inside)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _is_there(name: str, inside: int) -> bool:
    try:
        os.stat(name, dir_fd=inside, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _stated(one: os.DirEntry[str]) -> Entry | None:
    """Return an entry of a listing; one that was taken away since it was named is none, and hides no other."""
    try:
        return _entry(one.name, one.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None


def _entry(name: str, found: os.stat_result) -> Entry | None:
    if not stat.S_ISREG(found.st_mode):
        return None
    seconds, nanoseconds = divmod(found.st_mtime_ns, 1_000_000_000)
    return Entry(name, found.st_size, datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000))

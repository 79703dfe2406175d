"""A file drop in a folder of this machine, such as a mounted share. Follows no link and leaves no half file behind."""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from connectors.connection import Connection
from connectors.drop_folder import Entry, hidden_name, missing_folder, translated
from schemas.errors import DeclarationError


class LocalFolder:
    """Work in one folder."""

    def __init__(self, connection: Connection, who: str) -> None:
        self._root, self._who = Path(connection.path), who
        self._open: tuple[str, BinaryIO] | None = None
        if not connection.path:
            raise DeclarationError(f"{who}: the connection names no folder; expected such as file:///srv/drop")

    def list(self, folder: str, *, may_miss: bool = False) -> list[Entry]:
        """Return the regular files of a folder, by name."""
        with translated(self._who, f"listing {folder or 'the drop'}"):
            try:
                with os.scandir(self._root / folder) as found:
                    entries = [_entry(one.name, one.stat(follow_symlinks=False)) for one in found]
            except (FileNotFoundError, NotADirectoryError):
                if may_miss:
                    return []
                raise missing_folder(self._who, folder) from None
        return sorted(filter(None, entries), key=lambda entry: entry.name)

    def look(self, path: str) -> Entry | None:
        """Return one file, or None."""
        with translated(self._who, f"looking at {path}"):
            try:
                return _entry(path.rpartition("/")[2], (self._root / path).lstat())
            except (FileNotFoundError, NotADirectoryError):
                return None

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on."""
        with translated(self._who, f"reading {path}"):
            if self._open is None or self._open[0] != path:
                self.close()
                handle = os.open(self._root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                self._open = (path, os.fdopen(handle, "rb"))
            self._open[1].seek(offset)
            return self._open[1].read(size)

    def move(self, path: str, target: str) -> bool:
        """Move a file; a link claims the new name first, because renaming would overwrite."""
        self.close()
        with translated(self._who, f"moving {path}"):
            (self._root / target).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self._root / path, self._root / target, follow_symlinks=False)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
                    raise
                if (self._root / target).exists():  # no links on this share: the gap to the next line is what is left
                    return False
                (self._root / path).rename(self._root / target)
                return True
            (self._root / path).unlink()
            return True

    def write_beside(self, path: str, content: bytes) -> str:
        """Write to a hidden name beside `path`, down to the disk."""
        beside = hidden_name(path)
        with translated(self._who, f"writing {path}"):
            try:
                with (self._root / beside).open("wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
            except FileNotFoundError:
                raise missing_folder(self._who, path.rpartition("/")[0]) from None
        return beside

    def write(self, path: str, content: bytes) -> None:
        """Write a file beside its place, then give it its name."""
        with translated(self._who, f"writing {path}"):
            (self._root / path).parent.mkdir(parents=True, exist_ok=True)
            beside = self.write_beside(path, content)
            (self._root / beside).replace(self._root / path)

    def close(self) -> None:
        """Close what is open."""
        if self._open:
            self._open[1].close()
        self._open = None


def _entry(name: str, found: os.stat_result) -> Entry | None:
    if not stat.S_ISREG(found.st_mode):
        return None
    seconds, nanoseconds = divmod(found.st_mtime_ns, 1_000_000_000)
    return Entry(name, found.st_size, datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000))

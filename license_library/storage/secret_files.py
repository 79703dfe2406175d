"""Small files that are written once, by whichever process comes first, and are nobody else's to read.

Knows nothing of what they hold.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_once(path: Path, text: str) -> str:
    """Write `text` unless the file is there already, and return what it holds."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two containers may share a volume and have the same process ids.
        scratch = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        try:
            _write_down(scratch, text)
            with suppress(FileExistsError):
                os.link(scratch, path)  # unlike a rename it never replaces what a quicker process wrote
        finally:  # nor is half of one left by a full disk
            scratch.unlink(missing_ok=True)
        sync_folder(path.parent)
    return path.read_text().strip()


def _write_down(path: Path, text: str) -> None:
    """Write a new file down to the disk: a key that a power cut empties takes everything kept under it along."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names of a folder on the disk, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

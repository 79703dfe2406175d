"""Small files that are written once, by whichever process comes first, and are nobody else's to read.

Knows nothing of what they hold.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_once(path: Path, text: str) -> str:
    """Write `text` unless the file is there already, and return what it holds."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        scratch.touch(mode=0o600)
        scratch.write_text(text)
        with suppress(FileExistsError):
            os.link(scratch, path)  # unlike a rename it never replaces what a quicker process wrote
        scratch.unlink()
    return path.read_text().strip()

"""Files that a command is to write: looked at before anything is done, so that no work is lost for want of a folder."""

from __future__ import annotations

import os
from pathlib import Path

from schemas.errors import RequestError


def demand_writable(command: str, file: Path) -> None:
    """Refuse a file that could not be written when the work is done."""
    folder = file.parent
    if not folder.is_dir():
        why = "its folder is not there"
    elif file.is_dir():
        why = "is a folder"
    elif not os.access(file if file.exists() else folder, os.W_OK):
        why = "may not be written"
    else:
        return
    raise RequestError(
        f"{command}: {file} cannot be written: {why}; expected a file in a folder that is there; nothing was done"
    )

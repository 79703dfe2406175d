"""The folder a faked file drop may empty: a new one, an empty one, or one that a fake marked as its own.

Knows nothing of what lies in it.
"""

from __future__ import annotations

from pathlib import Path

from connectors.declarations.declared import Department
from schemas.errors import DeclarationError

MARK = ".license-hub-fake"  # a drop takes away whatever lies in its folders, so it begins in none of somebody's


def own_folder(department: Department, given: str) -> None:
    """Make and mark the folder that a drop was given; refuse one that holds what no fake put there."""
    if department.transport.kind != "file" or not given:
        return
    folder, place = Path(given), f"fake {department.department}: {given}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / MARK).is_file():
            raise DeclarationError(
                f"{place}: is not empty and was not made by a fake, which takes away what lies in it; "
                "expected a new or an empty folder; nothing was touched"
            )
        (folder / MARK).touch()
    except OSError as error:
        raise DeclarationError(
            f"{place}: cannot be used: {error.strerror}; expected a folder that may be written; nothing was served"
        ) from error

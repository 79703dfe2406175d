"""A department's folder as one piece of bytes, so that pages can be read for ever by the declaration they were merged by.

Holds declaration and contract, nothing of a connection. The same folder always makes the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from connectors.declarations.contract_files import verify_contract
from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department
from schemas.errors import DeclarationError

EVERY_TIME: Final = (1980, 1, 1, 0, 0, 0)


def pack_declaration(department: Department) -> bytes:
    """Return the folder of a department."""
    folder = department.folder
    names = ["department.toml", "contract/SHA256SUMS", *(f"contract/{one}" for one in verify_contract(folder))]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(names):
            if (folder / name).is_file():
                archive.writestr(zipfile.ZipInfo(name, EVERY_TIME), (folder / name).read_bytes(), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def unpack_declaration(packed: bytes, name: str, version: str, root: Path) -> Path:
    """Lay a department's folder below `root`/`version`, and return that; DeclarationError where it is not that version."""
    below = root / version
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(below / name)
    if load_department(name, below).digest != version:
        raise DeclarationError(f"{name}: the kept declaration is not {version[:16]}; nothing is read by it")
    return below

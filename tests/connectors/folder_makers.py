"""A department's folder in a temporary place: its declaration, and contract files that are pinned."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path


def write_department(root: Path, text: str, files: dict[str, str], name: str = "roads") -> Path:
    """Write a department folder whose contract files are pinned."""
    contract = root / name / "contract"
    shutil.rmtree(contract, ignore_errors=True)
    contract.mkdir(parents=True)
    lines = []
    for file, content in files.items():
        (contract / file).write_text(content, "utf-8")
        lines.append(f"{hashlib.sha256(content.encode()).hexdigest()}  {file}\n")
    (contract / "SHA256SUMS").write_text("".join(lines), "utf-8")
    (root / name / "department.toml").write_text(text, "utf-8")
    return root / name

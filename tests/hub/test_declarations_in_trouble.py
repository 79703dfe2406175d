"""A file of a declaration that cannot be read is told with its file and line, and the other departments load."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connectors.declarations.declaration import list_departments, load_departments

GBK = ("0" * 64 + "  接口说明.docx\n").encode("gbk")
DEEP = b"\na = " + b"[" * 100_000


@pytest.fixture
def folder(connectors_folder: Path, tmp_path: Path) -> Path:
    """Return departments that a test may spoil."""
    return shutil.copytree(connectors_folder, tmp_path / "connectors")


@pytest.mark.parametrize(
    ("name", "spoiling", "said"),
    [
        (
            "contract/SHA256SUMS",
            GBK,
            "water/contract/SHA256SUMS: line 3 is not UTF-8; expected 'sha256  file' in UTF-8",
        ),
        ("department.toml", GBK, "water/department.toml: is not TOML"),
        ("department.toml", DEEP, "water/department.toml: is not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_stops_its_own_department_only(
    folder: Path, name: str, spoiling: bytes, said: str
) -> None:
    spoiled = folder / "water" / name
    spoiled.write_bytes(spoiled.read_bytes() + spoiling)
    declared, broken = load_departments(folder)
    assert (len(declared), list(broken)) == (len(list_departments(folder)) - 1, ["water"])
    assert said in str(broken["water"])


def test_a_file_that_may_not_be_read_stops_its_own_department_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.parent == folder / "water" / "contract":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    declared, broken = load_departments(folder)
    assert (len(declared), list(broken)) == (len(list_departments(folder)) - 1, ["water"])
    assert "water/contract/" in str(broken["water"])

"""The header of the newest file is read, or the department broke its promise; nothing else is raised."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.declarations.declaration import load_department
from connectors.drift.live_header import read_live_header
from connectors.wire.connection import Connection
from schemas.errors import DepartmentBrokePromise


def test_a_header_that_is_no_csv_is_a_broken_promise(tmp_path: Path) -> None:
    department = load_department("health_inspection")
    feed, connection = department.feeds["licenses"], Connection("file", "", None, str(tmp_path), "", "", {})
    assert read_live_header(department, feed, connection) is None
    put(tmp_path, "记录号,许可证号\r\n1,2\r\n")
    assert read_live_header(department, feed, connection) == ["记录号", "许可证号"]
    put(tmp_path, "记录号,许可证号\r1,2\r")  # the line ends of another age
    with pytest.raises(DepartmentBrokePromise, match=r"wsjd_20260302_001\.csv: its first line is no CSV"):
        read_live_header(department, feed, connection)


def test_a_damaged_zip_is_a_broken_promise(tmp_path: Path) -> None:
    department = load_department("health_inspection")
    feed, connection = department.feeds["licenses"], Connection("file", "", None, str(tmp_path), "", "", {})
    assert feed.files is not None
    zipped = replace(feed, files=replace(feed.files, names=["wsjd_%Y%m%d_*.zip"], members="*", done=""))
    with zipfile.ZipFile(tmp_path / "wsjd_20260302_001.zip", "w", zipfile.ZIP_DEFLATED) as made:
        text = "记录号,许可证号\n" + "".join(f"{number},2\n" for number in range(5000))
        made.writestr("a.csv", text.encode("gb18030"))
    assert read_live_header(department, zipped, connection) == ["记录号", "许可证号"]
    content = bytearray((tmp_path / "wsjd_20260302_001.zip").read_bytes())
    content[60:90] = b"\xff" * 30
    (tmp_path / "wsjd_20260302_001.zip").write_bytes(content)
    with pytest.raises(DepartmentBrokePromise, match="is a cut or damaged zip"):
        read_live_header(department, zipped, connection)


def put(drop: Path, text: str) -> None:
    """Put a file and then its marker into the drop."""
    (drop / "wsjd_20260302_001.csv").write_bytes(text.encode("gb18030"))
    (drop / "wsjd_20260302_001.ok").write_bytes(b"1")

"""The header of the newest file is read, or the department broke its promise; nothing else is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def put(drop: Path, text: str) -> None:
    """Put a file and then its marker into the drop."""
    (drop / "wsjd_20260302_001.csv").write_bytes(text.encode("gb18030"))
    (drop / "wsjd_20260302_001.ok").write_bytes(b"1")

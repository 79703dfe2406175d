"""A file of 100 MB is fetched, judged and read back in memory that does not grow with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.declarations.declaration import load_department
from connectors.fake.stores.sftp_server import SftpServer

PROJECT = Path(__file__).parents[2]
SIZE = 100_000_000


def fill(folder: Path, size: int) -> tuple[Path, int]:
    """Write one file of the department's own form, and its marker."""
    sample = load_department("health_inspection").folder / "contract" / "wsjd_sample.csv"
    header, row = sample.read_bytes().split(b"\r\n")[:2]
    count = size // (len(row) + 2)
    path = folder / "wsjd_20250731_01.csv"
    with path.open("wb") as file:
        file.write(header + b"\r\n")
        for number in range(count):
            file.write(b"PD%09d" % number + row[11:] + b"\r\n")
    (folder / "wsjd_20250731_01.ok").write_text(f"{count}\n")
    return path, count


def run(connection: str, path: Path) -> dict[str, Any]:
    root = load_department("health_inspection").folder.parent
    command = [sys.executable, str(Path(__file__).with_name("file_scale.py")), connection, str(root), str(path)]
    environ = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.scale
@pytest.mark.parametrize("way", ["folder", "sftp"])
def test_a_file_of_100_mb_is_read_in_bounded_memory(tmp_path: Path, way: str) -> None:
    small, few = fill(tmp_path, 2_000_000)
    server = SftpServer(tmp_path, "hub", "secret") if way == "sftp" else None
    key = server.public_key.replace(" ", "%20").replace("+", "%2B").replace("/", "%2F") if server else ""
    connection = f"sftp://hub:secret@127.0.0.1:{server.port}/?host_key={key}" if server else f"file://{tmp_path}"
    floor = run(connection, small)
    assert floor["rows"] == few
    large, many = fill(tmp_path, SIZE)
    told = run(connection, large)
    print(f"{way}: {told}, floor {floor['peak']}")  # noqa: T201 - what a run of scale is for
    assert (told["rows"], told["pages"]) == (many, -(-large.stat().st_size // (1 << 20)) + 1)
    assert told["peak"] - floor["peak"] < 60_000_000
    if server:
        server.close()
    shutil.rmtree(tmp_path)

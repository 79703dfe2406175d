"""A file that vanishes while a folder is listed hides no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.drops import local_folder
from connectors.drops.local_folder import LocalFolder
from connectors.wire.connection import parse_connection


def test_a_file_that_vanishes_while_it_is_listed_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text("x")
    scan = os.scandir

    class Taking:
        """List a folder, and let the second file be taken away once all are named."""

        def __init__(self, folder: int) -> None:
            self._found = scan(folder)

        def __enter__(self) -> list[os.DirEntry[str]]:
            named = list(self._found)
            (tmp_path / "b.csv").unlink()
            return named

        def __exit__(self, *_: object) -> None:
            self._found.close()

    monkeypatch.setattr(local_folder.os, "scandir", Taking)
    drop = LocalFolder(parse_connection(f"file://{tmp_path}"), "x.licenses")
    assert [one.name for one in drop.list("", may_miss=True)] == ["a.csv", "c.csv"]

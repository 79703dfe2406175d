"""A faked file drop empties no folder of somebody else's, and says what it cannot use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.declarations.declaration import load_department
from connectors.fake.__main__ import main
from connectors.fake.rows.truth import Plot
from connectors.fake.server import FakeServer
from schemas.errors import DeclarationError


def begin(folder: Path) -> FakeServer:
    """Open a fake over a folder."""
    return FakeServer(load_department("health_inspection"), Plot(scale=5), folder=str(folder), local=True)


def test_files_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "taken" / "keep.txt"
    kept.parent.mkdir()
    for path in (kept, tmp_path / "thesis.docx"):
        path.write_text("mine", "utf-8")
    with pytest.raises(DeclarationError, match=r"is not empty and was not made by a fake.*nothing was touched"):
        begin(tmp_path)
    assert (kept.read_text("utf-8"), sorted(os.listdir(tmp_path))) == ("mine", ["taken", "thesis.docx"])


def test_a_folder_that_a_fake_filled_is_filled_again(tmp_path: Path) -> None:
    for _ in range(2):
        begin(tmp_path / "drop").server_close()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["health_inspection", "--folder", str(tmp_path / "file"), "--local"]) == 2
    assert "cannot be used: File exists; expected a folder that may be written" in capsys.readouterr().err

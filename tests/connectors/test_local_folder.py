"""A drop in a folder where the department may make links: none of them leads the hub anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.drops.drop_folder import hidden_name
from connectors.drops.local_folder import LocalFolder
from connectors.wire.connection import parse_connection
from schemas.errors import DepartmentBrokePromise, DepartmentError


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Give a folder that is none of the department's business, with a file in it."""
    made = tmp_path / "outside"
    made.mkdir()
    (made / "secret").write_text("ours")
    return made


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """Give an empty drop."""
    made = tmp_path / "drop"
    made.mkdir()
    return made


def opened(drop: Path) -> LocalFolder:
    return LocalFolder(parse_connection(f"file://{drop}"), "woods.licenses")


def test_a_link_under_the_name_that_is_written_first_is_not_written_through(drop: Path, outside: Path) -> None:
    (drop / hidden_name("out.csv")).symlink_to(outside / "secret")
    folder = opened(drop)
    folder.write("out.csv", b"a delivery")
    assert (outside / "secret").read_text() == "ours"
    assert (drop / "out.csv").read_bytes() == b"a delivery"
    assert not (drop / "out.csv").is_symlink()


def test_a_delivery_is_never_a_link_that_somebody_put_there(drop: Path, outside: Path) -> None:
    (drop / hidden_name("out.csv")).symlink_to(outside / "secret")
    folder = opened(drop)
    assert folder.move(folder.write_beside("out.csv", b"a delivery"), "out.csv")
    assert (drop / "out.csv").read_bytes() == b"a delivery"
    assert (outside / "secret").read_text() == "ours"


def test_what_a_killed_run_left_half_written_is_written_anew(drop: Path) -> None:
    (drop / hidden_name("out.csv")).write_bytes(b"a del")
    opened(drop).write("out.csv", b"a delivery")
    assert [(one.name, one.read_bytes()) for one in drop.iterdir()] == [("out.csv", b"a delivery")]


def test_a_folder_that_is_a_link_is_no_folder_of_the_drop(drop: Path, outside: Path) -> None:
    (drop / "in").symlink_to(outside)
    folder = opened(drop)
    with pytest.raises(DepartmentBrokePromise, match="the drop has no folder in"):
        folder.list("in")
    assert folder.list("in", may_miss=True) == []
    assert folder.look("in/secret") is None
    with pytest.raises(DepartmentError):
        folder.read("in/secret", 0, 4)
    with pytest.raises(DepartmentError):
        folder.move("in/secret", "taken")
    with pytest.raises(DepartmentError):
        folder.write("in/new", b"x")
    with pytest.raises(DepartmentBrokePromise, match="the drop has no folder in"):
        folder.write_beside("in/new", b"x")
    assert [one.name for one in outside.iterdir()] == ["secret"]


def test_folders_below_one_another_are_made_where_they_are_missing(drop: Path) -> None:
    folder = opened(drop)
    (drop / "a.csv").write_bytes(b"x")
    assert folder.move("a.csv", "archive/2026/a.csv")
    folder.write("receipts/2026/a.json", b"{}")
    assert [one.name for one in folder.list("archive/2026")] == ["a.csv"]
    assert folder.read("receipts/2026/a.json", 0, 9) == b"{}"
    (drop / "a.csv").write_bytes(b"y")
    assert not folder.move("a.csv", "archive/2026/a.csv")
    assert (drop / "archive/2026/a.csv").read_bytes() == b"x"

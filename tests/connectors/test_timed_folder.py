"""A share that is gone ends the one exchange in time: nothing waits for it, and it is not asked again."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.declarations.declaration import load_department
from connectors.drops.file_drop import opened_drop
from connectors.drops.local_folder import LocalFolder
from connectors.wire.connection import parse_connection
from schemas.errors import DepartmentRefused, DepartmentTimeout

LONG = 10.0


def test_a_drop_that_hangs_is_left_at_the_deadline_and_not_touched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, gone, asked = load_department("forestry"), threading.Event(), list[str]()

    def hang(_drop: LocalFolder, path: str) -> None:
        asked.append(path)
        gone.wait(LONG)

    monkeypatch.setattr(LocalFolder, "look", hang)
    limits = replace(loaded.transport.limits, deadline_seconds=0.2)
    department = replace(loaded, transport=replace(loaded.transport, limits=limits))
    feed, began = next(iter(department.feeds.values())), time.monotonic()
    with opened_drop(department, feed, parse_connection(f"file://{tmp_path}")) as drop:
        assert drop.list("") == []
        for path in ("a", "b"):
            with pytest.raises(DepartmentTimeout, match=r"the drop did not answer in 0\.2 s"):
                drop.look(path)
    assert time.monotonic() - began < LONG / 2
    assert asked == ["a"]
    gone.set()


def test_what_is_wrong_with_a_drop_is_said_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> None:
        raise DepartmentRefused("no")

    monkeypatch.setattr(LocalFolder, "look", refuse)
    department = load_department("forestry")
    feed = next(iter(department.feeds.values()))
    opened = opened_drop(department, feed, parse_connection(f"file://{tmp_path}"))
    with opened as drop, pytest.raises(DepartmentRefused, match="no"):
        drop.look("a")

"""Small secret files: written once, by one of many, and never over what another writes."""

from __future__ import annotations

import os
from pathlib import Path

from license_library.storage.secret_files import write_once


def test_the_first_one_stands(tmp_path: Path) -> None:
    key = tmp_path / "home" / "secret.key"
    assert [write_once(key, "first"), write_once(key, "second")] == ["first", "first"]
    assert key.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in key.parent.iterdir()] == ["secret.key"]


def test_what_another_container_with_our_process_id_writes_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / f"secret.key.{os.getpid()}"
    theirs.write_text("theirs")
    assert write_once(tmp_path / "secret.key", "ours") == "ours"
    assert theirs.read_text() == "theirs"

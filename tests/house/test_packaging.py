"""What is built carries everything that the rooms read: declarations, pinned contracts, words, pages."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase

from .tree import ROOMS, ROOT, relative

MADE = {"__pycache__", ".mypy_cache"}


def test_every_file_beside_the_code_is_built_in() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".py"]
    beside = [path for path in files if not MADE & set(path.parts) and not path.name.startswith(".")]
    assert len(beside) > 30
    assert [relative(p) for p in beside if not any(fnmatchcase(p.name, one) for one in patterns)] == []

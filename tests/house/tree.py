"""The project's own files, as the house rules look at them: what is ours, what is text, what is a module."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("dags", "hub", "connectors", "license_library", "schemas")
TEXT_SUFFIXES = {
    ".py",
    ".toml",
    ".md",
    ".yaml",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".wsdl",
    ".xsd",
    ".json",
    ".in",
    ".txt",
}
NOT_OURS = {"var", "build", "dist", "node_modules", "__pycache__"}


@cache
def text_files() -> tuple[Path, ...]:
    """List every text file of the project, sorted; neither the environment nor what runs leave behind."""
    named = (ROOT / name for name in ("Makefile", ".ci/run", ".gitignore"))
    return tuple(sorted({*(path for path in _walk() if path.suffix in TEXT_SUFFIXES), *named}))


def _walk() -> Iterator[Path]:
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if not name.startswith(".") and name not in NOT_OURS]
        yield from (Path(folder, name) for name in files)


@cache
def modules() -> tuple[Path, ...]:
    """List the modules of the rooms, tests not among them."""
    return tuple(path for path in text_files() if path.suffix == ".py" and relative(path).split("/")[0] in ROOMS)


@cache
def pages() -> tuple[Path, ...]:
    """List the documentation pages."""
    return tuple(path for path in text_files() if path.suffix == ".md")


def relative(path: Path) -> str:
    """Name a file as a reader of the project would."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """Parse one module."""
    return ast.parse(path.read_text(encoding="utf-8"))

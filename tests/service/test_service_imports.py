"""The service asks; it cannot write a license. What it may import is listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from license_library import service
from license_library.service import asking

FOLDER = Path(service.__file__).parent
ASKING = {
    "answers",
    "as_of",
    "batch_list",
    "case_batches",  # what a person wants done over many cases
    "case_decisions",  # and over one
    "checklist",
    "delivery_list",
    "conflict_decisions",  # which of differing values stands, said by a person
    "conflict_list",
    "correction_list",
    "corrections",  # what a department is asked to put right, said by a person
    "copy_checks",
    "dossier",
    "file_kinds",
    "file_store",
    "held_as_of",
    "element_list",
    "exchange_list",
    "incident_decisions",  # what a person decides of an incident
    "incident_list",
    "inquiries",  # the one thing it writes: who asked what, and why
    "items",
    "keyring",
    "license_alert_list",
    "license_files",  # what a person attaches to a license
    "lookup",
    "outbox",  # whether a delivery arrived, decided by a person
    "overview",
    "prefill",
    "quality_list",
    "quarantine_list",
    "revealing",  # a case unmasked, written down before it is shown
    "questions",
    "reconciliation_list",
    "reliances",  # which license a case relies on, said by a person
    "scorecard_rows",
    "scorecards",
    "service",
    "stewardship",
    "strangers",  # the calls of nobody known, written down or counted
    "subject_comparing",
    "subject_decisions",  # which subjects are the same, decided by a person
    "subject_pairs",
    "subject_facts",
    "shadow_report",
    "sharing",
    "sharing_calls",
    "sharing_replies",
    "sharing_rights",
    "sharing_words",
    "shared_files",  # what is made for a consumer, and the use of its addresses
    "verification",
    "working_copies",  # made for one purpose, by a person
}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of the library that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "license_library":
            yield from (f"license_library.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_service_imports_only_what_asks() -> None:
    parts = {
        name.split(".")[1]
        for path in FOLDER.rglob("*.py")
        for name in imported(path)
        if name.startswith("license_library.")
    }
    assert parts - ASKING == set()


def test_only_named_modules_are_doors_to_the_library() -> None:
    doors = {
        "asking.py",
        "binding.py",
        "case_deciding.py",
        "correcting.py",
        "deciding.py",
        "filing.py",
        "overseeing.py",
        "refusals.py",
        "relying.py",
        "settling.py",
        "sharing.py",
        "stewarding.py",
    }
    asks = ASKING - {
        "answers",
        "file_kinds",
        "file_store",
        "keyring",
        "questions",
        "service",
        "sharing_calls",
        "sharing_replies",
        "sharing_rights",
        "sharing_words",
    }
    for path in FOLDER.rglob("*.py"):
        reached = {name.split(".")[1] for name in imported(path) if name.startswith("license_library.")} & asks
        assert not reached or path.name in doors, path.name


def called(path: Path, *functions: str) -> Iterator[ast.Call]:
    """Yield the calls of some functions in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            yield node


def test_every_question_is_read_by_what_was_built_at_import() -> None:
    # Two threads that build it at the first use, at the same moment, crash the interpreter.
    doors = [path for path in FOLDER.rglob("*.py") if path.name != "bodies.py"]
    read = {ast.unparse(call.args[1]) for path in doors for call in called(path, "read_question", "as_question")}
    built = {
        ast.unparse(one)
        for path in FOLDER.parent.rglob("*.py")
        for call in called(path, "build_readers")
        for one in call.args
    }
    assert read - built - {kind.__name__ for kind in asking.ACTIONS if "*ACTIONS" in built} == set()


def test_the_service_holds_no_statement_that_writes() -> None:
    for path in FOLDER.rglob("*.py"):
        texts = [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
        verbs = ("insert ", "update ", "delete ", "merge ", "truncate ", "copy ")
        assert not [text for text in texts if isinstance(text, str) and text.lower().startswith(verbs)], path.name

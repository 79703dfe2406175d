"""The service asks; it cannot write a license. What it may import is listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from license_library import service
from license_library.service.acts import asking

FOLDER = Path(service.__file__).parent
ASKING = {
    "answers",
    "asking.inquiries",  # the one thing it writes: who asked what, and why
    "asking.questions",
    "asking.refusals",
    "asking.strangers",  # the calls of nobody known, written down or counted
    "catalogue.items",
    "checklist.checklist",
    "copies.copy_checks",
    "copies.working_copies",  # made for one purpose, by a person
    "deliveries.delivery_list",
    "deliveries.outbox",  # whether a delivery arrived, decided by a person
    "deliveries.push_holds",  # whether anything leaves, decided by a person
    "facts.conflict_decisions",  # which of differing values stands, said by a person
    "facts.conflict_list",
    "facts.element_list",
    "facts.prefill",
    "facts.subject_facts",
    "files.file_kinds",
    "files.file_store",
    "files.license_files",  # what a person attaches to a license
    "licenses.as_of",
    "licenses.dossier",
    "licenses.held_as_of",
    "licenses.license_alert_list",
    "licenses.reliances",  # which license a case relies on, said by a person
    "oversight.exchange_list",
    "oversight.incident_decisions",  # what a person decides of an incident
    "oversight.incident_list",
    "oversight.overview",
    "oversight.quality_list",
    "oversight.scorecard_rows",
    "oversight.scorecards",
    "oversight.shadow_report",
    "oversight.stewardship",
    "pairs.subject_comparing",
    "pairs.subject_decisions",  # which subjects are the same, decided by a person
    "pairs.subject_pairs",
    "quarantine.batch_list",
    "quarantine.case_batches",  # what a person wants done over many cases
    "quarantine.case_decisions",  # and over one
    "quarantine.correction_list",
    "quarantine.corrections",  # what a department is asked to put right, said by a person
    "quarantine.quarantine_list",
    "quarantine.revealing",  # a case unmasked, written down before it is shown
    "reconciliation.reconciliation_list",
    "search.lookup",
    "service",
    "sharing.shared_files",  # what is made for a consumer, and the use of its addresses
    "sharing.sharing",
    "sharing.sharing_calls",
    "sharing.sharing_replies",
    "sharing.sharing_rights",
    "sharing.sharing_words",
    "storage.database",  # how an answer sees one moment
    "storage.database_failures",  # what an error of it means
    "storage.keyring",
    "verification.verification",
    "words.wording",  # what fields are called
}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of the library that a file imports, as package.module; `answers` and the service by their names alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (module_of(name) for name in named if name.startswith("license_library."))


def module_of(name: str) -> str:
    """Name the module that a dotted name of the library lies in."""
    package, module = name.split(".")[1:3]
    return package if package in {"answers", "service"} else f"{package}.{module}"


def test_the_service_imports_only_what_asks() -> None:
    assert {name for path in FOLDER.rglob("*.py") for name in imported(path)} - ASKING == set()


def test_the_list_of_what_asks_names_nothing_that_is_not_imported() -> None:
    assert ASKING - {name for path in FOLDER.rglob("*.py") for name in imported(path)} == set()


def test_only_named_modules_are_doors_to_the_library() -> None:
    doors = {
        "asking.py",
        "binding.py",
        "case_deciding.py",
        "correcting.py",
        "deciding.py",
        "filing.py",
        "holding.py",
        "overseeing.py",
        "refusals.py",
        "relying.py",
        "settling.py",
        "sharing.py",
        "stewarding.py",
    }
    asks = ASKING - {
        "answers",
        "asking.questions",
        "asking.refusals",
        "files.file_kinds",
        "files.file_store",
        "service",
        "sharing.sharing_calls",
        "sharing.sharing_replies",
        "sharing.sharing_rights",
        "sharing.sharing_words",
        "storage.database_failures",
        "storage.keyring",
        "words.wording",
    }
    for path in FOLDER.rglob("*.py"):
        assert not asks.intersection(imported(path)) or path.name in doors, path.name


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

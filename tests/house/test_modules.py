"""What every module of the rooms looks like: said in its first lines, small, named by a noun, blind to clock and environment."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tree import ROOMS, ROOT, modules, parsed, relative

LARGEST_MODULE = 250
LARGEST_FUNCTION = 40
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "base", "manager", "helper", "helpers", "misc"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb"}
# The edge: where the time and the environment come in, to be handed down as arguments.
EDGE = {"hub", "dags", "connectors/fake"}
READS_NEVERTHELESS = {
    "license_library/storage/postgres_cluster.py",  # passes PATH on to the server's own programs
    "connectors/wire/wire_clock.py",  # the other side judges our signatures by real time
}
MIGRATIONS = "license_library/migrations/"


def is_edge(path: Path) -> bool:
    """Tell whether a module stands where the world comes in."""
    return relative(path) in READS_NEVERTHELESS or any(relative(path).startswith(f"{place}/") for place in EDGE)


def written_by_hand() -> list[Path]:
    """List the modules but the migrations, which are as long as what they change."""
    return [path for path in modules() if not relative(path).startswith(MIGRATIONS)]


def dotted_names(tree: ast.AST) -> Iterator[str]:
    """Yield every `name.attribute` in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def public_definitions(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public functions and classes that a module offers."""
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_the_bureaus_zone_has_one_home() -> None:
    holding = {
        relative(path)
        for path in written_by_hand()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value == "Asia/Shanghai"
    }
    of_departments = {"connectors/declarations/declared.py", "connectors/scaffold/draft.py"}  # what a declaration says
    assert holding == {"schemas/bureau_time.py"} | of_departments


def test_commands_write_no_instant_themselves() -> None:
    """A terminal tells Beijing time as the pages do: tables and `schemas.bureau_time` write instants."""
    written = [
        f"{relative(path)}:{node.lineno}"
        for path in modules()
        if relative(path).startswith("hub/commands/")
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.FormattedValue) and any(mark in ast.unparse(node) for mark in ("%Y", "%m", "%H")))
        or (isinstance(node, ast.Attribute) and node.attr in {"strftime", "isoformat"})
    ]
    assert written == []


def test_every_module_says_what_it_knows() -> None:
    silent = [relative(path) for path in modules() if len(ast.get_docstring(parsed(path)) or "") < 25]
    assert silent == []


def test_every_public_function_and_class_says_what_it_does() -> None:
    silent = [
        f"{relative(path)}: {node.name}"
        for path in modules()
        for node in public_definitions(path)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_module_outgrows_a_reader() -> None:
    sizes = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in written_by_hand()}
    assert {name: size for name, size in sizes.items() if size > LARGEST_MODULE} == {}


def test_no_function_outgrows_a_screen() -> None:
    large = [
        f"{relative(path)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in written_by_hand()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LARGEST_FUNCTION
    ]
    assert large == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [relative(path) for path in modules() if {path.stem, path.parent.name} & NAMES_THAT_SAY_NOTHING]
    assert named == []


@pytest.mark.parametrize("reads", [CLOCKS, ENVIRONMENT], ids=["clock", "environment"])
def test_below_the_edge_nobody_reads(reads: set[str]) -> None:
    found = [
        f"{relative(path)}: {name}"
        for path in modules()
        if not is_edge(path)
        for name in dotted_names(parsed(path))
        if name in reads
    ]
    assert found == []


def test_no_module_opens_a_database_when_it_is_imported() -> None:
    opened = [
        relative(path)
        for path in modules()
        for statement in parsed(path).body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        and any(isinstance(node, ast.Call) and "engine" in ast.unparse(node.func) for node in ast.walk(statement))
    ]
    assert opened == []


def test_the_import_contracts_know_every_room() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert set(settings["root_packages"]) == set(ROOMS) == packages


def test_every_layer_contract_leaves_no_module_out() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layered = [contract for contract in settings["contracts"] if contract.get("containers")]
    assert {name for contract in layered for name in contract["containers"]} >= set(ROOMS) - {"dags"}
    assert [contract["name"] for contract in layered if contract.get("exhaustive") is not True] == []


def test_the_tests_mirror_the_rooms() -> None:
    assert [room for room in ROOMS if not list((ROOT / "tests" / room).rglob("test_*.py"))] == []

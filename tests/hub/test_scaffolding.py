"""`hub department new` writes a folder, says what is left to do, and its exit code tells whether anything is kept back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "tests/connectors/contracts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "departments"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Type a command, as an engineer would."""
    code = "from hub.command import app; app()"
    environ = {"PATH": "/usr/bin:/bin", "HUB_CONNECTORS_FOLDER": str(folder), "COLUMNS": "200", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code, "department", *words], cwd=folder.parent, env=environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_a_department_is_made_checked_and_kept_when_edited(folder: Path) -> None:
    words = ("new", "water", "--wsdl", str(CONTRACTS / "php_water/water.wsdl"))
    made = run(folder, *words)
    assert made.returncode == 0, made.stderr
    assert "permit_no" in made.stdout
    assert "fill in: network, contact, catalogue, basis, purpose" in made.stderr
    checked = run(folder, "check", "water")
    assert checked.returncode == 1
    assert "error: water/department.toml: network: is still '?'; expected a value" in checked.stdout
    declaration = folder / "water/department.toml"
    declaration.write_text(declaration.read_text("utf-8").replace('network    = "?"', 'network    = "专网"'), "utf-8")
    kept = run(folder, *words)
    assert kept.returncode == 1
    assert "was edited; nothing was changed" in kept.stdout
    assert "专网" in declaration.read_text("utf-8")


def test_what_a_new_contract_changes_for_an_edited_declaration_is_said_in_words(folder: Path) -> None:
    contract = folder.parent / "water.wsdl"
    contract.write_bytes((CONTRACTS / "php_water/water.wsdl").read_bytes())
    words = ("new", "water", "--wsdl", str(contract))
    run(folder, *words)
    declaration = folder / "water/department.toml"
    filled = declaration.read_text("utf-8")
    for key, value in {
        "network": "专网",
        "contact": "数据科",
        "catalogue": "370283/1",
        "basis": "法",
        "purpose": "用",
    }.items():
        filled = re.sub(rf'^({key} *= )"\?"', rf'\g<1>"{value}"', filled, flags=re.MULTILINE)
    declaration.write_text(filled, "utf-8")
    contract.write_text(contract.read_text("utf-8").replace('name="permit_no"', 'name="permit_code"'), "utf-8")
    for accept in ((), ("--accept",)):
        told = run(folder, *words, *accept)
        assert "permits/item/permit_no seems to be called permit_code now; this feed needs it" in told.stderr
        assert declaration.read_text("utf-8") == filled


def test_suggestions_are_told_as_json(folder: Path) -> None:
    told = json.loads(
        run(folder, "new", "roads", "--openapi", str(CONTRACTS / "swagger_school/swagger.json"), "--json").stdout
    )
    assert (told["department"], told["outcome"]) == ("roads", "made")
    assert {"table": "fields", "key": "license_number", "value": "xkzh"}.items() <= told["suggestions"][1].items()
    assert told["fill_in"] == ["network", "contact", "catalogue", "basis", "purpose"]


def test_what_a_contract_says_in_paragraphs_is_told_in_one_line(folder: Path) -> None:
    contract = folder.parent / "roads.json"
    text = (CONTRACTS / "swagger_school/swagger.json").read_text("utf-8")
    paragraphs = json.loads(text, object_pairs_hook=lambda pairs: dict(in_paragraphs(*pair) for pair in pairs))
    contract.write_text(json.dumps(paragraphs | {"paths": paragraphs["paths"] | {"/other": OTHER}}), "utf-8")
    shown = run(folder, "new", "roads", "--openapi", str(contract))
    told = json.loads(run(folder, "new", "roads", "--openapi", str(contract), "--json").stdout)
    said = [*told["notes"], *(one["reason"] for one in told["suggestions"])]
    assert any("第二行" in one for one in said)
    assert [one for one in said if not one.isprintable()] == []
    assert "also in the contract: /other (别的 第二行)" in shown.stderr


OTHER = {"get": {"summary": "别的\n第二行", "responses": {"200": {"description": "ok"}}}}


def in_paragraphs(key: str, value: object) -> tuple[str, object]:
    """Add a second line to whatever a contract says in words."""
    return key, f"{value}\n第二行" if key in {"description", "summary"} and isinstance(value, str) else value


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("Water",),
            "expected a letter, then letters, digits and _, all lower case, such as water_bureau; got 'Water'",
        ),
        (("taken",), "expected one that no room of ours has, got 'taken'"),
        (("water", "--operation", "Nothing"), "expected one of listPermits, got 'Nothing'"),
    ],
)
def test_a_name_or_an_operation_that_cannot_be_is_wrong_usage(
    folder: Path, words: tuple[str, ...], expected: str
) -> None:
    (folder / "taken").mkdir(parents=True)
    (folder / "taken/__init__.py").touch()
    refused = run(folder, "new", *words, "--wsdl", str(CONTRACTS / "php_water/water.wsdl"))
    assert (refused.returncode, f"{expected}; nothing was written" in refused.stderr) == (2, True), refused.stderr
    assert [path.name for path in folder.iterdir()] == ["taken"]


@pytest.mark.parametrize("words", [(), ("--wsdl", "a", "--ddl", "a")])
def test_none_or_two_contracts_are_wrong_usage(folder: Path, words: tuple[str, ...]) -> None:
    (folder.parent / "a").touch()
    refused = run(folder, "new", "roads", *words)
    assert refused.returncode == 2
    assert "expected one of --wsdl, --openapi, --ddl, --sample" in refused.stderr

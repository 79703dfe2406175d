"""A declaration made from a stranger's contract loads, lints, and suggests the right mapping."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_type_hints

import pytest
from msgspec.structs import replace
from scaffold_makers import NAMES, declared, expected, fill_in, make, mapped, source

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Transport
from connectors.lint.lint import check_department
from connectors.scaffold.folder import open_lines, scaffold_department

KINDS = set(get_type_hints(Transport)["kind"].__args__)
WITH_CODES = [name for name in NAMES if "codes" in expected(name)]


def is_spoken(name: str) -> bool:
    """Say whether the transport of a contract can be declared."""
    return {"wsdl": "soap", "openapi": "rest", "ddl": "table"}.get(expected(name)["form"], "rest") in KINDS


@pytest.mark.parametrize("name", NAMES)
def test_no_field_is_suggested_from_the_wrong_source(name: str, tmp_path: Path) -> None:
    wanted, feed = expected(name), declared(make(name, tmp_path))
    for table in ("fields", "face"):
        assert not {k: v for k, v in mapped(feed, table).items() if wanted.get(table, {}).get(k) != v}


def test_nineteen_of_twenty_fields_are_found_over_all_contracts(tmp_path: Path) -> None:
    found = wanted_count = 0
    for name in NAMES:
        feed, wanted = declared(make(name, tmp_path)), expected(name)
        pairs = {(t, k, v) for t in ("fields", "face") for k, v in wanted.get(t, {}).items()}
        found += len(pairs & {(t, k, v) for t in ("fields", "face") for k, v in mapped(feed, t).items()})
        wanted_count += len(pairs)
    assert wanted_count > 120
    assert found / wanted_count >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_where_and_how_to_ask_is_guessed(name: str, tmp_path: Path) -> None:
    feed, wanted = declared(make(name, tmp_path)), expected(name)["feed"]
    got = feed | {
        "paging": feed.get("paging", {}).get("style"),
        **{key: feed.get("paging", {}).get(key) for key in ("total", "next", "size", "first")},
        "cursor": feed["cursor"]["field"],
        "success": feed.get("success", {}).get("field"),
        "good": feed.get("success", {}).get("values"),
    }
    assert {key: got.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("name", WITH_CODES)
def test_code_tables_are_filled_from_what_the_contract_lists(name: str, tmp_path: Path) -> None:
    feed, wanted = declared(make(name, tmp_path)), expected(name)["codes"]
    assert {field: feed["fields"][field]["codes"] for field in wanted} == wanted


@pytest.mark.parametrize("name", [name for name in NAMES if is_spoken(name)])
def test_the_declaration_loads_at_once_and_lints_once_filled_in(name: str, tmp_path: Path) -> None:
    done = make(name, tmp_path)
    assert load_department(name, tmp_path).folder == done.folder
    named = {finding.place for finding in check_department(name, tmp_path) if "'?'" in finding.message}
    assert len(named) >= len(open_lines(done.draft))
    fill_in(done, name)
    assert [finding for finding in check_department(name, tmp_path) if finding.severity == "error"] == []


@pytest.mark.parametrize(("name", "key"), [("rpc_fleet", "request"), ("dotnet_harbor", "status")])
def test_what_is_open_inside_a_value_is_to_be_filled_in_as_well(name: str, key: str, tmp_path: Path) -> None:
    assert key in {line.key for line in open_lines(make(name, tmp_path).draft)}


def test_a_sample_fills_what_a_contract_leaves_open_and_is_asked_for_without_one(tmp_path: Path) -> None:
    told = make("dotnet_harbor", tmp_path).draft.notes
    without = scaffold_department("without", replace(source("dotnet_harbor"), sample=None), tmp_path).draft.notes
    asked = "GetChanges: the contract leaves open what Rows holds; give --sample with an answer"
    assert (asked in told, asked in without) == (False, True)


@pytest.mark.parametrize("name", NAMES)
def test_a_sweep_is_proposed_and_the_comment_says_what_for(name: str, tmp_path: Path) -> None:
    done = make(name, tmp_path)
    assert declared(done)["cursor"]["sweep"] == "weekly"
    (line,) = [one for one in (done.folder / "department.toml").read_text("utf-8").splitlines() if "sweep =" in one]
    assert "the sweep finds what came late" in line.partition("#")[2]


@pytest.mark.parametrize("name", NAMES)
def test_the_declaration_is_short_and_says_how_sure_each_guess_is(name: str, tmp_path: Path) -> None:
    text = (make(name, tmp_path).folder / "department.toml").read_text("utf-8")
    assert len(text.splitlines()) < 60
    fields = text.partition("[feeds.licenses.fields]\n")[2].partition("\n\n")[0]
    assert all("  # " in line for line in fields.splitlines() if line)
    assert tomllib.loads(text)["transport"]["contract"].startswith("contract/")


@pytest.mark.parametrize("name", [name for name in NAMES if "files" in expected(name)])
def test_the_contract_is_vendored_with_everything_it_imports(name: str, tmp_path: Path) -> None:
    contract = make(name, tmp_path).folder / "contract"
    assert sorted(p.name for p in contract.iterdir()) == sorted([*expected(name)["files"], "SHA256SUMS"])

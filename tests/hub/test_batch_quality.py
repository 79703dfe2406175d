"""An exchange leaves its numbers behind, is judged by them, and what is unlike before is an incident."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hub_makers import PLOT, StartFake, column, count, pull_once

from connectors.declarations.declaration import load_department
from connectors.fake.rows.truth import Plot
from connectors.lint.lint import check_department
from hub.context import HubContext

OWN = """
[[expectations]]
name = "numbers_end_with_x"
expectation = "expect_column_values_to_match_regex"
column = "license_number"
arguments = { regex = "X$", mostly = 0.9 }
severity = "warning"
feeds = ["licenses"]
zh = "编号以 X 结尾。"
en = "A number ends with X."
"""


@pytest.fixture
def own_suite(hub: HubContext, connectors_folder: Path, tmp_path: Path) -> HubContext:
    """Give a hub whose transport department expects something of its own."""
    shutil.copytree(connectors_folder / "transport", tmp_path / "transport")
    (tmp_path / "transport" / "suite.toml").write_text(OWN, "utf-8")
    return replace(hub, connectors_folder=tmp_path)


def test_an_exchange_leaves_numbers_that_add_up(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    summary = pull_once(hub, one)
    filled = column(hub, "select distinct of_count from exchange_measures where measure = 'filled'")
    assert filled == [summary.received] == [one.truth().received]
    told = column(
        hub, "select name || ' ' || found_count from exchange_measures where measure = 'problem' order by name"
    )
    assert told == [f"{code} {many}" for code, many in sorted(one.truth().problem_codes.items())]
    assert count(hub, "incidents") == 0


def test_a_department_that_suddenly_holds_a_third_is_held(hub: HubContext, fake: StartFake) -> None:
    pull_once(hub, fake("transport"))
    summary = pull_once(hub, fake("transport", Plot(scale=PLOT.scale // 3)), full=True)
    assert summary.state == "held"
    assert "many seem to have disappeared" in summary.why
    assert column(hub, "select kind || ' ' || severity || ' ' || state from incidents") == ["volume critical open"]
    assert pull_once(hub, fake("transport"), full=True).state == "merged"
    assert column(hub, "select state from incidents") == ["resolved"]


def test_a_department_adds_expectations_whose_warnings_are_incidents(own_suite: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    assert pull_once(own_suite, one).state == "merged"
    results = "select words_zh from quality_results where expectation = 'numbers_end_with_x' and not success"
    assert column(own_suite, results) == ["编号以 X 结尾。"]
    (words,) = column(own_suite, "select kind || ' ' || cause || ' ' || words_zh from incidents")
    assert str(words).startswith("expectation numbers_end_with_x 编号以 X 结尾；")
    plain = replace(own_suite, connectors_folder=one.folder)
    pull_once(plain, one, full=True)
    assert column(plain, "select state from incidents") == ["resolved"]
    assert len(set(column(plain, "select rule_version from exchanges"))) == 2


def test_a_face_that_is_not_what_its_license_type_defines_is_an_incident(
    hub: HubContext, fake: StartFake, connectors_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(connectors_folder / "transport", tmp_path / "transport")
    declared = tmp_path / "transport" / "department.toml"
    declared.write_text(declared.read_text("utf-8").replace('= "HDZZL"', '= "CPYS"'), "utf-8")  # a color for a load
    one = fake("transport")
    assert pull_once(replace(hub, connectors_folder=tmp_path), one).state == "merged"
    (words,) = column(hub, "select cause || ' ' || words_zh from incidents")
    assert str(words).startswith("face_load_tonnage 照面“核定载质量”应为数值；")
    kept = "select column_name from quality_results where expectation like 'face_%' and not success"
    assert column(hub, kept) == ["face.load_tonnage"]
    terms = "select count(*) from quality_results where expectation like 'terms_%' and success"
    assert column(hub, terms) == [3]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("license_number", "no_such_field"), "no_such_field"),
        (("expect_column_values_to_match_regex", "expect_nothing"), "numbers_end_with_x"),
        (('["licenses"]', '["permits"]'), "permits"),
    ],
)
def test_a_suite_that_cannot_run_is_found_before_anything_is_pulled(
    own_suite: HubContext, changed: tuple[str, str], said: str
) -> None:
    file = load_department("transport", own_suite.connectors_folder).folder / "suite.toml"
    assert check_department("transport", own_suite.connectors_folder) == []
    file.write_text(OWN.replace(*changed), "utf-8")
    (finding,) = check_department("transport", own_suite.connectors_folder)
    assert (finding.severity, said in finding.message) == ("error", True)

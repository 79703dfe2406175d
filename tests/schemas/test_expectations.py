"""Suites run by Great Expectations: what it says of good, bad, empty and broken batches, and what it keeps to itself."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from license_makers import GOOD, license_frame, license_record

from schemas.errors import DeclarationError
from schemas.license.license import LICENSE
from schemas.license.problems import PROBLEM_SCHEMA, problems_frame
from schemas.phrases import Told, read_phrase
from schemas.suites.expectations import _judge, load_suite, merge_outcomes, require_runnable, run_suite
from schemas.suites.hold_reasons import HoldReason, hold_reason
from schemas.suites.suite import Expectation, Suite
from schemas.suites.suite_outcomes import ExpectationResult, SuiteOutcome, suite_outcome

SUITE = load_suite("license")


def frame_of(*changes: dict[str, Any]) -> pl.DataFrame:
    return license_frame(*(license_record(**{"record_id": f"SC-{n}"} | change) for n, change in enumerate(changes)))


def failed(outcome: SuiteOutcome) -> list[str]:
    return [result.expectation for result in outcome.results if not result.success]


def test_a_good_batch_meets_every_expectation() -> None:
    outcome = run_suite(frame_of({}, {}, {}), SUITE)
    assert [result.expectation for result in outcome.results] == [one.name for one in SUITE.expectations]
    assert failed(outcome) == outcome.batch_failures == []
    assert outcome.problems.schema == PROBLEM_SCHEMA
    assert outcome.problems.is_empty()
    assert {result.evaluated for result in outcome.results} == {3}


@pytest.mark.parametrize(
    ("changes", "field", "name"),
    [
        ({"license_number": "待定"}, "license_number", "license_number_is_no_placeholder"),
        ({"license_number": "00000"}, "license_number", "license_number_is_no_placeholder"),
        ({"license_number": "号"}, "license_number", "license_number_is_long_enough"),
        ({"holder_name": "张*"}, "holder_name", "holder_name_is_readable"),
        ({"holder_name": "??????"}, "holder_name", "holder_name_is_readable"),
        ({"issuer_name": "不详"}, "issuer_name", "issuer_name_is_no_placeholder"),
    ],
)
def test_a_row_expectation_names_its_rows(changes: dict[str, Any], field: str, name: str) -> None:
    outcome = run_suite(frame_of({}, changes, {}), SUITE)
    assert outcome.batch_failures == []
    assert outcome.problems.select("row", "code", "field").rows() == [(1, f"suite.{name}", field)]
    told = next(one for one in SUITE.expectations if one.name == name)
    (expected,) = outcome.problems["expected"]  # told in both languages on the page
    assert read_phrase(expected) == Told("expectation", {"zh": told.zh, "en": told.en})
    assert next(result for result in outcome.results if result.expectation == name).unexpected == 1


def test_no_value_leaves_the_validator() -> None:
    frame = frame_of({"holder_name": "测试张*"}, {"license_number": "x"})
    assert "张*" not in repr([answer.result for answer in _judge(frame, SUITE).values()])
    outcome = run_suite(frame, SUITE)
    said = repr(outcome.results) + outcome.problems.write_csv() + repr(outcome.batch_failures)
    assert "holder_name_is_readable" in said
    assert "张*" not in said
    assert GOOD["holder_code"] not in said


def test_a_warning_holds_nothing() -> None:
    outcome = run_suite(frame_of({"holder_name": "测试公司"}, {"area_code": "110105"}, {"area_code": "110105"}), SUITE)
    assert failed(outcome) == ["holder_name_is_no_test_data", "areas_lie_in_the_city"]
    assert outcome.batch_failures == []
    assert outcome.problems.is_empty()


def test_an_all_empty_column_holds_the_batch() -> None:
    outcome = run_suite(frame_of({"holder_code": None}, {"holder_code": None}), SUITE)
    assert outcome.batch_failures == [
        hold_reason(
            "expectation.too_few_fit", expectation="holder_codes_are_filled", unexpected=2, evaluated=2, least=0.8
        )
    ]


def test_an_empty_frame_holds_the_batch() -> None:
    assert run_suite(frame_of({}).clear(), SUITE).batch_failures == [hold_reason("batch.empty")]


def test_a_missing_column_holds_the_batch_and_the_rest_still_runs() -> None:
    outcome = run_suite(frame_of({"license_number": "待定"}).drop("issuer_name"), SUITE)
    assert outcome.batch_failures == [
        hold_reason("expectation.column_missing", expectation="issuer_name_is_no_placeholder", columns=["issuer_name"])
    ]
    assert outcome.problems["code"].to_list() == ["suite.license_number_is_no_placeholder"]


def test_an_expectation_that_breaks_holds_the_batch_without_quoting_a_cell() -> None:
    odd = Expectation(
        name="names_are_large",
        expectation="expect_column_values_to_be_between",
        column="holder_name",
        arguments={"min_value": 3},
        severity="warning",
        zh="x",
        en="x",
    )
    outcome = run_suite(frame_of({}), Suite("license", "0", (odd,)))
    assert outcome.batch_failures == [hold_reason("expectation.broke", expectation="names_are_large")]


@pytest.mark.parametrize(
    ("kind", "column", "arguments", "said"),
    [
        ("expect_the_moon", "license_number", {}, "expect_the_moon"),
        ("expect_column_values_to_match_regex", "license_number", {"regexp": "x"}, "regexp"),
        ("expect_column_values_to_not_be_null", "colour", {}, "colour"),
    ],
)
def test_an_expectation_that_cannot_run_is_refused(
    kind: str, column: str, arguments: dict[str, Any], said: str
) -> None:
    one = Expectation(name="odd", expectation=kind, column=column, arguments=arguments, severity="row", zh="x", en="x")
    with pytest.raises(DeclarationError, match=said):
        require_runnable(Suite("license", "0", (one,)), LICENSE)


def test_the_shipped_suite_can_run() -> None:
    require_runnable(SUITE, LICENSE)


def test_pairs_of_columns_are_compared() -> None:
    pair = Expectation(
        name="ends_follow_beginnings",
        expectation="expect_column_pair_values_a_to_be_greater_than_b",
        column="valid_to",
        arguments={"column_A": "valid_to", "column_B": "valid_from", "ignore_row_if": "either_value_is_missing"},
        severity="row",
        zh="x",
        en="x",
    )
    frame = frame_of({}, {"valid_to": GOOD["valid_from"]}, {"valid_to": None})
    outcome = run_suite(frame, Suite("license", "0", (pair,)))
    assert outcome.problems["row"].to_list() == [1]


def test_an_expectation_that_is_planned_by_its_data_runs_or_holds_the_batch() -> None:
    of_type = Expectation(
        name="a_text",
        expectation="expect_column_values_to_be_of_type",
        column="license_number",
        arguments={"type_": "nonsense"},
        severity="batch",
        zh="x",
        en="x",
    )
    suite = Suite("license", "of type", (of_type,))
    require_runnable(suite, LICENSE)
    (result,) = run_suite(frame_of({}), suite).results
    assert not result.success


def counted(evaluated: int, unexpected: int, mostly: float = 0.8, **changes: Any) -> SuiteOutcome:
    success = unexpected <= (1 - mostly) * evaluated
    values: dict[str, Any] = {"expectation": "filled", "column": "status", "severity": "batch", "success": success}
    values |= {"evaluated": evaluated, "unexpected": unexpected, "mostly": mostly} | changes
    return suite_outcome(evaluated, [ExpectationResult(**values)], [])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"unexpected": 3},
            hold_reason("expectation.values_do_not_fit", expectation="filled", unexpected=3, evaluated=10),
        ),
        ({}, hold_reason("expectation.not_met", expectation="filled")),
        (
            {"column": None, "observed": "7"},
            hold_reason("expectation.observed", expectation="filled", observed="7"),
        ),
    ],
)
def test_what_an_expectation_found_is_why_the_batch_is_held(changes: dict[str, Any], reason: HoldReason) -> None:
    found = ExpectationResult("filled", "status", "batch", success=False, evaluated=10, unexpected=0)
    assert suite_outcome(10, [replace(found, **changes)], []).batch_failures == [reason]


def test_a_judgement_over_all_values_never_quotes_what_it_found() -> None:
    most = Expectation(
        name="few_numbers",
        expectation="expect_column_unique_value_count_to_be_between",
        column="license_number",
        arguments={"max_value": 0},
        severity="batch",
        zh="x",
        en="x",
    )
    outcome = run_suite(frame_of({"license_number": "9876"}), Suite("license", "most", (most,)))
    assert outcome.batch_failures == [hold_reason("expectation.not_met", expectation="few_numbers")]
    assert [one.detail for one in outcome.results] == ["the values as a whole do not fit"]


def test_shares_are_taken_over_all_chunks() -> None:
    merged = merge_outcomes([counted(1000, 0), counted(2, 2)])
    assert merged.batch_failures == []
    assert (merged.rows, merged.results[0].evaluated, merged.results[0].unexpected) == (1002, 1002, 2)
    assert merge_outcomes([counted(10, 0), counted(10, 9)]).batch_failures == [
        hold_reason("expectation.too_few_fit", expectation="filled", unexpected=9, evaluated=20, least=0.8)
    ]


def test_one_broken_chunk_holds_the_whole() -> None:
    broken = counted(10, 0, success=False, ran=False)
    assert merge_outcomes([counted(10, 0), broken]).batch_failures == [
        hold_reason("expectation.broke", expectation="filled")
    ]


def test_rows_count_on_through_the_chunks() -> None:
    one = SuiteOutcome(3, [], problems_frame().clear(), [])
    bad = run_suite(frame_of({}, {"license_number": "待定"}), SUITE)
    assert merge_outcomes([one, bad, bad]).problems["row"].to_list() == [4, 6]
    assert merge_outcomes([]).batch_failures == [hold_reason("batch.empty")]


def test_nothing_heavy_is_imported_before_a_suite_runs() -> None:
    script = (
        "import sys, schemas.suites.expectations, schemas.checking.checks; schemas.suites.expectations.load_suite('license');"
        "print([name for name in ('great_expectations', 'pandas') if name in sys.modules])"
    )
    folder = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout.strip() == "[]"


def test_threads_that_judge_for_the_first_time_while_another_does_all_judge() -> None:
    script = (
        "import concurrent.futures as f, time; from schemas.suites.expectations import load_suite, require_runnable;"
        "from schemas.license.license import LICENSE; suite = load_suite('license');"
        "judge = lambda number: (time.sleep(number / 10), require_runnable(suite, LICENSE));"
        "print(len(list(f.ThreadPoolExecutor(20).map(judge, range(20)))))"
    )
    folder = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr[-600:]

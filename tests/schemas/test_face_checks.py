"""Faces and terms are judged by what their license types define, and by nothing else."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from license_makers import license_frame, license_record

from schemas.checking.face_checks import CODE, judge_faces
from schemas.checking.term_checks import judge_terms
from schemas.phrases import in_english


def judged(license_type: str, **face: str | None) -> tuple[list[tuple[str, str, str]], dict[str, int]]:
    """Return the problems of one record, and how often each judged field is not as it should be."""
    outcome = judge_faces(
        {name: pl.Series([value], dtype=pl.String) for name, value in face.items()}, pl.Series([license_type])
    )
    problems = [
        (one.field, in_english(one.expected), in_english(one.got)) for _, one in outcome.problems if one.code == CODE
    ]
    return problems, {one.column or "": one.unexpected for one in outcome.results if not one.success}


@pytest.mark.parametrize("day", ["2016-05-01", "20160501", "2016年05月01日", "2016年5月1日", "2016/05/01"])
def test_a_day_may_be_written_in_the_usual_forms(day: str) -> None:
    assert judged("idcard", born_on=day) == ([], {})


def test_a_bad_value_of_a_grave_field_is_a_problem_and_its_value_is_not_told() -> None:
    problems, warned = judged("idcard", born_on="1990-02-30", sex="X")
    assert problems == [
        ("face.sex", "one of 男, 女", "1 characters"),
        ("face.born_on", "a day as 2016-05-01", "10 characters"),
    ]
    assert warned == {}


def test_a_required_value_that_is_missing_counts_by_the_severity_of_its_field() -> None:
    assert judged("idcard", sex=None)[0] == [("face.sex", "one of 男, 女", "nothing")]
    assert judged("bizlic", scope=None) == ([], {"face.scope": 1})
    assert judged("bizlic", registered_capital=None) == ([], {})


def test_a_bad_value_of_any_other_field_is_a_warning() -> None:
    assert judged("realestate", building_area="120平方米") == ([], {"face.building_area": 1})
    assert judged("hukou", household_kind="别的") == ([], {"face.household_kind": 1})
    assert judged("bizlic", founded_on="去年") == ([], {"face.founded_on": 1})


def test_what_is_not_defined_is_not_judged() -> None:
    assert judged("unheard_of", born_on="x", sex="X") == ([], {})
    assert judged("bizlic", born_on="x", qr_payload=None) == ([], {})


def test_each_record_is_judged_by_its_own_type_and_named_by_its_own_row() -> None:
    types = pl.Series(["bizlic", "idcard", None, "idcard"])
    outcome = judge_faces({"sex": pl.Series(["X", "男", "X", "Y"])}, types)
    assert [row for row, _ in outcome.problems] == [3]
    assert [(one.evaluated, one.unexpected) for one in outcome.results] == [(2, 0)]


def test_a_few_of_many_are_no_warning() -> None:
    scopes = pl.Series(["运输"] * 99 + [None])
    (result,) = judge_faces({"scope": scopes}, pl.Series(["bizlic"] * 100)).results
    assert (result.unexpected, result.success) == (1, True)


TERM = {"issued_on": date(2020, 1, 1), "valid_from": date(2020, 1, 1), "changed_on": None}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"license_type": "foodbiz", "valid_to": date(2024, 12, 31)}, set()),
        ({"license_type": "foodbiz", "valid_to": date(2025, 1, 31)}, set()),
        ({"license_type": "foodbiz", "valid_to": date(2025, 3, 1)}, {"terms_are_short_enough"}),
        ({"license_type": "foodbiz", "valid_to": date(2029, 1, 1), "changed_on": date(2024, 1, 1)}, set()),
        ({"license_type": "foodbiz", "valid_to": None}, {"terms_end"}),
        ({"license_type": "bizlic", "valid_to": None}, set()),
        ({"license_type": "marriage", "valid_to": date(2099, 1, 1)}, {"terms_are_open"}),
        ({"license_type": "unheard_of", "valid_to": date(2099, 1, 1)}, set()),
    ],
)
def test_a_term_is_judged_by_its_type(record: dict[str, object], said: set[str]) -> None:
    results = judge_terms(license_frame(license_record(**TERM | record)))
    assert {one.expectation for one in results if not one.success} == said

"""Problems: their frame, how frames join, and what may be said of a value."""

from __future__ import annotations

import polars as pl
import pytest

from schemas.license.license import LICENSE
from schemas.license.problems import (
    PROBLEM_CODES,
    PROBLEM_SCHEMA,
    Problem,
    describe_value,
    described,
    join_problems,
    problems_frame,
)
from schemas.phrases import in_english

MISSING = Problem("record.missing_field", "issued_on", "a value", "nothing")
BAD_DATE = Problem("record.bad_date", "issued_on", "%Y%m%d", "2024-13-01")


def test_every_code_is_explained_in_both_languages() -> None:
    assert all(code.zh and code.en for code in PROBLEM_CODES.values())
    assert all(name.split(".")[0] in ("record", "identifier") for name in PROBLEM_CODES)


def test_a_frame_holds_one_line_for_each_problem() -> None:
    frame = problems_frame([(3, MISSING), (1, BAD_DATE)])
    assert frame.schema == PROBLEM_SCHEMA
    assert frame.row(1) == (1, "record.bad_date", "issued_on", "%Y%m%d", "2024-13-01")
    assert problems_frame().schema == PROBLEM_SCHEMA


def test_a_field_that_could_not_be_read_is_not_reported_missing_as_well() -> None:
    joined = join_problems(problems_frame([(1, MISSING), (2, MISSING)]), problems_frame([(1, BAD_DATE)]))
    assert list(zip(joined["row"], joined["code"], strict=True)) == [(1, BAD_DATE.code), (2, MISSING.code)]


def test_joining_nothing_gives_an_empty_frame() -> None:
    assert join_problems().schema == PROBLEM_SCHEMA


def test_the_same_problem_is_said_once() -> None:
    assert join_problems(problems_frame([(1, BAD_DATE)]), problems_frame([(1, BAD_DATE)])).height == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "有效", "有效"),
        ("status", "号370283199003077211", "19 characters"),
        ("status", "x" * 41, "41 characters"),
        ("status", None, "nothing"),
        ("status", " \u3000", "nothing"),
        ("holder_name", "张三", "2 characters"),
        ("holder_name", None, "nothing"),
    ],
)
def test_only_harmless_values_are_repeated(field: str, value: str | None, said: str) -> None:
    column = pl.DataFrame({field: pl.Series([value], dtype=pl.String)})
    assert in_english(describe_value(LICENSE.field(field), value)) == said
    assert in_english(column.select(described(LICENSE.field(field))).item()) == said

"""Resident identity numbers, new and old."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.identifiers.resident_identity import (
    are_resident_identities,
    is_resident_identity,
    resident_identity_check,
    resident_identity_fault,
    to_eighteen,
)
from schemas.phrases import in_english

TODAY = date(2026, 11, 22)
VALID = [
    "370283199003077211",
    "370283200002290016",  # leap day
    "370226196501010019",  # old Pingdu county
    "370283198512310021",
    "11010519491231002X",
    "440524188001010014",  # the standard's sample, born 1880
    "810000198505050028",  # residence permit of a Hong Kong resident
    "91015619900101001X",  # permanent residence card of a foreigner
    "370226650101001",  # old form
]
WRONG = {
    "370283199003077212": "check character",
    "370283199002300011": "check character",  # 30 February
    "370283199002300012": "no such day",
    "370283209901010015": "future",
    "37028319900307721": "17 characters",
    "3702831990030772111": "19 characters",
    "11010519491231002x": "no digit",
    "37028319900307721１": "no digit",
    "370226651301001": "no such day",
    "37022665010100A": "no digit",
    "": "0 characters",
}


@pytest.mark.parametrize("number", VALID)
def test_a_resident_identity_number_is_accepted(number: str) -> None:
    assert resident_identity_fault(number, TODAY) is None


@pytest.mark.parametrize(("number", "reason"), WRONG.items())
def test_a_wrong_number_is_refused_with_its_reason_and_without_itself(number: str, reason: str) -> None:
    fault = resident_identity_fault(number, TODAY)
    assert fault is not None
    assert reason in in_english(fault)
    assert not number or number not in fault


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("0794", "0"),
        ("079", "X"),
        ("37028319900307721", "1"),
        ("000000000", "1"),
        ("44052418800101001", "4"),
        ("37022619650101001", "9"),
        ("37028320990101001", "5"),
    ],
)
def test_the_check_character_is_mod_11_2(body: str, check: str) -> None:
    assert resident_identity_check(body) == check


def test_the_old_form_is_lengthened() -> None:
    assert to_eighteen("370226650101001") == "370226196501010019"
    assert to_eighteen("370283199003077211") == "370283199003077211"


@pytest.mark.parametrize(
    ("today", "fits"),
    [
        (date(1990, 3, 6), False),  # the day before the birth
        (date(1990, 3, 7), True),
        (date(2141, 3, 6), True),  # the last day at the age of 150
        (date(2141, 3, 7), False),
    ],
)
def test_a_holder_is_born_and_at_most_150_years_old(today: date, fits: bool) -> None:
    assert is_resident_identity("370283199003077211", today) is fits
    assert are_resident_identities(pl.Series(["370283199003077211"]), today).to_list() == [fits]


def test_columns_are_judged_like_single_numbers() -> None:
    numbers = pl.Series([*VALID, *WRONG, None])
    expected = [True] * len(VALID) + [False] * len(WRONG) + [None]
    assert are_resident_identities(numbers, TODAY).to_list() == expected


def test_the_year_1900_had_no_leap_day() -> None:
    bodies = ["37028319000228001", "37028319000229001", "37028319040229001"]
    numbers = pl.Series([body + resident_identity_check(body) for body in bodies])
    assert are_resident_identities(numbers, TODAY).to_list() == [True, False, True]


@settings(deadline=None)  # a busy machine is no finding
@given(st.integers(1700, 2100), st.integers(0, 13), st.integers(0, 32))
def test_a_column_knows_the_calendar(year: int, month: int, day: int) -> None:
    body = f"370283{year:04}{month:02}{day:02}001"
    number = body + resident_identity_check(body)
    assert are_resident_identities(pl.Series([number]), TODAY).to_list() == [is_resident_identity(number, TODAY)]

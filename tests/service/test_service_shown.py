"""How single values are shown: the bureau's time, ages, bars, the words of an error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from license_library.answers import Words
from license_library.asking.refusals import NotSettled
from license_library.service.problems import words_of
from license_library.service.shown import moment, segments, sentence, span
from schemas.bureau_time import local_millisecond, local_minute, local_second
from schemas.errors import NotFound

INSTANT = datetime(2016, 6, 15, 18, 30, 1, 250_000, tzinfo=UTC)


def test_an_instant_is_shown_as_the_clock_on_the_wall() -> None:
    assert moment(local_minute, INSTANT) == "2016-06-16 02:30"
    assert moment(local_second, INSTANT) == "2016-06-16 02:30:01"
    assert moment(local_millisecond, INSTANT) == "2016-06-16 02:30:01.250"
    assert moment(local_minute, None) == "—"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (93_600, "26 h"), (172_800, "2 days")],
)
def test_an_age_is_told_in_the_largest_unit_that_keeps_its_meaning(seconds: float, told: str) -> None:
    assert span("en", seconds) == told


def test_a_part_that_exists_is_seen_in_its_bar() -> None:
    bar = segments([("merged", 999_999), ("unchanged", 0), ("quarantined", 1)], 400)
    assert [(name, length > 0) for name, _, length in bar] == [
        ("merged", True),
        ("unchanged", False),
        ("quarantined", True),
    ]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=4))
def test_a_bar_never_leaves_its_frame(numbers: list[int]) -> None:
    for _, start, length in segments([(str(place), number) for place, number in enumerate(numbers)], 400):
        assert start >= 0
        assert length >= 0
        assert start + length <= 400.01


def test_words_begin_a_sentence_without_being_changed_otherwise() -> None:
    assert sentence("valid without end") == "Valid without end"
    assert sentence("长期有效") == "长期有效"
    assert sentence("") == ""


def test_an_error_says_its_own_words_rather_than_those_of_its_kind() -> None:
    assert words_of(NotSettled("copies: it changed", zh="制作期间证照有变化")) == Words(
        "制作期间证照有变化", "copies: it changed"
    )
    assert words_of(NotSettled("library: a merge is under way")) == NotSettled.words
    assert words_of(NotFound("library: nothing is kept")) is None

"""What a problem expected and what came is told in both languages from its code and its values."""

from __future__ import annotations

import pytest

from license_library.answers import Words
from license_library.words.phrase_words import phrase_words
from schemas.phrases import SPLIT, in_english, phrase, read_phrase


@pytest.mark.parametrize(
    ("carried", "zh", "en"),
    [
        (phrase("length_at_most", 300), "不超过 300 个字符", "at most 300 characters"),
        (phrase("one_of", "1, 2"), "下列之一：1, 2", "one of 1, 2"),
        (phrase("days_after", 2, "2016-05-01"), "不晚于 2016-05-01 后 2 天", "at most 2 days after 2016-05-01"),
        (phrase("day_not_before", "issued_on"), "不早于证照颁发日期", "a day not before issued_on"),
        (
            phrase("check_character", 7, "X", 3),
            "校验位为 7，应为 X（或 3）",
            "check character 7 where X (or 3) fits",
        ),
        (phrase("value", "2016-02-30"), "2016-02-30", "2016-02-30"),
        (
            phrase("expectation", "An authority of the city.", "应为本市机构。"),
            "应为本市机构。",
            "An authority of the city.",
        ),
        ("of_tomorrow", "of_tomorrow", "of_tomorrow"),
    ],
)
def test_a_phrase_is_told_in_both_languages(carried: str, zh: str, en: str) -> None:
    assert phrase_words(read_phrase(carried)) == Words(zh, en)
    assert in_english(carried) == en


@pytest.mark.parametrize("written", ["nothing", "12 digits", f"value{SPLIT}{SPLIT}nothing", "{value}", ""])
def test_what_a_department_wrote_is_never_taken_for_words(written: str) -> None:
    assert phrase_words(read_phrase(phrase("value", written))) == Words(written, written)


def test_what_was_cut_off_is_empty() -> None:
    assert phrase_words(read_phrase("check_character\x1f7")).en == "check character 7 where  (or ) fits"

"""Whatever is typed into the one box is looked for as all that it may be: a passport, or a number of Han characters only."""

from __future__ import annotations

import pytest
from question_makers import NOW, TODAY, Library

from license_library.answers import SearchAnswer
from license_library.asking.questions import SearchTerms
from license_library.search.lookup import find_licenses


def found(shelf: Library, text: str) -> tuple[SearchAnswer, list[str]]:
    """Type something; return the answer and the numbers of what was found."""
    answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(text=text), TODAY, NOW)
    return answer, [one.license_number for one in answer.hits]


@pytest.mark.parametrize(
    ("kept", "typed"), [("E12345678", "E12345678"), ("E12345678", " e12345678"), ("G1234567-8", "G1234567-8")]
)
def test_a_passport_is_found_without_its_type(shelf: Library, kept: str, typed: str) -> None:
    shelf.add_feed()
    shelf.add_license(shelf.add_subject("王伟", kept, "414"), license_number="A1", open_ended=True)
    answer, numbers = found(shelf, typed)
    assert (answer.recognised_as, numbers) == ("holder_code", ["A1"])
    assert kept not in str(answer)


def test_a_license_number_comes_before_a_passport(shelf: Library) -> None:
    shelf.add_feed()
    shelf.add_license(shelf.add_subject("王伟", "E12345678", "414"), license_number="A1")
    shelf.add_license(shelf.add_subject(), license_number="E12345678")
    answer, numbers = found(shelf, "E12345678")
    assert (answer.recognised_as, numbers) == ("number", ["E12345678"])


def test_a_number_of_han_characters_is_found_behind_the_names(shelf: Library) -> None:
    shelf.add_feed()
    shelf.add_license(shelf.add_subject(), license_number="鲁平医第甲乙号")
    answer, numbers = found(shelf, "鲁平医第甲乙号")
    assert (answer.recognised_as, numbers) == ("number", ["鲁平医第甲乙号"])

"""A code that is wrong is told what was expected of what it most likely is, and never repeated."""

from __future__ import annotations

import re
from datetime import date

import pytest

from license_library.asking.holder_codes import read_holder_code
from license_library.asking.refusals import WrongQuestion
from schemas.identifiers.credit_code import credit_code_check
from schemas.identifiers.organisation_code import organisation_code_check
from schemas.identifiers.resident_identity import resident_identity_check

TODAY = date(2016, 5, 4)
ALL_DIGITS = "913702837657761184"
BOTH_BODY = "1101051990010102"  # a body of Beijing that is a birthday, and a department and class of the list


def refusal(typed: str) -> WrongQuestion:
    with pytest.raises(WrongQuestion) as refused:
        read_holder_code(typed, None, TODAY)
    assert typed not in str(refused.value) + refused.value.words.zh
    assert re.fullmatch("holder code: .*; nothing was answered", str(refused.value))  # whatever was asked about it
    return refused.value


def test_digits_that_may_be_a_person_or_an_organisation_are_asked_what_they_are() -> None:
    assert refusal("370283600123107").reason == "identifier.holder_code_ambiguous"
    for code_type in ("111", "099"):
        assert read_holder_code("370283600123107", code_type, TODAY).code_type == code_type


def test_a_credit_code_of_digits_is_told_its_own_check_character() -> None:
    assert read_holder_code(ALL_DIGITS, None, TODAY).code_type == "001"
    wrong = refusal(ALL_DIGITS[:-1] + "5")
    assert (wrong.reason, wrong.words.zh) == (
        "identifier.uscc_wrong",
        "统一社会信用代码有误：第 18 位校验码应为 4，实为 5",
    )


def test_a_credit_code_of_digits_mistyped_inside_is_no_resident_number() -> None:
    wrong = refusal("913702837667761184")
    assert wrong.reason == "identifier.uscc_wrong"
    assert "第 17 位校验码与其前各位不符" in wrong.words.zh
    assert "作为公民身份号码，没有这样的出生日期" in wrong.words.zh


def test_digits_that_may_be_a_person_or_an_organisation_are_told_both_check_characters() -> None:
    body = BOTH_BODY + organisation_code_check(BOTH_BODY[8:])
    person, organisation = resident_identity_check(body), credit_code_check(body)
    typed = next(digit for digit in "0123456789" if digit not in (person, organisation))
    wrong = refusal(body + typed)
    assert wrong.reason == "identifier.holder_code_wrong"
    assert f"作为统一社会信用代码，第 18 位校验码应为 {organisation}，实为 {typed}" in wrong.words.zh
    assert f"作为公民身份号码，第 18 位校验码应为 {person}，实为 {typed}" in wrong.words.zh


def test_a_resident_number_is_told_its_check_character_beside_what_speaks_against_an_organisation() -> None:
    wrong = refusal("110105194912310021")
    assert "作为公民身份号码，第 18 位校验码应为 X，实为 1" in wrong.words.zh
    assert "作为统一社会信用代码，第 17 位校验码与其前各位不符" in wrong.words.zh
    assert refusal("370283199003077212").words.zh == "公民身份号码有误：第 18 位校验码应为 1，实为 2"


def test_a_code_of_another_length_or_type_is_told_so() -> None:
    assert "got 4 characters" in str(refusal("1101"))
    with pytest.raises(WrongQuestion, match="holder code: its type is not in its list; nothing was answered"):
        read_holder_code("1101", "12345", TODAY)


@pytest.mark.parametrize("typed", ["11022665010100X", "91" + "\u0663" * 15 + "4"])
def test_what_only_resembles_digits_is_refused_as_well(typed: str) -> None:
    assert refusal(typed).reason in {"identifier.resident_id_wrong", "identifier.uscc_wrong"}

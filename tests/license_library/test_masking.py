"""Codes are shown by their ends only, wherever they stand."""

from __future__ import annotations

import pytest

from license_library.asking.masking import mask_code, mask_name, mask_text
from license_library.licenses.license_hits import shown_text


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("370283199003071234", "3702**********1234"),
        ("91370283MA3N0A9C6Y", "9137**********9C6Y"),
        ("370226650101001", "370*********001"),
        ("E12345678", "E1*****78"),
        ("1234", "1**4"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_only_the_ends_of_a_code_are_shown(code: str, shown: str) -> None:
    assert mask_code(code) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("持证人370283199003077211。", "持证人3702**********7211。"),
        ("A11010519491231002x", "A1101**********002x"),
        ("旧号370226650101001。", "旧号370*********001。"),
        ("370226651301001", "370226651301001"),
        ("1370226650101001", "1370226650101001"),
        ("号码３７０２８３１９９００３０７７２１１", "号码３７０２**********７２１１"),
        ("证号：３７０２２６６５０１０１００１", "证号：３７０*********００１"),
        ("91370283MA3N0A9C6Y", "91370283MA3N0A9C6Y"),
        ("3702830000000012345678", "3702830000000012345678"),
        ("370283199013077211", "370283199013077211"),
        ("证号 370283 19900307 7211 止", "证号 3702************7211 止"),
        ("370283-19900307-721X", "3702************721X"),
        ("370283 19901307 7211", "370283 19901307 7211"),
    ],
)
def test_resident_numbers_are_masked_inside_text_and_other_numbers_are_not(text: str, shown: str) -> None:
    assert mask_text(text) == shown


def test_a_known_code_is_masked_whatever_its_form() -> None:
    assert mask_text("旧号 370226650101001", "370226650101001") == "旧号 370*********001"


def test_a_known_code_is_masked_in_small_letters_and_in_the_fifteen_digits_that_it_replaced() -> None:
    assert mask_text("passport e12345678 / E12345678", "E12345678") == "passport e1*****78 / E1*****78"
    assert mask_text("旧号 370226650101001", "370226196501010019") == "旧号 370*********001"


@pytest.mark.parametrize(
    ("text", "known", "shown"),
    [
        ("旧号370226651301001", "37022619651301001X", "旧号370*********001"),
        ("鲁370226651301001-02", "37022619651301001X", "鲁370*********001-02"),
        ("37022619651301001x", "37022619651301001X", "3702**********001x"),
        ("护照ｅ１２３４５６７８", "E12345678", "护照ｅ１*****７８"),
        ("㎏ E12345678 ß", "e12345678", "㎏ E1*****78 ß"),
    ],
)
def test_a_known_code_is_masked_in_its_other_form_case_and_width(text: str, known: str, shown: str) -> None:
    assert mask_text(text, known) == shown


def test_the_old_form_of_an_own_number_is_masked_in_a_license_number() -> None:
    assert shown_text("370226650101001", "person", "370226196501010019") == "370*********001"
    assert shown_text("370226651301001", "organisation", "37022619651301001X") == "370226651301001"


def test_a_name_of_one_character_is_not_told_from_a_longer_one() -> None:
    assert [mask_name(name) for name in ("王", "王五", "王建国")] == ["王*", "王*", "王**"]

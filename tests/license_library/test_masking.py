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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("37028319900307721143", "3702**********721143"),
        ("37028319900307721143B1", "3702**********721143B1"),
        ("3702 8319 9003 0772 11", "3702**************2 11"),
        ("2016-3702 8319 9003 0772 11", "2016-3702**************2 11"),
        ("370283.19900307.7211", "3702************7211"),
        ("370283–19900307—7211", "3702************7211"),
        ("370283 1990-03-07 7211", "3702**************7211"),
        ("370283　1990　0307　721 1", "3702**************21 1"),
        ("3702 8319 9003 0772 11 43", "3702**************2 11 43"),
    ],
)
def test_a_resident_number_in_other_groups_or_before_two_digits_is_masked(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize("between", ["\u200b", "\n", "/", "、", "\ufeff", "\r\n"])
@pytest.mark.parametrize("known", [(), ("370283199003077211",)])
def test_a_resident_number_with_something_unseen_inside_is_masked(between: str, known: tuple[str, ...]) -> None:
    for place in (6, 10, 14):
        written = "370283199003077211"[:place] + between + "370283199003077211"[place:]
        assert sum(map(str.isdigit, mask_text(f"号码{written}，下一项", *known))) == 8


def test_numbers_of_a_list_are_masked_each_by_itself() -> None:
    listed = "、".join(["370283199003077211"] * 2)
    assert mask_text(listed) == "3702**********7211、3702**********7211"
    assert mask_text("12、345、67890", "370283199003077211") == "12、345、67890"


@pytest.mark.parametrize(
    "text",
    [
        "37028320160101001211",  # a division, a day and a serial number
        "37028319900307721183",  # no kind of disability
        "3702 8319 9003 0772 12",  # the check character is another
        "2009.01.19-2012.05.31 12:30",
        "2016.01.01—2019.12.31 1230",
        "370283-2016-0101-0012",
        "6222 0319 9003 0772 118",
        "91370283 MA3N 0A9C 6Y",
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.111000000000131433001.11370283004504438X.37028319900307.721.1",
    ],
)
def test_other_numbers_in_groups_stay_whole(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("text", "known", "shown"),
    [
        ("护照 E 1234 5678", "E12345678", "护照 E *******78"),
        ("3702 8319 9013 0772 11", "370283199013077211", "3702**************2 11"),
        ("370226—650101—001", "370226196501010019", "3702*********—001"),
        ("2016-01-01", "20160101", "2016-01-01"),
    ],
)
def test_a_known_code_is_masked_in_groups_where_it_is_longer_than_a_day(text: str, known: str, shown: str) -> None:
    assert mask_text(text, known) == shown


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

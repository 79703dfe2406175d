"""Unified social credit codes, organisation codes and the numbers they replaced."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.identifiers.credit_code import (
    ALPHABET,
    CLASSES,
    WEIGHTS,
    are_credit_codes,
    credit_code_check,
    credit_code_fault,
    is_credit_code,
)
from schemas.identifiers.organisation_code import is_organisation_code, organisation_code_check
from schemas.identifiers.registration_number import is_registration_number, is_tax_number, registration_number_check
from schemas.phrases import in_english

PUBLIC = [
    "91110000600037341L",
    "11100000000013338W",
    "11100000MB0143028R",
    "11330105002500287C",
    "11430000006122244L",
    "91610800064834709T",
    "12441500196720244T",
    "91370406L24894136J",
    "91230500MA1B3N1N2M",
    "111000000000131433",
]
PUBLIC_REGISTRATION_NUMBERS = [  # from public examples of eight provinces
    "110108000000016",
    "310117003171688",
    "330282602082220",
    "430524600099555",
    "350205200033663",
    "320507000045918",
    "440301104041144",
    "130903000004802",
    "370125200024527",
]
SYNTHETIC = [
    "92370283MA3ABCDE1R",
    "93370283MA3NABCD0W",
    "12370283427400003U",
    "52370283MJE000013U",
    "N2370283MF0000013D",
    "Y1370283MB9T00011L",
]
WRONG = {
    "91110000600037314L": "inner check",
    "000000000000000000": "positions 1 and 2",
    "91110000600037341I": "alphabet",
    "9111000060003734L": "17 characters",
    "91110000600037341LL": "19 characters",
    "91110000600037341l": "alphabet",
    "": "0 characters",
    "９1110000600037341L": "alphabet",
    "91110000600037341L\n": "19 characters",
    "94110000600037341L": "positions 1 and 2",
    "9111A000600037341L": "division",
    "91110000600037341M": "check character at 18",
}


@pytest.mark.parametrize("code", PUBLIC + SYNTHETIC)
def test_a_credit_code_is_accepted(code: str) -> None:
    assert credit_code_fault(code) is None
    assert is_credit_code(code)


@pytest.mark.parametrize(("code", "reason"), WRONG.items())
def test_a_wrong_credit_code_is_refused_with_its_reason(code: str, reason: str) -> None:
    fault = credit_code_fault(code)
    assert fault is not None
    assert reason in in_english(fault)
    assert not code or code not in fault


def test_the_weights_are_those_of_the_standard() -> None:
    assert WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def test_columns_are_judged_like_single_codes() -> None:
    codes = pl.Series([*PUBLIC, *SYNTHETIC, *WRONG, None])
    expected = [is_credit_code(code) for code in [*PUBLIC, *SYNTHETIC, *WRONG]]
    assert are_credit_codes(codes).to_list() == [*expected, None]


def test_an_empty_column_has_no_verdicts() -> None:
    assert are_credit_codes(pl.Series([], dtype=pl.String)).to_list() == []


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(sorted(CLASSES)))
    division = draw(st.text("0123456789", min_size=6, max_size=6))
    subject = draw(st.text(ALPHABET, min_size=8, max_size=8))
    body = department + draw(st.sampled_from(CLASSES[department])) + division + subject
    body += organisation_code_check(subject)
    return body + credit_code_check(body)


@settings(deadline=None)  # a busy machine is no finding
@given(credit_codes(), st.integers(0, 17), st.sampled_from(ALPHABET + "IOZSV-"))
def test_one_changed_character_is_always_noticed(code: str, place: int, char: str) -> None:
    changed = code[:place] + char + code[place + 1 :]
    verdicts = are_credit_codes(pl.Series([code, changed])).to_list()
    assert verdicts == [is_credit_code(code), is_credit_code(changed)] == [True, changed == code]


@pytest.mark.parametrize(
    "code",
    [
        "D2143569X",
        "000013338",
        "MB0143028",
        "MA1B3N1N2",
        "600037341",
        "123456788",
        "004504644",
        "L24894136",
        "D2143569-X",
    ],
)
def test_an_organisation_code_is_accepted(code: str) -> None:
    assert is_organisation_code(code)


@pytest.mark.parametrize("code", ["D21435699", "000013383", "D2143569", "D2143569XX", "d2143569X", "00001333８", ""])
def test_a_wrong_organisation_code_is_refused(code: str) -> None:
    assert not is_organisation_code(code)


@pytest.mark.parametrize(
    ("number", "right"),
    [
        *((number, True) for number in PUBLIC_REGISTRATION_NUMBERS),
        ("110108000000017", False),
        ("11010800000001", False),
        ("11010800000001X", False),
    ],
)
def test_an_old_registration_number_has_its_check_digit(number: str, right: bool) -> None:
    assert is_registration_number(number) is right
    assert not right or registration_number_check(number[:14]) == number[14]


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("37028300001333" + "8", True),
        ("370283D2143569X", True),
        ("370283000013383", False),
        ("37O283000013338", False),
        ("3702830000133", False),
        ("370283000013338 ", False),
    ],
)
def test_an_old_tax_number_ends_in_an_organisation_code(number: str, right: bool) -> None:
    assert is_tax_number(number) is right

"""The electronic license identifier and its two check characters."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.identifiers.credit_code import is_credit_code
from schemas.identifiers.license_identifier import (
    ROOT,
    classify_license_identifier,
    classify_license_identifiers,
    legacy_check,
    license_identifier_check,
    parse_license_identifier,
)

VALID = [
    ROOT + "11100000000013338W011.11430000006122244L.20230000403.001.U",
    ROOT + "11100000000013338W011.11430000006122244L.20230000403.002.S",
    ROOT + "11100000000013338W011.11110000000021135M.20230329701.003.Y",
    ROOT + "11100000000013338W009.11330105002500287C.2025052201.002.0",
    ROOT + "11100000000013338W032.11220000013544541J.2430599.001.F",
    ROOT + "11100000MB03271699022.340100.000000016.001.9",
]
LEGACY = ROOT + "11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
PLACEHOLDER = ROOT + "11100000000013338W050.91610800064834709T.2023000001.001.X"
MISSHAPEN = [
    "",
    "1.2.156.3005.3" + VALID[0].removeprefix(ROOT.rstrip(".")),
    VALID[0] + "\n",
    VALID[0].lower(),
    VALID[0].replace(".001.", ".1.").replace(".002.", ".2."),
    VALID[0].replace(".", "．"),
    VALID[0].replace("11430000006122244L", "34010"),
    VALID[0].replace("1", "１"),
    VALID[0][:-2],
]


@pytest.mark.parametrize(
    ("body", "check"),
    [("A12425GABC1234002", "M"), ("A999522123456789012346", "P"), ("0", "2"), ("Z", "4"), ("A1Z", "T")],
)
def test_the_check_character_is_mod_37_36(body: str, check: str) -> None:
    assert license_identifier_check(body) == check


@pytest.mark.parametrize("text", VALID)
def test_a_published_identifier_is_valid(text: str) -> None:
    assert classify_license_identifier(text) == "valid"


def test_the_faulty_variant_in_use_is_recognised() -> None:
    parts = parse_license_identifier(LEGACY)
    assert parts is not None
    assert license_identifier_check(parts.body) == "D"
    assert legacy_check(parts.body) == "M"
    assert classify_license_identifier(LEGACY) == "legacy"


def test_a_placeholder_check_character_is_wrong() -> None:
    assert classify_license_identifier(PLACEHOLDER) == "wrong"
    assert classify_license_identifier(PLACEHOLDER[:-1] + "2") == "valid"


@pytest.mark.parametrize("text", MISSHAPEN)
def test_another_shape_is_wrong(text: str) -> None:
    assert parse_license_identifier(text) is None
    assert classify_license_identifier(text) == "wrong"


@pytest.mark.parametrize("text", VALID)
def test_the_root_is_no_part_of_what_is_checked(text: str) -> None:
    assert license_identifier_check(text[:-2].replace(".", "")) != text[-1]


def test_the_defining_body_is_the_start_of_the_type() -> None:
    for text in [*VALID, LEGACY, PLACEHOLDER]:
        parts = parse_license_identifier(text)
        assert parts is not None
        assert is_credit_code(parts.type_code[:18])


def test_columns_are_classified_like_single_identifiers() -> None:
    texts = pl.Series([*VALID, None, LEGACY, PLACEHOLDER, *MISSHAPEN])
    expected = ["valid"] * len(VALID) + [None, "legacy", "wrong"] + ["wrong"] * len(MISSHAPEN)
    assert classify_license_identifiers(texts).to_list() == expected


def test_columns_without_any_identifier_are_classified() -> None:
    assert classify_license_identifiers(pl.Series([], dtype=pl.String)).to_list() == []
    assert classify_license_identifiers(pl.Series([None, "x"])).to_list() == [None, "wrong"]


def deployed_check(body: str) -> str:
    """Compute the faulty check character as the deployed software does, letter by letter."""
    alphabet, state = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36
    for char in body:
        value = int(char) if char.isdigit() else ord(char) - ord("A") + 11
        total = state + value
        if value > 10 and total > 37:
            total = total % 37
        elif value < 10 and total > 36:
            total = total % 36
        total = total % 36
        state = (2 * (36 if total == 0 else total)) % 37
    return alphabet[36 - state]


def test_the_faulty_variant_is_the_deployed_one() -> None:
    chance = random.Random(2)
    for _ in range(500):
        body = "".join(chance.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=chance.randint(1, 60)))
        assert legacy_check(body) == deployed_check(body)


def test_the_faulty_variant_never_agrees_on_digits() -> None:
    chance = random.Random(1)
    for _ in range(500):
        digits = "".join(chance.choices("0123456789", k=chance.randint(1, 60)))
        assert legacy_check(digits) != license_identifier_check(digits)


@settings(deadline=None)  # a busy machine is no finding
@given(
    st.from_regex(r"[0-9A-Z]{21}\.([0-9A-Z]{18}|[0-9]{6})\.[0-9A-Z]{1,64}\.[0-9]{3}\.[0-9A-Z]", fullmatch=True),
    st.integers(0, 2),
)
def test_any_identifier_is_classified_the_same_alone_and_in_a_column(tail: str, kind: int) -> None:
    body = tail[:-2].replace(".", "")
    check = [tail[-1], license_identifier_check(body), legacy_check(body)][kind]
    text = ROOT + tail[:-1] + check
    assert classify_license_identifiers(pl.Series([text, VALID[0]])).to_list()[0] == classify_license_identifier(text)

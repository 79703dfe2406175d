"""Builds identifiers with right check characters, one per number, each number its own.

Written apart from schemas.identifiers on purpose: what the fakes build, the checks must recognise.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}
USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_WEIGHTS = tuple(pow(2, 17 - position, 11) for position in range(17))
FIRST_BIRTH = date(1948, 1, 1)
BIRTHS = (date(2004, 12, 31) - FIRST_BIRTH).days
COUNTY_SINCE = date(1989, 7, 1)  # Pingdu's code was 370226 before, 370283 after


def organisation_code(body: str) -> str:
    """Return the eight characters `body` with their GB 11714 check character."""
    rest = 11 - sum(w * VALUES[c] for w, c in zip(ORGANISATION_WEIGHTS, body, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(rest, str(rest))


def uscc(prefix: str, body: str) -> str:
    """Return the unified social credit code of `prefix` (department, class, division) and an organisation `body`."""
    text = prefix + organisation_code(body)
    total = sum(w * USCC_VALUES[c] for w, c in zip(USCC_WEIGHTS, text, strict=True))
    return text + USCC_ALPHABET[-total % 31]


def organisation_body(number: int) -> str:
    """Return the eight characters of organisation `number`: neighbours look unlike, none occurs twice."""
    left = number * 7_368_787 % 31**5
    characters = []
    for _ in range(5):
        left, value = divmod(left, 31)
        characters.append(USCC_ALPHABET[value])
    return "MA3" + "".join(characters)


def resident_id(number: int) -> str:
    """Return the resident identity number of person `number`, born 1948–2004 in Pingdu."""
    day, sequence = divmod(number * 7_368_787 % (BIRTHS * 998), 998)
    born = FIRST_BIRTH + timedelta(days=day)
    place = "370283" if born >= COUNTY_SINCE else "370226"
    text = f"{place}{born:%Y%m%d}{sequence + 1:03}"
    return text + "10X98765432"[sum(w * int(c) for w, c in zip(RESIDENT_WEIGHTS, text, strict=True)) % 11]


def registration_number(number: int) -> str:
    """Return a fifteen-digit business registration number (ISO 7064 MOD 11,10)."""
    text = f"370283{number % 100_000_000:08}"
    product = 10
    for digit in text:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return text + str((11 - product) % 10)


def continue_check(text: str, product: int = 36) -> int:
    """Carry MOD 37,36 over `text`; give the result back in to go on."""
    for character in text:
        product = ((product + VALUES[character]) % 36 or 36) * 2 % 37
    return product


def right_check(product: int) -> str:
    """Return the check character after `product`."""
    return ALPHABET[(37 - product) % 36]


def legacy_check(text: str) -> str:
    """Return the check character of the faulty variant found in deployed systems (letters one too high)."""
    product = 36
    for value in _legacy_values(text):
        total = product + value
        if value > 10 and total > 37:
            total %= 37
        elif value < 10 and total > 36:
            total %= 36
        product = 2 * (total % 36 or 36) % 37
    return ALPHABET[(36 - product) % 36]


def _legacy_values(text: str) -> Iterable[int]:
    return (VALUES[c] + (c > "9") for c in text)

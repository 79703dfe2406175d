"""Numbers the unified social credit code replaced in 2015 and old licenses still carry.

Business registration numbers (GS 15-2006: registering body, sequence, check digit of ISO 7064 MOD 11,10) and tax numbers
(division and organisation code).
"""

from __future__ import annotations

import re

from stdnum.iso7064 import mod_11_10

from schemas.identifiers.organisation_code import is_organisation_code

_DIGITS = re.compile(r"[0-9]{15}", re.ASCII)


def registration_number_check(body: str) -> str:
    """Return the check digit of the first 14 digits (ISO 7064 MOD 11,10)."""
    return str(mod_11_10.calc_check_digit(body))


def is_registration_number(number: str) -> bool:
    """Tell whether a number is an old business registration number: division, sequence, check digit."""
    return bool(_DIGITS.fullmatch(number)) and bool(mod_11_10.is_valid(number))


def is_tax_number(number: str) -> bool:
    """Tell whether a number is an old tax number: division code and organisation code."""
    return len(number) == 15 and number[:6].isdecimal() and number.isascii() and is_organisation_code(number[6:])

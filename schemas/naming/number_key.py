"""The form in which two license numbers are compared: one width, one kind of brackets, capitals, no blanks.

Offices write the same number in several ways. Knows no table; the database computes the same form as `number_key`.
"""

from __future__ import annotations

import unicodedata
from string import ascii_lowercase, ascii_uppercase
from typing import Final

# As offices write the year of a number, but for what compatibility folding makes plain; of letters, only Latin ones have capitals.
OPENING: Final = "[〔【"
CLOSING: Final = "]〕】"
_TABLE: Final = str.maketrans(f"{OPENING}{CLOSING}{ascii_lowercase}", f"((())){ascii_uppercase}", " ")


def number_key(number: str) -> str:
    """Return the form in which a license number is compared."""
    return unicodedata.normalize("NFKC", number).translate(_TABLE)

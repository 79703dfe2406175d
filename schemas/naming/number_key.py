"""The form in which two license numbers are compared: one width, one kind of brackets, capitals, no blanks.

Offices write the same number in several ways. Knows no table; the database computes the same form as `number_key`, of which
`FOLDED` and `FOLDING` are the letters.
"""

from __future__ import annotations

import unicodedata
from string import ascii_lowercase, ascii_uppercase
from typing import Final

# As offices write the year of a number; what compatibility folding leaves as it is.
OPENING: Final = "[{〔【〈《「『"
CLOSING: Final = "]}〕】〉》」』"
_BLANKS: Final = " \t\r\n\u1680\u2028\u2029"
FOLDED: Final = OPENING + CLOSING + ascii_lowercase + _BLANKS  # letters of FOLDING for as many; the rest is left out
FOLDING: Final = "(" * len(OPENING) + ")" * len(CLOSING) + ascii_uppercase
_TABLE: Final = str.maketrans(FOLDED[: len(FOLDING)], FOLDING, _BLANKS)


def number_key(number: str) -> str:
    """Return the form in which a license number is compared."""
    return unicodedata.normalize("NFKC", number).translate(_TABLE)

"""Organisation codes (GB 11714): eight characters and a check character, `XXXXXXXX-X` on paper.

They live on inside the unified social credit code.
"""

from __future__ import annotations

import re

import numpy as np

from schemas.identifiers.columns import LETTERS_AND_DIGITS, Bytes, Flags, value_table

WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES = value_table(LETTERS_AND_DIGITS)
_CHECKS = "0X987654321"  # by sum mod 11: eleven minus the remainder, ten is X, eleven is 0
_CHECK_BYTES = np.frombuffer(_CHECKS.encode("ascii"), dtype=np.uint8)
_SHAPE = re.compile(r"([0-9A-Z]{8})-?([0-9X])", re.ASCII)


def organisation_code_check(body: str) -> str:
    """Return the check character of the first eight characters."""
    total = sum(weight * LETTERS_AND_DIGITS.index(char) for weight, char in zip(WEIGHTS, body, strict=True))
    return _CHECKS[total % 11]


def is_organisation_code(code: str) -> bool:
    """Tell whether a code, with or without its dash, has the right check character."""
    shape = _SHAPE.fullmatch(code)
    return shape is not None and organisation_code_check(shape[1]) == shape[2]


def organisation_forms(code: str) -> list[str]:
    """Return an organisation code as it is and in its other spelling, with or without the dash; any other code as it is."""
    shape = _SHAPE.fullmatch(code)
    if shape is None or not is_organisation_code(code):
        return [code]
    return [code, *({f"{shape[1]}-{shape[2]}", f"{shape[1]}{shape[2]}"} - {code})]


def have_organisation_check(matrix: Bytes) -> Flags:
    """Tell for each row of nine bytes (letters and digits only) whether the last one is its check character."""
    totals = _VALUES[matrix[:, :8]] @ np.array(WEIGHTS, dtype=np.int32)
    return np.asarray(_CHECK_BYTES[totals % 11] == matrix[:, 8], dtype=np.bool_)

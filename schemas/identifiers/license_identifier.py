"""The electronic license identifier (GB/T 36904): its parts, and how far its check character can be trusted.

Classifies, never drops: some issuers compute the check character with a faulty variant, and their licenses are real.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
from stdnum.iso7064 import mod_37_36

from schemas.identifiers.columns import LETTERS_AND_DIGITS, Bytes, code_matrix

IdentifierClass = Literal["valid", "legacy", "wrong"]
States = npt.NDArray[np.uint16]

ROOT: Final = "1.2.156.3005.2."
PATTERN: Final = r"^1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{6,18})\.([0-9A-Z]{1,64})\.([0-9]{3})\.([0-9A-Z])$"

_SHAPE = re.compile(PATTERN.removeprefix("^").removesuffix("$"), re.ASCII)
_UNCAPTURED = PATTERN.replace("(", "").replace(")", "")
_START = 36
# A character that leaves the starting state as it is, under both rules: padding on the left changes nothing.
_PADDING = "I"


class LicenseIdentifier(msgspec.Struct, frozen=True):
    """Hold the parts of an identifier. The defining body is the first 18 characters of the type."""

    type_code: str
    issuer_code: str
    serial: str
    version: str
    check: str

    @property
    def body(self) -> str:
        """Return what the check character is computed over."""
        return self.type_code + self.issuer_code + self.serial + self.version


def parse_license_identifier(text: str) -> LicenseIdentifier | None:
    """Split an identifier into its parts, or return None when it has another shape."""
    shape = _SHAPE.fullmatch(text)
    return LicenseIdentifier(*shape.groups()) if shape else None


def license_identifier_check(body: str) -> str:
    """Return the check character of a body (ISO 7064 MOD 37,36)."""
    return str(mod_37_36.calc_check_digit(body))


def legacy_check(body: str) -> str:
    """Return the check character that deployed faulty software gives a body: letters count one too high."""
    state = _START
    for char in body:
        state = _legacy_step(state, LETTERS_AND_DIGITS.index(char))
    return LETTERS_AND_DIGITS[36 - state]


def classify_license_identifier(text: str) -> IdentifierClass:
    """Tell whether an identifier's check character is right, right under the faulty variant, or wrong."""
    parts = parse_license_identifier(text)
    if parts is None:
        return "wrong"
    if parts.check == license_identifier_check(parts.body):
        return "valid"
    return "legacy" if parts.check == legacy_check(parts.body) else "wrong"


def identifier_forms(text: str) -> list[str]:
    """Return an identifier with its own check character first, then with the one that the other rule computes; others as they are."""
    parts = parse_license_identifier(text)
    if parts is None:
        return [text]
    checks = (parts.check, license_identifier_check(parts.body), legacy_check(parts.body))
    return [f"{text[:-1]}{check}" for check in dict.fromkeys(checks)]


def classify_license_identifiers(texts: pl.Series) -> pl.Series:
    """Classify a column of identifiers; null stays null."""
    shaped = texts.str.contains(_UNCAPTURED).fill_null(value=False)
    bodies = _bodies(texts.filter(shaped))
    right = _fits(bodies, _RIGHT_STEPS, _RIGHT_CHECKS)
    faulty = right.copy()
    faulty[~right] = _fits(bodies[~right], _LEGACY_STEPS, _LEGACY_CHECKS)
    is_valid, is_known = _spread(right, shaped), _spread(faulty, shaped)
    named = pl.when(is_valid).then(pl.lit("valid")).when(is_known).then(pl.lit("legacy")).otherwise(pl.lit("wrong"))
    return pl.select(pl.when(texts.is_not_null()).then(named).alias(texts.name)).to_series()


def _spread(verdicts: npt.NDArray[np.bool_], shaped: pl.Series) -> pl.Series:
    """Return verdicts on the shaped values as a column over all values."""
    spread = np.zeros(len(shaped), dtype=np.bool_)
    spread[shaped.to_numpy()] = verdicts
    return pl.Series(spread)


def _bodies(texts: pl.Series) -> Bytes:
    """Return body and check character of each identifier, padded on the left to one width."""
    bare = texts.str.slice(len(ROOT)).str.replace_all(".", "", literal=True)
    width = int(str(bare.str.len_bytes().max() or 1))
    return code_matrix(bare.str.pad_start(width, _PADDING), width)


def _fits(matrix: Bytes, steps: States, checks: Bytes) -> npt.NDArray[np.bool_]:
    """Walk all identifiers through the check character's states together, one position at a time."""
    states = np.full(len(matrix), _START, dtype=np.uint16)
    for position in np.ascontiguousarray(matrix[:, :-1].T):
        states = steps.take(states * 256 + position)
    return np.asarray(checks[states] == matrix[:, -1], dtype=np.bool_)


def _right_step(state: int, value: int) -> int:
    return 2 * ((state + value) % 36 or 36) % 37


def _legacy_step(state: int, value: int) -> int:
    """One step of the faulty variant, as deployed; its odd conditions are the fault."""
    shifted = value + 1 if value >= 10 else value
    total = state + shifted
    if shifted > 10 and total > 37:
        total %= 37
    elif shifted < 10 and total > 36:
        total %= 36
    return 2 * (total % 36 or 36) % 37


def _step_table(step: Callable[[int, int], int]) -> States:
    """Return the next state by 256 * state + byte; bytes outside the alphabet never get here."""
    table = np.zeros((37, 256), dtype=np.uint16)
    for state in range(37):
        for value, char in enumerate(LETTERS_AND_DIGITS):
            table[state, ord(char)] = step(state, value)
    return table.ravel()


def _check_table(value_of: Callable[[int], int]) -> Bytes:
    checks = "".join(LETTERS_AND_DIGITS[value_of(state)] for state in range(37))
    return np.frombuffer(checks.encode("ascii"), dtype=np.uint8)


_RIGHT_STEPS = _step_table(_right_step)
_RIGHT_CHECKS = _check_table(lambda state: (37 - state) % 36)
_LEGACY_STEPS = _step_table(_legacy_step)
_LEGACY_CHECKS = _check_table(lambda state: (36 - state) % 36)

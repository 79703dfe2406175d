"""Resident identity numbers (GB 11643-1999), 18 characters, and the 15-digit form they replaced.

The division inside is not judged: people keep the number of a county that no longer exists. Today is an argument.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from stdnum.iso7064 import mod_11_2

from schemas.identifiers.columns import DIGITS, NO_VALUE, Bytes, Flags, Values, judge_width, value_table
from schemas.phrases import Phrase, phrase

OLDEST_AGE = 150
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_NEW = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_OLD = re.compile(r"[0-9]{15}", re.ASCII)
_VALUES = value_table(DIGITS)
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)


class Told(NamedTuple):
    """Hold what a number says of its person."""

    division: str
    born_on: date
    is_female: bool


def read_resident_identity(number: str) -> Told | None:
    """Return what a number of 18 or 15 characters says; None where it is none."""
    full = to_eighteen(number)
    if not _NEW.fullmatch(full):
        return None
    try:
        born_on = date(int(full[6:10]), int(full[10:12]), int(full[12:14]))
    except ValueError:
        return None
    return Told(full[:6], born_on, int(full[16]) % 2 == 0)


def resident_identity_check(body: str) -> str:
    """Return the check character of the first 17 digits (ISO 7064 MOD 11,2)."""
    return str(mod_11_2.calc_check_digit(body))


def to_eighteen(number: str) -> str:
    """Return the 18-character form of a number; only the 15-digit form changes."""
    if not _OLD.fullmatch(number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + resident_identity_check(body)


def forms_of(number: str) -> list[str]:
    """Return a number in its form of today and, of who was born before 2000, in the 15 digits that it replaced."""
    full = to_eighteen(number)
    is_of_last_century = _NEW.fullmatch(full) and full[6:8] == "19"
    return [full, full[:6] + full[8:17]] if is_of_last_century else [full]


def resident_identity_fault(number: str, today: date) -> Phrase | None:
    """Say what is wrong with a number without repeating it, or None."""
    full = to_eighteen(number)
    if not _NEW.fullmatch(full):
        return phrase("length", len(number)) if len(number) not in (15, 18) else phrase("no_digit")
    if resident_identity_check(full[:17]) != full[17]:
        return phrase("check")
    return _birth_fault(full[6:14], today)


def is_resident_identity(number: str, today: date) -> bool:
    """Tell whether a number is a resident identity number of a person born by today."""
    return resident_identity_fault(number, today) is None


def are_resident_identities(numbers: pl.Series, today: date) -> pl.Series:
    """Tell for each number, in its new or old form, whether it can be a person's today; null stays null."""
    new = judge_width(numbers, 18, lambda matrix: _judge_new(matrix, today))
    old = judge_width(numbers, 15, lambda matrix: _judge_old(matrix, today))
    return (new | old).alias(numbers.name)


def _birth_fault(digits: str, today: date) -> Phrase | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return phrase("no_birthday")
    if born > today:
        return phrase("future_birthday")
    return None if _day_number(born) > _oldest(today) else phrase("birthday_long_ago", OLDEST_AGE)


def _judge_new(matrix: Bytes, today: date) -> Flags:
    values = _VALUES[matrix[:, :17]]
    totals = values @ np.array(WEIGHTS, dtype=np.int32)
    good = (values != NO_VALUE).all(axis=1) & (_CHECKS[totals % 11] == matrix[:, 17])
    return np.asarray(good & _is_birth(values[:, 6:14], today), dtype=np.bool_)


def _judge_old(matrix: Bytes, today: date) -> Flags:
    values = _VALUES[matrix]
    century = np.broadcast_to(np.array([1, 9], dtype=np.int32), (len(values), 2))
    births = np.hstack([century, values[:, 6:12]])
    return np.asarray((values != NO_VALUE).all(axis=1) & _is_birth(births, today), dtype=np.bool_)


def _is_birth(digits: Values, today: date) -> Flags:
    """Tell for each row YYYYMMDD whether it is a real day, not after today, of a person at most OLDEST_AGE old."""
    numbers: npt.NDArray[np.int32] = digits @ np.array([10**place for place in range(7, -1, -1)], dtype=np.int32)
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    leap = ((years % 4 == 0) & (years % 100 != 0)) | (years % 400 == 0)
    longest = _MONTH_DAYS[np.where((months >= 1) & (months <= 12), months, 0)] + (leap & (months == 2))
    real = (days >= 1) & (days <= longest)
    return np.asarray(real & (numbers <= _day_number(today)) & (numbers > _oldest(today)), dtype=np.bool_)


def _day_number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _oldest(today: date) -> int:
    """The day, as YYYYMMDD, on or before which nobody alive at OLDEST_AGE was born."""
    return _day_number(today) - (OLDEST_AGE + 1) * 10_000

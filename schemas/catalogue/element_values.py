"""When two spellings are one value of a data element: normal forms, and what a resident number says of its holder.

Only compares: the spelling a department chose is what is shown. What fits no known form is compared as text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal

import polars as pl

from schemas.catalogue.elements import Element
from schemas.identifiers.holder_code_types import CREDIT_CODE, RESIDENT_IDENTITY
from schemas.naming.names import name_key, name_keys

_MIDNIGHT = "(?:T?00:00(?::00)?)?"
_DATES = (
    re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_MIDNIGHT}", re.ASCII),
    re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_MIDNIGHT}", re.ASCII),
)
_MONEY = re.compile(
    r"(?:人民币|RMB|CNY|¥)?(\d[\d,]*(?:\.\d+)?)(万亿|亿|万)?(元?)(?:整|人民币|\(人民币\)|RMB|CNY)*", re.ASCII
)
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:M2|平方米|平米|人|吨|间)?", re.ASCII)
_TIMES = {"": 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_WIDTH = 18


def normal_form(element: Element, value: str) -> str:
    """Return what a value is compared by: two values with one normal form are the same fact."""
    if element.kind == "name":
        return name_key(value)
    plain = _plain(value)
    return kind_form(element.kind, element.codes.get(plain, plain))


def kind_form(kind: str, value: str) -> str:
    """Return what a value is compared by that is a date, money or a number, else without blanks, width and case."""
    return {"date": _date, "money": _money, "number": _number}.get(kind, str)(_plain(value))


def read_day(value: str) -> date | None:
    """Return the day that a value names in any usual spelling, None where it names none."""
    return _day(_plain(value))


def normal_forms(element: Element, values: Collection[str]) -> dict[str, str]:
    """Return the normal form of each of many values: names are folded as one column."""
    if element.kind != "name":
        return {value: normal_form(element, value) for value in values}
    distinct = list(dict.fromkeys(values))
    return dict(zip(distinct, name_keys(pl.Series(distinct, dtype=pl.String)), strict=True))


def told_by_code(field: str, code: str, code_type: str) -> str | None:
    """Return what a holder code says by itself, or None where this kind of code says nothing of it."""
    if field == "holder_code":  # a resident number or a credit code; an old number or a passport is neither
        return code if code_type in (RESIDENT_IDENTITY, CREDIT_CODE) else None
    if code_type != RESIDENT_IDENTITY or len(code) != _WIDTH:
        return None
    if field == "holder_code.sex":
        return "男" if int(code[16]) % 2 else "女"
    return f"{code[6:10]}-{code[10:12]}-{code[12:14]}"


def _plain(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value)
    seen = "".join(mark for mark in folded if unicodedata.category(mark) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen.upper())


def _date(plain: str) -> str:
    day = _day(plain)
    return plain if day is None else day.isoformat()


def _day(plain: str) -> date | None:
    found = next(filter(None, (form.fullmatch(plain) for form in _DATES)), None)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _money(plain: str) -> str:
    """A number without 元 or 万 may be either: it is compared as it is written."""
    found = _MONEY.fullmatch(plain)
    if found is None or not (found[2] or found[3]):
        return plain
    return f"{_shortest(_decimal(found[1]) * _TIMES[found[2] or ''])} 元"


def _number(plain: str) -> str:
    found = _NUMBER.fullmatch(plain)
    return plain if found is None else _shortest(_decimal(found[1]))


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _shortest(number: Decimal) -> str:
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written

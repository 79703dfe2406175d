"""What a company's name is made of: place, the words of its own, trade, legal form.

平度市恒通运输有限公司 is 平度市 · 恒通 · 运输 · 有限公司. The words of its own are what people remember and type.
Two companies with the same words are two companies.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from schemas.identifiers.divisions import divisions

SHORTEST = 2  # words of its own: fewer would be a surname or nothing
_FILE = Path(__file__).parents[1] / "data" / "company_names.toml"
_BRACKETS = re.compile(r"[(\[【〔].{0,20}?[)\]】〕]")
_RANK = re.compile(r"(?:特别行政区|自治[区州县]|[省市区县镇乡]|街道(?:办事处)?)$")


class CompanyName(msgspec.Struct, frozen=True):
    """Hold the parts of a plain company name; any but the core may be empty."""

    place: str
    core: str
    trade: str
    form: str


class _Words(msgspec.Struct, frozen=True):
    places: list[str]
    forms: list[str]
    trades: list[str]


def split_company(name: str) -> CompanyName:
    """Return the parts of a plain name; what cannot be told apart belongs to the core."""
    rest = _BRACKETS.sub("", name) or name
    place, rest = _strip(rest, places(), at_end=False)
    form, rest = _strip(rest, forms(), at_end=True)
    trade, core = _strip(rest, _trades(), at_end=True)
    return CompanyName(place, core, trade, form)


def _strip(text: str, words: frozenset[str], *, at_end: bool) -> tuple[str, str]:
    """Take words of a list off one end, the longest first, again and again, as long as enough is left for a core."""
    taken = ""
    while word := _longest(text, words, at_end=at_end):
        taken = word + taken if at_end else taken + word
        text = text[: -len(word)] if at_end else text[len(word) :]
    return taken, text


def _longest(text: str, words: frozenset[str], *, at_end: bool) -> str:
    for size in range(min(10, len(text) - SHORTEST), 0, -1):
        word = text[-size:] if at_end else text[:size]
        if word in words:
            return word
    return ""


@cache
def places() -> frozenset[str]:
    """Return the places a name may begin with."""
    names = [one.name for one in divisions().values()] + _words().places
    return frozenset(part for name in names for part in _with_and_without_rank(name) if len(part) >= SHORTEST)


def _with_and_without_rank(name: str) -> Iterable[str]:
    return (name, _RANK.sub("", name))


@cache
def forms() -> frozenset[str]:
    """Return the legal forms a name may end in."""
    return frozenset(_words().forms)


@cache
def _trades() -> frozenset[str]:
    return frozenset(_words().trades)


@cache
def _words() -> _Words:
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _Words)

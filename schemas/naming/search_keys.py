"""The search keys of a subject's name, all of them from one place: plain form, words of its own, sounds, initials.

A key finds; it proves nothing. Whoever changes what is made here raises VERSION, and `hub db keys` makes all anew.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

import msgspec

from schemas.naming.company_names import forms, places, split_company
from schemas.naming.sounds import SPELLINGS, initials, read_letters, spellings

VERSION: Final = 4
SHORTEST: Final = 2  # characters, syllables or initials that a search needs


class SearchKeys(msgspec.Struct, frozen=True):
    """Hold the keys of one plain name."""

    core: str | None  # a company's words of its own, where they are not the whole name
    sounds: list[str]  # pairs of syllables (heng'tong) and whole initials (#ht)


def search_keys(plain: str, kind: str) -> SearchKeys:
    """Return the keys of a plain name of a person or an organisation."""
    if kind == "person":
        return SearchKeys(None, _sound_keys(spellings(plain, is_person=True), []))
    parts = split_company(plain)
    told = parts.core + parts.trade
    core = parts.core if SHORTEST <= len(parts.core) < len(plain) else None
    # 长沙银行股份有限公司 ends in 行, which is a legal form of its own elsewhere and is said with the name.
    spoken = told + parts.form[:1] if parts.form[:1] in forms() else told
    written = (plain, told + parts.form, spoken, parts.core, parts.place.rstrip("市县区") + told)
    return SearchKeys(
        core, _sound_keys(spellings(told, is_person=False), [start for one in written for start in initials(one)])
    )


def core_of(plain: str) -> str:
    """Return a company's words of its own; of any other name the whole."""
    return split_company(plain).core


def asked_sounds(plain: str) -> list[tuple[str, ...]]:
    """Return how a typed name may sound, as a person's and as a company's without place and form."""
    ways = [*spellings(plain, is_person=True), *spellings(_told(plain), is_person=False)]
    return [way for way in dict.fromkeys(ways) if len(way) >= SHORTEST][:SPELLINGS]


def asked_letters(letters: str) -> list[tuple[str, ...]]:
    """Return the syllables that typed letters may be, without a place before them and a legal form behind."""
    ways = [_bare(way) for way in read_letters(letters)]
    return [way for way in dict.fromkeys(ways) if len(way) >= SHORTEST]


def sound_pairs(syllables: tuple[str, ...]) -> list[str]:
    """Return the keys of neighbouring syllables; a single one is no key."""
    return list(dict.fromkeys(f"{first}'{second}" for first, second in pairwise(syllables)))


def initials_key(letters: str) -> str:
    """Return the key of whole initials."""
    return f"#{letters.lower()}"


def sounds_like(plain: str, kind: str, asked: tuple[str, ...]) -> bool:
    """Tell whether the asked syllables follow one another in one reading of the name."""
    width, is_person = len(asked), kind == "person"
    return any(
        way[start : start + width] == asked
        for way in spellings(plain if is_person else _told(plain), is_person=is_person)
        for start in range(len(way) - width + 1)
    )


def _told(plain: str) -> str:
    parts = split_company(plain)
    return parts.core + parts.trade


def _sound_keys(ways: list[tuple[str, ...]], written: list[str]) -> list[str]:
    pairs = [pair for way in ways for pair in sound_pairs(way)]
    starts = ["".join([syllable[0] for syllable in way]) for way in ways]
    whole = [initials_key(start) for start in (*starts, *written) if len(start) >= SHORTEST]
    return list(dict.fromkeys((*pairs, *whole)))


def _bare(way: tuple[str, ...]) -> tuple[str, ...]:
    """Take a known place off the beginning and a legal form off the end, as long as two syllables are left."""
    for size in range(min(6, len(way) - SHORTEST), 0, -1):
        if way[:size] in _spoken(places()):
            return _bare(way[size:])
    for size in range(min(8, len(way) - SHORTEST), 0, -1):
        if way[-size:] in _spoken(forms()):
            return _bare(way[:-size])
    return way


@cache
def _spoken(words: frozenset[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(way for word in words for way in spellings(word, is_person=False))

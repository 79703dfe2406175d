"""How names sound: the readings of their characters without tones, and the syllables that typed letters may be.

Every reading in use is kept, the family's own first in a person's name. Knows sounds only; names that sound alike
are different names.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path

import msgspec

SPELLINGS = 8  # of one name or one run of letters
LONGEST = 12  # syllables of a name that are listened to
_VOWELS = set("aeiouv")
_TONES = {0x300, 0x301, 0x304, 0x30C}
_LETTERS = re.compile(r"[a-zv]+", re.ASCII)
_FILE = Path(__file__).parents[1] / "data" / "sounds.toml"


class _Irregular(msgspec.Struct, frozen=True):
    polyphones: str
    surnames: dict[str, str]
    double_surnames: dict[str, str]


@lru_cache(maxsize=50_000)
def readings(char: str) -> tuple[str, ...]:
    """Return how a character is read, the commonest first; what is no Han character stands for itself."""
    written = _readings_by_code().get(str(ord(char)))
    if written is None:
        return (char.lower(),)
    kept = 2 if char in _irregular().polyphones else 1
    return tuple(dict.fromkeys(_without_tone(reading) for reading in written.split(",")))[:kept]


def initials(name: str) -> list[str]:
    """Return the first letters of a plain name in every way in which it may be read, the likeliest first."""
    choices = [_first_letters(char) for char in _spoken(name)]
    return ["".join(way) for way in islice(product(*choices), SPELLINGS)]


def spellings(name: str, *, is_person: bool) -> list[tuple[str, ...]]:
    """Return the ways in which a plain name may be read, syllable by syllable, the likeliest first."""
    name = _spoken(name)
    choices = [readings(char) for char in name[:LONGEST]]
    if is_person:
        choices = _of_family(name, choices)
    return list(islice(product(*choices), SPELLINGS))


def read_letters(text: str) -> list[tuple[str, ...]]:
    """Return the syllables that typed letters may be, fewest first; none where they are no pinyin."""
    letters = text.lower().replace("ü", "v").replace("lyu", "lv").replace("nyu", "nv")
    parts = [part for part in re.split(r"[\s'’-]+", letters) if part]
    if not parts or not all(_LETTERS.fullmatch(part) for part in parts) or len(letters) > 60:
        return []
    ways = [_cut(part) for part in parts]
    joined = (sum(way, ()) for way in islice(product(*ways), 4 * SPELLINGS))
    return sorted(dict.fromkeys(joined), key=len)[:SPELLINGS]


def _spoken(name: str) -> str:
    """Leave out what nobody says: brackets, dots and other signs."""
    return name if name.isalnum() else "".join(filter(str.isalnum, name))


def _of_family(name: str, choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    irregular = _irregular()
    if double := irregular.double_surnames.get(name[:2]):
        return [*((syllable,) for syllable in double.split()), *choices[2:]]
    if family := irregular.surnames.get(name[:1]):
        return [tuple(dict.fromkeys((family, *choices[0])))[:2], *choices[1:]]
    return choices


def _cut(part: str) -> list[tuple[str, ...]]:
    """Return every way to cut letters into syllables, a bounded number of them."""
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in part)]
    for end in range(1, len(part) + 1):
        for start in range(max(0, end - 6), end):
            if part[start:end] in _syllables():
                ways[end] += [(*way, part[start:end]) for way in ways[start]]
        ways[end] = sorted(ways[end], key=len)[: 2 * SPELLINGS]
    return ways[-1]


def _without_tone(reading: str) -> str:
    bare = "".join(char for char in unicodedata.normalize("NFD", reading) if ord(char) not in _TONES)
    return unicodedata.normalize("NFC", bare).replace("ü", "v").replace("ê", "e")


@cache
def _readings_by_code() -> dict[str, str]:
    """Return pypinyin's dictionary, read beside the package: importing it would read a million phrases as well."""
    spec = find_spec("pypinyin")
    assert spec is not None  # noqa: S101 - it is locked
    assert spec.origin is not None  # noqa: S101
    return msgspec.json.decode(Path(spec.origin).with_name("pinyin_dict.json").read_bytes(), type=dict[str, str])


@cache
def _syllables() -> frozenset[str]:
    """Return every syllable that a common character is read as."""
    common = (reading for code in range(0x4E00, 0x9FA6) for reading in readings(chr(code)))
    return frozenset(one for one in common if _LETTERS.fullmatch(one) and not _VOWELS.isdisjoint(one))


@cache
def _irregular() -> _Irregular:
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _Irregular)


@lru_cache(maxsize=50_000)
def _first_letters(char: str) -> str:
    return "".join(dict.fromkeys(reading[:1] for reading in readings(char)))

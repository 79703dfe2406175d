"""A piece of XML as its tags and the texts behind them, without a tree: only what proves to be balanced and plain.

Plain: elements with a text or elements inside; no attribute but nil on an empty one, no comment, no CDATA. Anything else
is left to a parser. Knows no namespace and no record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOST_TAGS, MOST_LEVELS = 1_000, 16
LONGEST = 1_000_000  # bytes of one text: a parser counts characters, and decides about what is longer
_NAME, _BLANK = r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_.\u4e00-\u9fff-]*", r"[ \t\n]"
_QUALIFIED = rf"((?:({_NAME}):)?{_NAME})"
_FORMS = {
    1: re.compile(rf"{_QUALIFIED}{_BLANK}*"),
    -1: re.compile(rf"/{_QUALIFIED}{_BLANK}*"),
    0: re.compile(rf'{_QUALIFIED}(?:{_BLANK}+({_NAME}):nil="(?:true|1)")?{_BLANK}*/'),
}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
Numbers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Tag:
    """Hold one way in which a tag is written."""

    step: int  # what it does to the depth: 1 opens, -1 closes, 0 is empty
    name: str
    prefixes: frozenset[str]


@dataclass(frozen=True)
class Tags:
    """Hold every tag of a piece in order, with the text behind each: a value, or blanks between elements."""

    kinds: list[Tag]
    codes: Numbers  # which of the kinds stands at each place
    steps: Numbers
    levels: Numbers  # how deep: 1 for the outermost elements
    texts: pl.Series  # of each tag, one place further on; the first is null
    sizes: Numbers  # of tag and text, in bytes
    filled: NDArray[np.bool_]  # where a text is the value of an element that holds nothing else


def read_tags(piece: bytes) -> Tags | None:
    """Return the tags of a piece of UTF-8 that begins with one; None where it is not plain."""
    try:
        text = pl.Series([piece]).cast(pl.String)
    except pl.exceptions.ComputeError:  # no UTF-8
        return None
    if _is_forbidden(piece):
        return None
    return _read(text.str.split("<").explode(), b"&" in piece)


def _is_forbidden(piece: bytes) -> bool:
    """Say whether it holds what no XML may: control characters, U+FFFE and U+FFFF, or the end of a CDATA without one."""
    marks = np.frombuffer(piece, np.uint8)
    controls = np.count_nonzero(marks < 32)
    if controls and controls != piece.count(b"\n") + piece.count(b"\t"):
        return True
    last = np.flatnonzero(marks[:-2] == 0xEF)
    return b"]]>" in piece or bool(((marks[last + 1] == 0xBF) & (marks[last + 2] >= 0xBE)).any())


def _read(parts: pl.Series, has_entities: bool) -> Tags | None:
    written, texts = parts.str.splitn(">", 2).struct.unnest()  # before the first tag stands nothing: that text is null
    written = written[1:]
    table = written.unique()
    kinds = [kind for kind in map(_kind, table) if kind] if len(table) <= MOST_TAGS else []
    if len(kinds) != len(table) or texts.null_count() != 1:
        return None
    codes = written.cast(pl.Enum(table)).to_physical().to_numpy()
    levels = _levels(kinds, codes)
    values = _values(texts) if has_entities else texts
    if levels is None or values is None:
        return None
    return _with_texts(kinds, codes, levels, values, parts[1:].str.len_bytes().to_numpy() + 1)


def _kind(written: str) -> Tag | None:
    for step, form in _FORMS.items():
        if found := form.fullmatch(written):
            return Tag(step, found[1], frozenset(filter(None, found.groups()[1:])))
    return None


def _levels(kinds: list[Tag], codes: Numbers) -> Numbers | None:
    """Return how deep each tag stands; None where one does not close what was opened."""
    steps, names = _steps(kinds)[codes], _names(kinds)[codes]
    after = np.cumsum(steps, dtype=np.int32)
    levels: Numbers = after + (steps <= 0)
    deepest = int(levels.max())
    if levels.min() < 1 or after[-1] or deepest > MOST_LEVELS:
        return None
    pairs = (names[(levels == level) & (steps != 0)] for level in range(1, deepest + 1))
    return levels if all((pair[0::2] == pair[1::2]).all() for pair in pairs) else None


def _values(texts: pl.Series) -> pl.Series | None:
    """Return texts with the five entities of XML resolved; None where something else begins like one."""
    known = texts.str.count_matches("&(?:lt|gt|quot|apos|amp);").sum()
    return texts.str.replace_many(_ENTITIES) if known == texts.str.count_matches("&", literal=True).sum() else None


def _with_texts(kinds: list[Tag], codes: Numbers, levels: Numbers, texts: pl.Series, sizes: Numbers) -> Tags | None:
    """Return the tags where every text between elements is blank, and none is longer than a field may be."""
    steps = _steps(kinds)[codes]
    is_value = (steps == 1) & (np.append(steps[1:], 0) == -1)
    lengths = texts[1:].str.len_bytes().to_numpy()
    between = texts[1:].filter(pl.Series(~is_value & (lengths > 0)))
    if lengths.max() > LONGEST or (between.str.strip_chars(" \t\n") != "").any():
        return None
    return Tags(kinds, codes, steps, levels, texts, sizes, is_value & (lengths > 0))


def _steps(kinds: list[Tag]) -> Numbers:
    return np.array([kind.step for kind in kinds], np.int8)


def _names(kinds: list[Tag]) -> Numbers:
    known = sorted({kind.name for kind in kinds})
    return np.array([known.index(kind.name) for kind in kinds], np.int32)

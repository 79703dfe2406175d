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
import pyarrow as pa
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
Bytes = NDArray[np.uint8]


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
    texts: pl.Series  # behind each tag
    edges: Numbers  # where each tag begins, in bytes, and the end
    filled: NDArray[np.bool_]  # where a text is the value of an element that holds nothing else


def read_tags(piece: bytes) -> Tags | None:
    """Return the tags of a piece of UTF-8 that begins with one; None where it is not plain."""
    marks = np.frombuffer(piece, np.uint8)
    if _is_forbidden(piece, marks):
        return None
    edges = _edges(marks)
    return None if edges is None else _read(piece, edges)


def _is_forbidden(piece: bytes, marks: Bytes) -> bool:
    """Say whether it holds what no XML may: no UTF-8, control characters, U+FFFE and U+FFFF, or ]]> outside a CDATA."""
    try:
        pl.Series([piece]).cast(pl.String)
    except pl.exceptions.ComputeError:
        return True
    controls = np.count_nonzero(marks < 32)
    if controls and controls != piece.count(b"\n") + piece.count(b"\t"):
        return True
    if b"]" in piece and b"]]>" in piece:  # to look for one byte is many times cheaper than for three
        return True
    last = np.flatnonzero(marks[:-2] == 0xEF)
    return bool(((marks[last + 1] == 0xBF) & (marks[last + 2] >= 0xBE)).any())


def _edges(marks: Bytes) -> Numbers | None:
    """Return where each tag and the text behind it begin, in turns, and the end; None where a tag has no end."""
    opening, closing = np.flatnonzero(marks == ord("<")), np.flatnonzero(marks == ord(">"))
    if len(closing) > len(opening):  # a text may hold the mark, too
        closing = closing[np.minimum(np.searchsorted(closing, opening), len(closing) - 1)]
    edges = np.full(2 * len(opening) + 1, len(marks), np.int64)
    if len(closing) != len(opening):
        return None
    edges[0:-1:2], edges[1::2] = opening, closing + 1
    return edges if (np.diff(edges[:-1]) >= 0).all() else None


def _read(piece: bytes, edges: Numbers) -> Tags | None:
    parts: Any = pl.from_arrow(
        pa.LargeStringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(piece))
    )
    written, texts = parts.gather_every(2), parts.gather_every(2, 1)
    table = written.unique()
    kinds = [kind for kind in map(_kind, table) if kind] if len(table) <= MOST_TAGS else []
    if len(kinds) != len(table):
        return None
    codes = written.cast(pl.Enum(table)).to_physical().to_numpy()
    levels = _levels(kinds, codes)
    values = _values(texts) if b"&" in piece else texts
    if levels is None or values is None:
        return None
    return _with_texts(kinds, codes, levels, values, edges)


def _kind(written: str) -> Tag | None:
    for step, form in _FORMS.items():
        if found := form.fullmatch(written, 1, len(written) - 1):  # without the marks around it
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


def _with_texts(kinds: list[Tag], codes: Numbers, levels: Numbers, texts: pl.Series, edges: Numbers) -> Tags | None:
    """Return the tags where every text between elements is blank, and none is longer than a field may be."""
    steps = _steps(kinds)[codes]
    is_value = (steps == 1) & (np.append(steps[1:], 0) == -1)
    lengths = edges[2::2] - edges[1::2]
    between = texts.filter(pl.Series(~is_value & (lengths > 0)))
    if lengths.max() > LONGEST or (between.str.strip_chars(" \t\n") != "").any():
        return None
    return Tags(kinds, codes, steps, levels, texts, edges[0::2], is_value & (lengths > 0))


def _steps(kinds: list[Tag]) -> Numbers:
    return np.array([kind.step for kind in kinds], np.int8)


def _names(kinds: list[Tag]) -> Numbers:
    known = sorted({kind.name for kind in kinds})
    return np.array([known.index(kind.name) for kind in kinds], np.int32)

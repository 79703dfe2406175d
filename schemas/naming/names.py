"""When two spellings of a holder's name are the same name for searching.

Makes match keys only: the original is always kept, and a look-alike is a hint, never a reason to merge.
"""

from __future__ import annotations

import re

import polars as pl

# Characters nobody sees: zero-width, direction marks, variation selectors, fillers.
_UNSEEN = r"[\p{Cc}\p{Cf}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{3164}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"
# Blanks, and every dot in use between the parts of a name; clerks type a full stop for it, too.
_GAPS = r"[\s\x{B7}\x{387}\x{16EB}\x{2022}\x{2024}\x{2027}\x{2219}\x{22C5}\x{2E31}\x{2E33}\x{30FB}\x{10101}.]"

# Of these characters nothing is folded but small letters.
_SETTLED = re.compile(r"[0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff]*")


def name_keys(names: pl.Series) -> pl.Series:
    """Return the match key of each name; null stays null."""
    folded = names.str.normalize("NFKC").str.replace_all(_UNSEEN, "").str.replace_all(_GAPS, "")
    return folded.str.to_uppercase().str.normalize("NFKC")


def name_key(name: str) -> str:
    """Return the match key of one name: compatibility forms unified, unseen marks, dots and blanks gone, upper case."""
    if _SETTLED.fullmatch(name):  # nearly every name: a column of one costs twenty times as much
        return name.upper()
    return str(name_keys(pl.Series([name], dtype=pl.String))[0])

"""One script for names: traditional characters become simplified ones, each by itself and never by its neighbours.

Makes search keys only. Two names with one plain form look alike; that is a hint and never a reason to merge.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from schemas.naming.names import name_key, name_keys

# Every block of Han characters, inside and outside the basic plane.
_HAN_BLOCKS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3347F))
# Read qian, as in 李乾, it is a simplified character too; as 干 nobody would find it by its sound.
_KEPT = "乾"


def plain_names(names: pl.Series) -> pl.Series:
    """Return the match key of each name in simplified characters; null stays null."""
    table = _simplified()
    keys = name_keys(names)
    return pl.Series(names.name, [key and key.translate(table) for key in keys], dtype=pl.String)


def plain_name(name: str) -> str:
    """Return the match key of one name in simplified characters."""
    return name_key(name).translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    """Return the characters that change: asked one by one, so that a part of a name becomes a part of its plain form."""
    from opencc import OpenCC  # noqa: PLC0415 - its dictionaries are read at import, and few commands ask for them

    chars = [chr(code) for low, high in _HAN_BLOCKS for code in range(low, high + 1)]
    changed = OpenCC("t2s").convert("\n".join(chars)).split("\n")
    pairs = zip(chars, changed, strict=True)
    return {ord(char): simple for char, simple in pairs if simple != char and len(simple) == 1 and char not in _KEPT}

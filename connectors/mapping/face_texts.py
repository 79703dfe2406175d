"""Columns written as one canonical JSON object per row: keys sorted, no blanks, nothing for what is not there.

Byte for byte what a JSON encoder would write, for all rows at once. Knows no field.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import polars as pl

_ESCAPES = {
    char: written for char in map(chr, range(128)) if (written := msgspec.json.encode(char).decode()[1:-1]) != char
}
_ANY_ESCAPED = r'["\\\x00-\x1f]'


def face_texts(columns: Mapping[str, pl.Series]) -> pl.Expr:
    """Return the objects of the columns' texts by their keys; null where an object would be empty."""
    members = [_member(key, columns[key]) for key in sorted(columns)]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True) if members else pl.lit("")
    return pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))


def _member(key: str, texts: pl.Series) -> pl.Expr:
    written = texts.str.replace_many(_ESCAPES) if texts.str.contains(_ANY_ESCAPED).any() else texts
    return pl.concat_str(pl.lit(f'{msgspec.json.encode(key).decode()}:"'), pl.lit(written), pl.lit('"'))

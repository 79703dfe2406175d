"""The one spelling in which identifiers are compared: trimmed, NFKC, upper case.

Only a declaration asks for it; a check never repairs what it judges.
"""

from __future__ import annotations

import re

import polars as pl

# Of these characters nothing is folded but small letters; names are typed where codes are, too.
_SETTLED = re.compile(r"[0-9A-Za-z.\u3400-\u4dbf\u4e00-\u9fff-]*")


def normalise_identifiers(codes: pl.Series) -> pl.Series:
    """Return each code trimmed, in NFKC and upper case; null stays null."""
    return codes.str.normalize("NFKC").str.strip_chars().str.to_uppercase()


def normalise_identifier(code: str) -> str:
    """Return one code trimmed, in NFKC and upper case."""
    if _SETTLED.fullmatch(code):  # nearly every code: a column of one costs twenty times as much
        return code.upper()
    return str(normalise_identifiers(pl.Series([code], dtype=pl.String))[0])

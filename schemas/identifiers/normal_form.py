"""The one spelling in which identifiers are compared: trimmed, NFKC, upper case.

Only a declaration asks for it; a check never repairs what it judges.
"""

from __future__ import annotations

import polars as pl


def normalise_identifiers(codes: pl.Series) -> pl.Series:
    """Return each code trimmed, in NFKC and upper case; null stays null."""
    return codes.str.normalize("NFKC").str.strip_chars().str.to_uppercase()


def normalise_identifier(code: str) -> str:
    """Return one code trimmed, in NFKC and upper case."""
    return str(normalise_identifiers(pl.Series([code], dtype=pl.String))[0])

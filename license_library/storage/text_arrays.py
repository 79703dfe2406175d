"""A column of texts as one value for PostgreSQL: the way it writes an array, made without a Python object for each text."""

from __future__ import annotations

import polars as pl


def text_array(texts: pl.Series) -> str:
    """Return a column without nulls as an array's text, for `cast(:name as text[])`."""
    quoted = texts.str.replace_many(["\\", '"'], ["\\\\", '\\"'])
    return '{"' + quoted.str.join('","').item() + '"}' if len(quoted) else "{}"

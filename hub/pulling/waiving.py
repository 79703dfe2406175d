"""Problems that a person let pass in this very row: dropped before they keep it waiting. Pure: frames in, a frame out."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.pages.pages import MappedPage
from schemas.license.problems import is_waivable


def let_pass(problems: pl.DataFrame, chunk: MappedPage, waivers: Mapping[bytes, frozenset[str]]) -> pl.DataFrame:
    """Return the problems without those that are waived for their row; what cannot be waived stays, whoever waived it."""
    if not waivers or problems.is_empty():
        return problems
    digests = chunk.digests(problems["row"].unique().to_list())
    waived = [
        is_waivable(code) and code in waivers.get(digests[row], ())
        for row, code in problems.select("row", "code").iter_rows()
    ]
    return problems.filter(~pl.Series(waived, dtype=pl.Boolean))

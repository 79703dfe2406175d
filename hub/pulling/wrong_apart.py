"""Rows that contradict one another, where a person discarded one of them: it stays apart, and the others are believed again.

Pure: frames in, a frame out.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.pages.pages import MappedPage
from schemas.checking.checks import CONTRADICTED, find_conflicts
from schemas.license.license import LICENSE
from schemas.license.problems import join_problems, problems_frame


def set_wrong_apart(problems: pl.DataFrame, chunk: MappedPage, wrong: Mapping[str, frozenset[bytes]]) -> pl.DataFrame:
    """Return the problems as they are when the rows that were discarded as the wrong ones contradict no other.

    `wrong` holds their digests by record. Such a row keeps that it contradicts, also where it comes alone: it is not believed.
    """
    names = chunk.frame["record_id"]
    rows = names.is_in(list(wrong)).arg_true().to_list() if wrong else []
    digests = chunk.digests(rows)
    apart = {row for row in rows if digests[row] in wrong[names[row]]}
    if not apart:
        return problems
    others = [row for row in rows if row not in apart]
    differ = find_conflicts(chunk.frame[others], LICENSE)
    cleared = [row for row, differs in zip(others, differ, strict=True) if not differs]
    left = problems.filter((pl.col("code") != CONTRADICTED.code) | ~pl.col("row").is_in(cleared))
    return join_problems(left, problems_frame((row, CONTRADICTED) for row in sorted(apart)))

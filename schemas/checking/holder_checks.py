"""Whether everyone whom a license lists is named and coded as the one holder of a plain license must be.

Knows the rules of a single holder; changes nothing.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.checking.code_rules import holder_rules, judge_holders
from schemas.checking.rules import broken_rules
from schemas.checking.text_rules import text_rules
from schemas.license.holders import HOLDER, holder_rows
from schemas.license.problems import problems_frame


def holder_problems(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return what is wrong with anyone that a record lists, by the record's row, in the field `holders`."""
    listed = holder_rows(frame)
    if listed.is_empty():
        return problems_frame()
    rules = [*text_rules(listed, HOLDER), *holder_rules(HOLDER, today)]
    found = broken_rules(judge_holders(listed, today), rules)
    told = found.with_columns(row=listed["row"].gather(found["row"]), field=pl.lit("holders"))
    return told.unique(maintain_order=True)

"""What one check of a record is, and how many of them run over a whole frame at once.

A rule is an expression; reasons are worked out only for the rows that break it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.license.problems import problems_frame
from schemas.phrases import Phrase, Phrases, phrase


@dataclass(frozen=True)
class Rule:
    """Describe one check: the rows where `bad` holds break it, `got` tells what stood there."""

    code: str
    field: str
    bad: pl.Expr
    expected: Phrase
    got: Phrases


def reason(field: str, explain: Callable[[str], Phrase | None]) -> Phrases:
    """Explain each value of a column in words; for the few rows that broke a rule, one by one."""
    said = pl.col(field).map_elements(lambda value: explain(value) or "", return_dtype=pl.String, skip_nulls=True)
    return Phrases(said)


def broken_rules(frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Return the problems frame of every rule that some row breaks."""
    flags = frame.select(rule.bad.fill_null(value=False).alias(str(number)) for number, rule in enumerate(rules))
    broken = flags.select(pl.all().any()).row(0)
    found = [
        _problems(frame, flags[str(number)], rules[number]) for number, is_broken in enumerate(broken) if is_broken
    ]
    return pl.concat([problems_frame(), *found]).sort("row", maintain_order=True)


def _problems(frame: pl.DataFrame, flags: pl.Series, rule: Rule) -> pl.DataFrame:
    rows = flags.arg_true()
    got = frame.select(rule.field)[rows] if _reads_only_its_field(rule) else frame[rows]
    return got.select(
        row=rows.cast(pl.UInt32),
        code=pl.lit(rule.code),
        field=pl.lit(rule.field),
        expected=pl.lit(rule.expected),
        got=rule.got.fill_null(phrase("nothing")),
    )


def _reads_only_its_field(rule: Rule) -> bool:
    return rule.got.meta.root_names() == [rule.field]

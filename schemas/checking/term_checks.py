"""Whether licenses hold as long as their types may: with an end where one must be, and not for too long.

Told as warnings: what a term should be is known less surely than what a date is.
"""

from __future__ import annotations

import polars as pl

from schemas.catalogue.license_types import load_license_types
from schemas.suites.suite_outcomes import ExpectationResult

MOSTLY = 0.99  # fewer are cases for corrections, not a fault of the feed
TOLERANCE_DAYS = 31  # terms end with a month, or a day early or late
LONGEST_YEAR = 366
TERM_COLUMNS = ("license_type", "issued_on", "valid_from", "changed_on", "valid_to")
_WORDS = {
    "terms_end": ("规定有截止日期的证照应有截止日期。", "A license of a type that has an end has one."),
    "terms_are_open": ("长期有效的证照不应有截止日期。", "A license of an open-ended type has no end."),
    "terms_are_short_enough": (
        "有效期不超过证照类型规定的年限（自颁发、生效或最近变更之日起）。",
        "A license holds no longer than its type may, from its day of issue, of validity or of its last change.",
    ),
}


def judge_terms(frame: pl.DataFrame) -> list[ExpectationResult]:
    """Return how the terms of a records frame fared."""
    ends, begins = pl.col("valid_to"), pl.max_horizontal("issued_on", "valid_from", "changed_on")
    term, years = _of_type("term", pl.String()), _of_type("longest_years", pl.Float64())
    long = (ends - begins).dt.total_days() > years * LONGEST_YEAR + TOLERANCE_DAYS
    bad = {
        "terms_end": (term == "has_end") & ends.is_null(),
        "terms_are_open": (term == "open_ended") & ends.is_not_null(),
        "terms_are_short_enough": long,
    }
    counts = frame.select(rule.sum().alias(name) for name, rule in bad.items()).row(0, named=True)
    return [_result(name, count or 0, frame.height) for name, count in counts.items()]


def _of_type(name: str, kind: pl.DataType) -> pl.Expr:
    values = {license_type: getattr(one, name) for license_type, one in load_license_types().items()}
    return pl.col("license_type").replace_strict(values, default=None, return_dtype=kind)


def _result(name: str, unexpected: int, evaluated: int) -> ExpectationResult:
    zh, en = _WORDS[name]
    fits = unexpected <= (1 - MOSTLY) * evaluated
    return ExpectationResult(name, "valid_to", "warning", fits, evaluated, unexpected, MOSTLY, zh=zh, en=en)

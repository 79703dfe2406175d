"""What a suite said of a batch: results as rows, the records to quarantine, the reasons to hold it all.

Knows counts and row indexes; neither values nor the library that judged them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate

import polars as pl

from schemas.license.problems import problems_frame
from schemas.suites.suite import Severity


@dataclass(frozen=True)
class ExpectationResult:
    """Say how one expectation fared: `expectation` is its name in the suite, `ran` is false when it broke."""

    expectation: str
    column: str | None
    severity: Severity
    success: bool
    evaluated: int
    unexpected: int
    detail: str
    mostly: float | None = None
    ran: bool = True
    zh: str = ""  # what is expected, as the suite says it
    en: str = ""


@dataclass(frozen=True)
class SuiteOutcome:
    """Hold the results over so many rows, the problems frame of its row expectations, and why to hold the batch."""

    rows: int
    results: list[ExpectationResult]
    problems: pl.DataFrame
    batch_failures: list[str]


def suite_outcome(rows: int, results: list[ExpectationResult], problems: list[pl.DataFrame]) -> SuiteOutcome:
    """Put an outcome together; an empty batch, a broken expectation or a failed batch expectation holds the batch."""
    failures = [] if rows else ["the batch is empty; expected records"]
    failures += [f"{one.expectation}: {one.detail}" for one in results if _holds_batch(one)]
    return SuiteOutcome(rows, results, pl.concat([problems_frame(), *problems]), failures)


def merge_outcomes(outcomes: list[SuiteOutcome]) -> SuiteOutcome:
    """Join the outcomes of an exchange's chunks; rows count on through all chunks, shares are taken over all."""
    starts = accumulate((outcome.rows for outcome in outcomes), initial=0)
    moved = [
        outcome.problems.with_columns((pl.col("row") + start).cast(pl.UInt32))
        for outcome, start in zip(outcomes, starts, strict=False)
    ]
    results = [result for outcome in outcomes for result in outcome.results]
    names = dict.fromkeys(result.expectation for result in results)
    merged = [_merge([result for result in results if result.expectation == name]) for name in names]
    return suite_outcome(sum(outcome.rows for outcome in outcomes), merged, moved)


def describe_counts(unexpected: int, evaluated: int, mostly: float | None) -> str:
    """Say in words how many values fit."""
    said = f"{unexpected} of {evaluated} values do not fit" if unexpected else f"all {evaluated} values fit"
    return said if mostly is None else f"{said}; at least {mostly:.0%} must"


def _holds_batch(result: ExpectationResult) -> bool:
    return not result.ran or (result.severity == "batch" and not result.success)


def _merge(results: list[ExpectationResult]) -> ExpectationResult:
    """Join the results of one expectation over several chunks; the first that broke speaks for all."""
    first = next((result for result in results if not result.ran), results[0])
    evaluated = sum(result.evaluated for result in results)
    unexpected = sum(result.unexpected for result in results)
    success = all(result.success for result in results)
    if first.ran and first.mostly is not None:
        success = unexpected <= (1 - first.mostly) * evaluated
    counted = first.ran and len(results) > 1 and first.column is not None
    detail = describe_counts(unexpected, evaluated, first.mostly) if counted else first.detail
    return replace(first, success=success, evaluated=evaluated, unexpected=unexpected, detail=detail)

"""What a suite said of a batch: results as rows, the records to quarantine, the reasons to hold it all.

Knows counts and row indexes; neither values nor the library that judged them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate

import polars as pl

from schemas.license.problems import problems_frame
from schemas.suites.hold_reasons import HoldReason, hold_reason
from schemas.suites.suite import Severity


@dataclass(frozen=True)
class ExpectationResult:
    """Say how one expectation fared: `expectation` is its name in the suite, `ran` is false when it broke.

    `missing` are columns it could not read; `observed` is what one about no single column found.
    """

    expectation: str
    column: str | None
    severity: Severity
    success: bool
    evaluated: int
    unexpected: int
    mostly: float | None = None
    ran: bool = True
    zh: str = ""  # what is expected, as the suite says it
    en: str = ""
    missing: tuple[str, ...] = ()
    observed: str | None = None

    @property
    def detail(self) -> str:
        """Return what was found, as it is kept beside the counts."""
        if not self.ran:
            return f"{', '.join(self.missing)} is missing" if self.missing else "the validator failed"
        if self.observed is not None:
            return f"{self.observed} observed"
        if not self.success and not self.unexpected:
            return "the values as a whole do not fit"
        return describe_counts(self.unexpected, self.evaluated, self.mostly)


@dataclass(frozen=True)
class SuiteOutcome:
    """Hold the results over so many rows, the problems frame of its row expectations, and why to hold the batch."""

    rows: int
    results: list[ExpectationResult]
    problems: pl.DataFrame
    batch_failures: list[HoldReason]


def suite_outcome(rows: int, results: list[ExpectationResult], problems: list[pl.DataFrame]) -> SuiteOutcome:
    """Put an outcome together; an empty batch, a broken expectation or a failed batch expectation holds the batch."""
    failures = [] if rows else [hold_reason("batch.empty")]
    failures += [_why_held(one) for one in results if _holds_batch(one)]
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


def _why_held(one: ExpectationResult) -> HoldReason:
    if one.missing:
        return hold_reason("expectation.column_missing", expectation=one.expectation, columns=list(one.missing))
    if not one.ran:
        return hold_reason("expectation.broke", expectation=one.expectation)
    if one.observed is not None:
        return hold_reason("expectation.observed", expectation=one.expectation, observed=one.observed)
    if not one.unexpected:  # judged over all values at once: what came of it may itself be a value, and is not quoted
        return hold_reason("expectation.not_met", expectation=one.expectation)
    return _too_many_unfit(one)


def _too_many_unfit(one: ExpectationResult) -> HoldReason:
    name, unexpected, evaluated = one.expectation, one.unexpected, one.evaluated
    if one.mostly is None:
        return hold_reason(
            "expectation.values_do_not_fit", expectation=name, unexpected=unexpected, evaluated=evaluated
        )
    return hold_reason(
        "expectation.too_few_fit", expectation=name, unexpected=unexpected, evaluated=evaluated, least=one.mostly
    )


def _merge(results: list[ExpectationResult]) -> ExpectationResult:
    """Join the results of one expectation over several chunks; the first that broke speaks for all."""
    first = next((result for result in results if not result.ran), results[0])
    evaluated = sum(result.evaluated for result in results)
    unexpected = sum(result.unexpected for result in results)
    success = all(result.success for result in results)
    if first.ran and first.mostly is not None:
        success = unexpected <= (1 - first.mostly) * evaluated
    return replace(first, success=success, evaluated=evaluated, unexpected=unexpected)

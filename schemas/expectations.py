"""Whether a batch as a whole looks as its stewards expect, judged by Great Expectations.

The only module that imports it, and only when a suite runs: the import costs seconds. Its results carry row indexes
and counts, never a value. The frame goes to its validator directly: its data sources would first fingerprint every
cell, twice, which takes eight times as long as the judging.
"""

# The import costs four seconds and 230 MB, so it waits until a suite runs.
# ruff: noqa: PLC0415

from __future__ import annotations

import warnings
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from schemas.errors import DeclarationError
from schemas.license import RecordType
from schemas.problems import PROBLEM_SCHEMA
from schemas.suite_outcomes import (
    ExpectationResult,
    SuiteOutcome,
    describe_counts,
    merge_outcomes,
    suite_outcome,
)
from schemas.suites import Expectation, Suite, load_suite

__all__ = [
    "ExpectationResult",
    "Suite",
    "SuiteOutcome",
    "load_suite",
    "merge_outcomes",
    "require_runnable",
    "run_suite",
]

# Row indexes of what does not fit, and no cell of it.
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "partial_unexpected_count": 0,
}


def run_suite(frame: pl.DataFrame, suite: Suite) -> SuiteOutcome:
    """Run a suite over a records frame. A missing column, an empty frame or an exception fails the batch."""
    if frame.is_empty():
        return suite_outcome(0, [], [])
    answers = _judge(frame, suite)
    results = [_result(frame, one, answers[one.name]) for one in suite.expectations]
    rows = [_problems(one, answers[one.name]) for one in suite.expectations if one.severity == "row"]
    return suite_outcome(frame.height, results, rows)


def require_runnable(suite: Suite, record: RecordType) -> None:
    """Raise DeclarationError when an expectation reads no field of the record type or is none that can run."""
    known = {field.name for field in record.fields}
    for one in suite.expectations:
        strangers = sorted(set(one.columns()) - known)
        if strangers:
            raise DeclarationError(
                f"suite {suite.record}, {one.name}: expected fields of it, got {', '.join(strangers)}"
            )
    _configurations(suite)


class _Library(NamedTuple):
    """Hold what is used of Great Expectations, and one quiet context: nothing stored, nothing reported, no progress bars."""

    engine: Any
    validator: Any
    configuration: Any
    error: type[Exception]
    context: Any


@cache
def _library() -> _Library:
    """Import Great Expectations, once per process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own modules import deprecated ones
        from great_expectations import get_context
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.exceptions import GreatExpectationsError
        from great_expectations.execution_engine import PandasExecutionEngine
        from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
        from great_expectations.validator.validator import Validator

        context = get_context(mode="ephemeral")
        context.enable_analytics(enable=False)
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return _Library(PandasExecutionEngine, Validator, ExpectationConfiguration, GreatExpectationsError, context)


def _judge(frame: pl.DataFrame, suite: Suite) -> dict[str, Any]:
    """Return Great Expectations' result by expectation name. The index of the pandas frame is the row index."""
    library = _library()
    columns = [column for column in suite.columns() if column in frame.columns]
    batch = frame.select(columns or frame.columns[:1]).to_pandas(use_pyarrow_extension_array=True)
    engine = library.engine(batch_data_dict={"batch": batch})
    validator = library.validator(execution_engine=engine, data_context=library.context)
    answers = validator.graph_validate(_configurations(suite), {"result_format": dict(_RESULT_FORMAT)})
    return {answer.expectation_config.meta["name"]: answer for answer in answers}


def _configurations(suite: Suite) -> list[Any]:
    return [_configuration(suite, one) for one in suite.expectations]


def _configuration(suite: Suite, one: Expectation) -> Any:
    library = _library()
    configuration = library.configuration(type=one.expectation, kwargs=one.judged_by(), meta={"name": one.name})
    try:
        configuration.to_domain_obj()
    except (library.error, ValueError, TypeError) as error:
        message = f"suite {suite.record}, {one.name}: expected an expectation with its arguments, got {error}"
        raise DeclarationError(f"{message}; nothing was run") from error
    return configuration


def _result(frame: pl.DataFrame, one: Expectation, answer: Any) -> ExpectationResult:
    missing = sorted(set(one.columns()) - set(frame.columns))
    if missing or _broke(answer.exception_info):
        # The exception's own words may quote a cell, so they are not repeated.
        said = f"could not run: {', '.join(missing)} is missing" if missing else "could not run: the validator failed"
        return ExpectationResult(
            one.name, one.column, one.severity, False, 0, 0, said, one.mostly, ran=False, zh=one.zh, en=one.en
        )
    counts = answer.result
    evaluated = counts.get("element_count", frame.height) - counts.get("missing_count", 0)
    unexpected = counts.get("unexpected_count", 0)
    said = (
        describe_counts(unexpected, evaluated, one.mostly) if one.column else f"{counts.get('observed_value')} observed"
    )
    return ExpectationResult(
        one.name,
        one.column,
        one.severity,
        bool(answer.success),
        evaluated,
        unexpected,
        said,
        one.mostly,
        zh=one.zh,
        en=one.en,
    )


def _broke(exception_info: dict[str, Any]) -> bool:
    """An expectation that ran says so in `raised_exception`; one whose metrics broke lists the metrics instead."""
    return bool(exception_info.get("raised_exception", True))


def _problems(one: Expectation, answer: Any) -> pl.DataFrame:
    """Return one problem for each row that a row expectation names."""
    rows = [] if _broke(answer.exception_info) else answer.result.get("unexpected_index_list") or []
    words = {"code": f"suite.{one.name}", "field": one.column, "expected": one.en, "got": "another value"}
    frame = pl.DataFrame({"row": rows}, schema={"row": pl.UInt32})
    return frame.with_columns(pl.lit(word, dtype=PROBLEM_SCHEMA[name]).alias(name) for name, word in words.items())

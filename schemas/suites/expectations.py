"""Whether a batch as a whole looks as its stewards expect, judged by Great Expectations.

The only module that imports it, and only when a suite runs: the import costs seconds. Its results carry row indexes
and counts, never a value. The frame goes to its execution engine directly: its data sources would first fingerprint every
cell, twice, which takes eight times as long as the judging.
"""

# The import costs four seconds and 230 MB, so it waits until a suite runs.
# ruff: noqa: PLC0415

from __future__ import annotations

import threading
import warnings
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl

from schemas.errors import DeclarationError
from schemas.license.license import RecordType
from schemas.license.problems import PROBLEM_SCHEMA
from schemas.phrases import phrase
from schemas.suites.suite import Expectation, Suite, load_suite
from schemas.suites.suite_outcomes import (
    ExpectationResult,
    SuiteOutcome,
    merge_outcomes,
    suite_outcome,
)

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
_ANSWER = {
    "result_format": {
        "result_format": "COMPLETE",
        "exclude_unexpected_values": True,
        "include_unexpected_rows": False,
        "partial_unexpected_count": 0,
    }
}

_importing = threading.Lock()  # its modules import one another in circles: two threads would each find half of it


def run_suite(frame: pl.DataFrame, suite: Suite) -> SuiteOutcome:
    """Run a suite over a records frame. A missing column, an empty frame or an exception fails the batch."""
    if frame.is_empty():
        return suite_outcome(0, [], [])
    answers = _judge(frame, suite)
    results = [_result(frame, one, answers.get(one.name)) for one in suite.expectations]
    rows = [_problems(one, answers.get(one.name)) for one in suite.expectations if one.severity == "row"]
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
    _plan(suite)


class _Library(NamedTuple):
    """Hold what is used of Great Expectations. No context of it is made, so nothing is stored, reported or rendered."""

    engine: Any
    calculator: Any
    graph: Any
    configuration: Any
    error: type[Exception]


def _library() -> _Library:
    """Return Great Expectations, imported once per process; threads that ask at once wait for the one that imports it."""
    with _importing:
        return _imported()


@cache
def _imported() -> _Library:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own modules import deprecated ones
        from great_expectations.exceptions import GreatExpectationsError
        from great_expectations.execution_engine import PandasExecutionEngine
        from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
        from great_expectations.validator.metrics_calculator import MetricsCalculator
        from great_expectations.validator.validation_graph import ValidationGraph
    parts = (PandasExecutionEngine, MetricsCalculator, ValidationGraph, ExpectationConfiguration)
    return _Library(*parts, GreatExpectationsError)


class _Planned(NamedTuple):
    """Hold an expectation as Great Expectations knows it, and the metrics it is judged by: their ids by their names."""

    expectation: Any
    metrics: dict[str, Any]


class _Plan(NamedTuple):
    """Hold how a suite is judged, whatever the frame: its expectations by name, and which metric needs which other.

    `unplanned` are those that cannot say what they need before they see the data.
    """

    expectations: dict[str, _Planned]
    edges: list[Any]
    unplanned: dict[str, Any]


@lru_cache(maxsize=32)
def _plan(suite: Suite) -> _Plan:
    """Let Great Expectations plan a suite, once: its own validator plans anew each time, for longer than it judges."""
    engine = _library().engine()
    planned: dict[str, _Planned] = {}
    edges: dict[Any, Any] = {}
    unplanned: dict[str, Any] = {}
    for one in suite.expectations:
        expectation = _expectation(suite, one)
        try:
            planned[one.name], needed = _planned(expectation, engine)
            edges |= {edge.id: edge for edge in needed}
        except Exception:  # noqa: BLE001 - whatever it is, the data may help
            unplanned[one.name] = expectation
    return _Plan(planned, list(edges.values()), unplanned)


def _planned(expectation: Any, engine: Any) -> tuple[_Planned, list[Any]]:
    """Return an expectation with its metrics, and which of these needs which other."""
    needs = expectation.get_validation_dependencies(engine, _ANSWER)
    graph = _library().calculator(engine).build_metric_dependency_graph(needs.get_metric_configurations(), _ANSWER)
    ids = {key: metric.id for key, metric in needs.metric_configurations.items()}
    return _Planned(expectation, ids), graph.edges


def _expectation(suite: Suite, one: Expectation) -> Any:
    library = _library()
    configuration = library.configuration(type=one.expectation, kwargs=one.judged_by(), meta={"name": one.name})
    try:
        return configuration.to_domain_obj()
    except (library.error, ValueError, TypeError) as error:
        message = f"suite {suite.record}, {one.name}: expected an expectation with its arguments, got {error}"
        raise DeclarationError(f"{message}; nothing was run") from error


def _judge(frame: pl.DataFrame, suite: Suite) -> dict[str, Any]:
    """Return Great Expectations' result by the name of each expectation that ran. The index of the pandas frame is the row index."""
    library, plan = _library(), _plan(suite)
    columns = [column for column in suite.columns() if column in frame.columns]
    batch = frame.select(columns or frame.columns[:1]).to_pandas(use_pyarrow_extension_array=True)
    engine = library.engine(batch_data_dict={"batch": batch})
    metrics, _ = library.graph(engine, plan.edges).resolve(_ANSWER, show_progress_bars=False)
    answers = {name: _answer(one, metrics, engine) for name, one in plan.expectations.items()}
    answers |= {name: _answer_unplanned(one, engine) for name, one in plan.unplanned.items()}
    return {name: answer for name, answer in answers.items() if answer is not None}


def _answer(planned: _Planned, metrics: dict[Any, Any], engine: Any) -> Any:
    """Return what an expectation says of its metrics; None where one is missing, because it broke, or where it breaks itself."""
    try:
        found = {name: metrics[key] for name, key in planned.metrics.items()}
        return planned.expectation._build_evr(planned.expectation._validate(found, _ANSWER, engine))
    except Exception:  # noqa: BLE001 - whatever it is holds the batch, and its words may quote a cell
        return None


def _answer_unplanned(expectation: Any, engine: Any) -> Any:
    """Return what an expectation says that is planned by the data it judges; None where it breaks."""
    try:
        planned, edges = _planned(expectation, engine)
        metrics, _ = _library().graph(engine, edges).resolve(_ANSWER, show_progress_bars=False)
    except Exception:  # noqa: BLE001 - as above
        return None
    return _answer(planned, metrics, engine)


def _result(frame: pl.DataFrame, one: Expectation, answer: Any) -> ExpectationResult:
    missing = tuple(sorted(set(one.columns()) - set(frame.columns)))
    broken = ExpectationResult(
        one.name, one.column, one.severity, False, 0, 0, one.mostly, ran=False, zh=one.zh, en=one.en, missing=missing
    )
    if missing or answer is None:
        return broken
    counts = answer.result
    return replace(
        broken,
        ran=True,
        success=bool(answer.success),
        evaluated=counts.get("element_count", frame.height) - counts.get("missing_count", 0),
        unexpected=counts.get("unexpected_count", 0),
        observed=None if one.column or "observed_value" not in counts else str(counts["observed_value"]),
    )


def _problems(one: Expectation, answer: Any) -> pl.DataFrame:
    """Return one problem for each row that a row expectation names."""
    rows = [] if answer is None else answer.result.get("unexpected_index_list") or []
    words = {
        "code": f"suite.{one.name}",
        "field": one.column,
        "expected": phrase("expectation", one.en, one.zh),
        "got": phrase("another_value"),
    }
    frame = pl.DataFrame({"row": rows}, schema={"row": pl.UInt32})
    return frame.with_columns(pl.lit(word, dtype=PROBLEM_SCHEMA[name]).alias(name) for name, word in words.items())

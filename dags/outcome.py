"""Where an error of the hub becomes an outcome of Airflow: try again, or stop and call somebody.

The only place that decides it. Knows error families; refuses to know which step failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from schemas.errors import HubError


@contextmanager
def told_to_airflow() -> Iterator[None]:
    """Let a retryable error fail the try, any other error of ours fail the task for good."""
    try:
        yield
    except HubError as error:
        outcome = AirflowException if error.retryable else AirflowFailException
        raise outcome(f"[{error.code}] {error}") from error


def fail_with_counts(failure: HubError, counts: Mapping[str, int]) -> NoReturn:
    """Fail the task and keep the counts all the same: of a task that fails Airflow keeps nothing that it returns."""
    get_current_context()["ti"].xcom_push(key="return_value", value=dict(counts))
    raise failure

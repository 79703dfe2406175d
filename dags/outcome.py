"""Where an error of the hub becomes an outcome of Airflow: try again, or stop and call somebody.

The only place that decides it. Knows error families; refuses to know which step failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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

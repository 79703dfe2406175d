"""L6 against the department itself: its live contract beside the pinned one, by the connection of this machine. Read only.

Opens no library and no incident; `hub department drift` does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from connectors.declarations.declaration import Department
from connectors.drift.watching import Drift, find_drift
from connectors.wire.connection import read_connection
from hub.conformance.outcome import Failed, NotApplicable, Outcome, State
from schemas.errors import ConnectionMissing, DepartmentError, HubError

NAME, PROVES = "live_contract", "the contract that the department itself shows today is the pinned one"


def compare_live(department: Department, environ: Mapping[str, str]) -> Outcome:
    """Return what came of comparing; never raises the department's errors."""
    begun = time.monotonic()
    state, found, advice = _judge(department, environ)
    return Outcome("L6", NAME, state, PROVES, round(time.monotonic() - begun, 3), found, advice)


def _judge(department: Department, environ: Mapping[str, str]) -> tuple[State, str, str]:
    try:
        return "passed", _compare(department, environ), ""
    except NotApplicable as reason:
        return "not_applicable", str(reason), ""
    except Failed as failure:
        return "failed", failure.found, failure.advice


def _compare(department: Department, environ: Mapping[str, str]) -> str:
    if not department.is_contract_watched:
        raise NotApplicable(
            "the declaration names no `live_contract`: the department shows its contract nowhere we know of"
        )
    try:
        connection = read_connection(department, environ)
    except ConnectionMissing:
        raise NotApplicable(
            f"no connection is configured here (AIRFLOW_CONN_{department.connection.upper()}), so nobody was asked; "
            "run it where the department's network can be reached"
        ) from None
    try:
        drift = find_drift(department, connection)
    except DepartmentError as error:
        raise Failed(
            f"its live contract cannot be read: {error}", "look at `live_contract` and at the connection"
        ) from error
    except HubError as error:
        raise Failed(str(error), "look at the connection") from error
    return _told(drift)


def _told(drift: Drift) -> str:
    words = "; ".join(one.words_en for one in drift.differences)
    if drift.breaks:
        raise Failed(words, "ask the department since when, take the new contract in and review the declaration")
    beside = "".join(f"; not compared: {one}" for one in drift.not_compared)
    return (words or "the live contract is the pinned one") + beside

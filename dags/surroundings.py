"""What every DAG stands in: where declarations lie, the bureau's clock, a task's limits, the opened hub, a connection.

Parsed with each DAG file: what a task needs is imported when it runs.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Connection, CronTriggerTimetable, MultipleCronTriggerTimetable
from airflow.sdk.exceptions import AirflowNotFoundException

from connectors.declarations.declaration import Department, list_departments, load_department
from hub.settings import Settings, demand_folder
from schemas.bureau_time import ZONE
from schemas.errors import ConnectionMissing, DeclarationError

if TYPE_CHECKING:
    from hub.context import HubContext

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = Settings()
CONNECTORS_FOLDER = SETTINGS.connectors_folder
# Calls end at their deadlines, and an exchange at its pages: at several seconds each, hours. This ends what hangs beside them.
LONGEST = timedelta(hours=24)
# The demo and the tests say when a department is pulled; everywhere else its own schedule does.
IS_SCHEDULED = SETTINGS.schedules


@functools.cache
def declared_department(name: str) -> Department | DeclarationError:
    """Return a declaration, or what is wrong with it; read once for all the DAG files that one process parses."""
    try:
        return load_department(name, CONNECTORS_FOLDER)
    except DeclarationError as error:
        return error


def declared_names() -> list[str]:
    """Return the names of all that is declared; a folder that is not there is an import error, not a city without departments."""
    demand_folder(CONNECTORS_FOLDER)
    return list_departments(CONNECTORS_FOLDER)


def declared_departments() -> Iterator[Department]:
    """Yield every department whose declaration holds; a broken one has a DAG of its own in dags/pull.py."""
    for one in map(declared_department, declared_names()):
        if isinstance(one, Department):
            yield one


def timetable(cron: str) -> CronTriggerTimetable | None:
    """Return a schedule in the bureau's time; None where the DAGs wait to be triggered."""
    return CronTriggerTimetable(cron, timezone=ZONE.key) if IS_SCHEDULED else None


def timetable_of_all(crons: Iterable[str]) -> MultipleCronTriggerTimetable | None:
    """Return a schedule that runs whenever one of these does; None where the DAGs wait to be triggered."""
    return MultipleCronTriggerTimetable(*sorted(set(crons)), timezone=ZONE.key) if IS_SCHEDULED else None


def task_defaults(department: Department) -> dict[str, Any]:
    """Return what holds for every task: a department's trouble stays in its own pool, and ends by itself."""
    return {
        "owner": "platform-engineering",
        "pool": department.department,
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": LONGEST,
    }


def own_defaults(owner: str) -> dict[str, Any]:
    """Return what holds for tasks that ask nothing but the hub's own database."""
    return {
        "owner": owner,
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=1),
    }


@contextmanager
def opened_hub() -> Iterator[HubContext]:
    """Open the hub that the environment names, for as long as a task runs."""
    from hub.context import opened_hub as open_hub
    from hub.failures import plain_database_errors_at

    with plain_database_errors_at("the hub's task"), open_hub(Settings()) as hub:
        yield hub


def connection_of(department: str) -> Any:
    """Return a department's connection. Airflow resolves it from wherever it keeps secrets; the hub reads its JSON form."""
    from connectors.wire.connection import parse_connection

    name = load_department(department, CONNECTORS_FOLDER).connection
    try:
        return parse_connection(Connection.get(name).as_json())
    except AirflowNotFoundException:
        raise ConnectionMissing(
            f"{department}: no connection; expected an Airflow connection {name!r} (AIRFLOW_CONN_{name.upper()}); "
            "nothing was asked"
        ) from None

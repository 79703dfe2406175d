"""When live contracts are compared with the pinned ones: every morning, one task for each department that shows its own.

Parsed again and again: reads declarations and nothing else. What a task does is the hub's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import DAG, task

from connectors.declarations.declaration import Department
from dags.outcome import told_to_airflow
from dags.surroundings import (
    FIRST_DAY,
    connection_of,
    declared_departments,
    opened_hub,
    task_defaults,
    timetable,
)

DOC = """\
Each task asks one department for its live contract and compares it with the pinned one. A difference becomes an incident,
in words, and ends by itself when the contracts agree again; see `hub incident list` and the page *Departments*.
The feeds go on by the pinned contract.

A red task: the department did not show its contract. Running it again is safe.
"""


@task
def watch(department: str) -> None:
    """Compare one department's contracts and keep its incidents."""
    from hub.watching.drifting import watch_drift

    with told_to_airflow(), opened_hub() as hub:
        watched = watch_drift(hub, department, connection_of(department))
        if watched.failure:
            raise watched.failure


def watched_departments() -> Iterator[Department]:
    """Yield the departments whose live contract can be read."""
    yield from (one for one in declared_departments() if one.is_contract_watched)


with DAG(
    dag_id="drift",
    dag_display_name="契约比对 · drift",
    description="Compare live contracts with the pinned ones",
    doc_md=DOC,
    schedule=timetable("20 6 * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["contracts", "drift"],
) as dag:
    for one in watched_departments():
        watch.override(task_id=one.department, **task_defaults(one))(one.department)

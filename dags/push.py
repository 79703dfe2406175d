"""When departments are given what the hub owes them: one DAG for each that declares deliveries, one task.

Parsed again and again: reads declarations and nothing else. What the task does is the hub's business.
"""

from __future__ import annotations

import logging

from airflow.sdk import DAG, get_parsing_context, task

from connectors.declarations.declaration import Department
from dags.outcome import fail_with_counts, told_to_airflow
from dags.surroundings import (
    FIRST_DAY,
    connection_of,
    declared_department,
    declared_names,
    opened_hub,
    task_defaults,
    timetable_of_all,
)

_log = logging.getLogger(__name__)


def push_department(department: Department) -> DAG:
    """Make the DAG that brings one department what is owed to it."""
    with DAG(
        dag_id=dag_id(department.department),
        dag_display_name=f"{department.name} · push",
        description=f"Push deliveries to {department.department}: {', '.join(department.deliveries)}",
        doc_md=describe_deliveries(department),
        schedule=timetable_of_all(one.schedule for one in department.deliveries.values()),
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["push", department.department, department.transport.kind],
        default_args=task_defaults(department),
    ) as dag:
        deliver(department.department)
    return dag


def describe_deliveries(department: Department) -> str:
    """Return what an operator reads beside the DAG."""
    rows = "\n".join(
        f"| `{kind}` | {one.class_} | {'polled' if one.receipt else 'none'} |"
        for kind, one in department.deliveries.items()
    )
    notices = "\n".join(f"- {window.notice}" for one in department.deliveries.values() for window in one.maintenance)
    return f"""\
**{department.name}** ({department.network}): what the hub owes it. Contact: {department.contact}.

| kind | class | receipt |
|---|---|---|
{rows}

{notices}

A red task: the hub's database, or the declaration or connection; what went through before stands in its log and in what it returns. A department that is down makes nothing red: what is due
waits for its next try, see `hub delivery list`. What is to be verified waits for a person on the page *Deliveries*.
Running it again is safe, also twice at once: each delivery is claimed by one run.
"""


def dag_id(department: str) -> str:
    """Return the name of a department's DAG."""
    return f"push_{department}"


@task
def deliver(department: str) -> dict[str, int]:
    """Bring everything that is due and ask for receipts; return how many ended in which state, also where it fails."""
    from hub.pushing.push import push

    with told_to_airflow(), opened_hub() as hub:
        told = push(hub, department, connection_of(department))
        _log.info("%s: %s", department, told.became)
        if told.failure:
            fail_with_counts(told.failure, told.counts)
        return told.counts


def make_dags(wanted: str | None) -> dict[str, DAG]:
    """Make every DAG, or only the one a task process asks for."""
    made: dict[str, DAG] = {}
    for department in declared_names():
        if wanted not in {None, dag_id(department)}:
            continue
        declared = declared_department(department)  # what is wrong with one has a DAG of its own in dags/pull.py
        if isinstance(declared, Department) and declared.deliveries:
            made[dag_id(department)] = push_department(declared)
    return made


globals().update(make_dags(get_parsing_context().dag_id))

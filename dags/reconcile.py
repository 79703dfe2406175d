"""When both ends of every feed are compared: every night, one task for each feed that can be.

Parsed again and again: reads declarations and nothing else. What a task does is the hub's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import DAG, task

from connectors.declarations.declaration import Department, Feed
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
Each task compares what one department holds with what the library holds of it, by count and digest and then record by
record. Whatever is missing, extra or different is kept by name; an incident stands until both ends agree again. See the
page *Reconciliations* and `hub reconciliation list`; `hub reconcile --pull NUMBER` pulls what was found.

A red task: the department did not list, or nothing of the feed was ever pulled. Running it again is safe.
"""


@task
def compare(department: str, feed: str) -> None:
    """Compare both ends of one feed and keep what was found."""
    from hub.reconciling.reconcile import reconcile

    with told_to_airflow(), opened_hub() as hub:
        reconcile(hub, department, feed, connection_of(department))


def comparable_feeds() -> Iterator[tuple[Department, Feed]]:
    """Yield the feeds that can list or be asked."""
    for one in declared_departments():
        yield from ((one, feed) for feed in one.feeds.values() if feed.compared_by != "none")


with DAG(
    dag_id="reconcile",
    dag_display_name="对账 · reconcile",
    description="Compare what departments hold with the library",
    doc_md=DOC,
    schedule=timetable("40 2 * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["reconciliation", "evidence"],
) as dag:
    for one, feed in comparable_feeds():
        name = f"{one.department}.{feed.name}"
        compare.override(task_id=name, **task_defaults(one))(one.department, feed.name)

"""When everything is asked for again: a DAG for each rhythm that a feed may declare, one task for each such feed.

Parsed again and again: reads declarations and nothing else. What a task does is the hub's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import DAG, Asset, get_parsing_context, task

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

RHYTHMS = {"daily": "40 1 * * *", "weekly": "40 2 * * 0", "monthly": "40 3 1 * *"}
DOC = """\
Each task asks one feed for everything, not only for what changed, and brings it in: what the department committed late comes,
and a license that its whole list lacks is marked, never deleted; see `hub incident list`. Where many are missing at once the
exchange is held for the data steward.

A red task says by its error whom to call: `department.…` the department, `data.held` the data steward, `hub.…` the platform
engineer. Running it again is safe.
"""


@task
def sweep(department: str, feed: str) -> int:
    """Ask one feed for everything; return how many records became a version."""
    from hub.pulling.task_steps import sweep as sweep_feed

    with told_to_airflow(), opened_hub() as hub:
        return sweep_feed(hub, department, feed, connection_of(department)).merged


def swept_feeds(rhythm: str) -> Iterator[tuple[Department, Feed]]:
    """Yield the feeds that declare a rhythm."""
    for one in declared_departments():
        yield from ((one, feed) for _, feed in sorted(one.feeds.items()) if feed.cursor.sweep == rhythm)


def sweep_dag(rhythm: str) -> DAG:
    """Make the DAG of one rhythm."""
    with DAG(
        dag_id=f"sweep_{rhythm}",
        dag_display_name=f"全量核对 · {rhythm} sweep",
        description="Ask for everything again",
        doc_md=DOC,
        schedule=timetable(RHYTHMS[rhythm]),
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["pull", "sweep"],
    ) as dag:
        for one, feed in swept_feeds(rhythm):
            name = f"{one.department}/{feed.name}"
            made = sweep.override(task_id=f"{one.department}.{feed.name}", outlets=[Asset(name)], **task_defaults(one))
            made(one.department, feed.name)
    return dag


globals().update(
    {
        f"sweep_{rhythm}": sweep_dag(rhythm)
        for rhythm in RHYTHMS
        if get_parsing_context().dag_id in {None, f"sweep_{rhythm}"} and any(swept_feeds(rhythm))
    }
)

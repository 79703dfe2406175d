"""When raw pages past their retention are let go: every night, one task.

Parsed again and again: reads nothing. What the task does is the hub's business; no department is asked.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, task

from dags.outcome import told_to_airflow
from dags.surroundings import FIRST_DAY, opened_hub, own_defaults, timetable

DOC = """\
Lets go the bytes of raw pages that are older than `HUB_PAGES_DAYS`; their digests, the records read from them and every count stay.
What a case in quarantine is still read from is kept. Without the setting nothing is let go. By hand: `hub db retain`.

A red task: the hub's database. Running it again is safe: it goes on with what is left.
"""


@task
def retain() -> dict[str, int]:
    """Let go what is past its retention; return the counts."""
    from hub.pulling.retaining import retain_pages
    from hub.settings import Settings

    with told_to_airflow(), opened_hub() as hub:
        return retain_pages(hub, Settings().pages_days)


with DAG(
    dag_id="retention",
    dag_display_name="原始报文留存 · retention",
    description="Let go the bytes of raw pages past their retention",
    doc_md=DOC,
    schedule=timetable("30 3 * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["retention", "archive"],
    default_args=own_defaults("platform-engineering") | {"retry_delay": timedelta(minutes=2)},
) as dag:
    retain()

"""When the record of questions is sealed: every hour, one task.

Parsed again and again: imports nothing of the hub. What the task does is the hub's business; no department is asked.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, task

from dags.outcome import told_to_airflow
from dags.surroundings import FIRST_DAY, opened_hub, own_defaults, timetable

DOC = """\
Seals what was recorded of questions since the last hour, and copies each seal to `HUB_SEALS_URL`: whoever changes the record
afterwards is found out by `hub audit verify`. By hand: `hub audit seal`.

A red task: the hub's database, or the place of the copies. Running it again is safe: it goes on with what is left.
"""


@task
def seal() -> dict[str, int]:
    """Seal and copy what is new; return the counts."""
    from hub.context import open_seal_copies
    from hub.settings import Settings
    from license_library.auditing.sealing import seal_inquiries

    with told_to_airflow(), opened_hub() as hub:
        copies = open_seal_copies(Settings())
        done = seal_inquiries(hub.engine, hub.keyring, copies, hub.clock, lambda _done: None)
        return {"seals": done.seals, "inquiries": done.inquiries, "copies": done.copies}


with DAG(
    dag_id="seal",
    dag_display_name="查询留痕封存 · seal",
    description="Seal the record of questions",
    doc_md=DOC,
    schedule=timetable("25 * * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["seal", "audit"],
    default_args=own_defaults("platform-engineering") | {"retry_delay": timedelta(minutes=2)},
) as dag:
    seal()

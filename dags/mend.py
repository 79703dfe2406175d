"""When the quarantine is taken up again: every ten minutes, one task over batches and all that is due.

Parsed again and again: imports nothing of the hub. What the task does is the hub's business; no department is asked.
"""

from __future__ import annotations

from airflow.sdk import DAG, task

from dags.outcome import fail_with_counts, told_to_airflow
from dags.surroundings import FIRST_DAY, opened_hub, own_defaults, timetable

DOC = """\
Carries out what stewards decided (batches, edits, waivers) and checks again what another mapping or other rules judged; see
`hub quarantine batches` and the page *Quarantine*. A feed that is being pulled is left for the next run.

A red task: the hub's database, or a fault of the hub in one part; the other parts were run, and what they did is returned. Running it again is safe: a batch goes on where its cursor stands.
"""


@task
def mend() -> dict[str, int]:
    """Carry out batches, take up what is due; return how many cases were taken up, mended, and how many batches and feeds in trouble were left."""
    from hub.stewarding.mend_pass import mend_all

    with told_to_airflow(), opened_hub() as hub:
        told = mend_all(hub)
        if told.failure:
            fail_with_counts(told.failure, told.counts)
        return told.counts


with DAG(
    dag_id="mend",
    dag_display_name="隔离重放 · mend",
    description="Carry out decisions over the quarantine and check again what is due",
    doc_md=DOC,
    schedule=timetable("*/10 * * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["quarantine", "replay"],
    default_args=own_defaults("data-stewards"),
) as dag:
    mend()

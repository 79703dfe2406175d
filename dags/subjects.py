"""When numbers are looked at that may be one person or organisation: every morning, one task over all of them.

Parsed again and again: imports nothing of the hub. What the task does is the hub's business; no department is asked.
"""

from __future__ import annotations

from airflow.sdk import DAG, task

from dags.outcome import told_to_airflow
from dags.surroundings import FIRST_DAY, opened_hub, own_defaults, timetable

DOC = """\
Binds a number in an old form to the one that holds it, where the standard makes that certain and the names agree: 15 digits within
18, an organisation code within a credit code. What is less than certain becomes a proposal for a steward; see
`hub subject list --state proposed` and the page *Subjects* under *To do*.

A red task: the hub's database. Running it again is safe: a pair that stands is left alone.
"""


@task
def propose() -> dict[str, int]:
    """Look at all numbers in an old form; return how many were seen, bound and proposed."""
    from license_library.pairs.subject_proposing import propose_pairs

    with told_to_airflow(), opened_hub() as hub:
        done = propose_pairs(hub.engine, hub.keyring, hub.clock)
        return {"seen": done.seen_count, "bound": done.bound_count, "proposed": done.proposed_count}


with DAG(
    dag_id="subjects",
    dag_display_name="主体认定 · subjects",
    description="Bind and propose numbers that are one person or organisation",
    doc_md=DOC,
    schedule=timetable("40 5 * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["subjects", "bindings"],
    default_args=own_defaults("data-stewards"),
) as dag:
    propose()

"""When departments are pulled: one DAG per department and feed, a few tasks, one exchange id between them.

Parsed again and again: reads declarations and nothing else, and makes the same DAGs in the same order every time.
What the tasks do is the hub's business; it is imported when a task runs.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from connectors.declarations.declaration import Department, Feed
from dags.outcome import told_to_airflow
from dags.surroundings import (
    FIRST_DAY,
    connection_of,
    declared_department,
    declared_names,
    opened_hub,
    task_defaults,
    timetable,
)
from schemas.errors import DeclarationError


def pull_feed(department: Department, feed: Feed) -> DAG:
    """Make the DAG that pulls one feed."""
    name = f"{department.department}/{feed.name}"
    asset = Asset(name)
    with DAG(
        dag_id=dag_id(department.department, feed.name),
        dag_display_name=f"{department.name} · {feed.name}",
        description=f"Pull {feed.record} records of {name}",
        doc_md=describe_feed(department, feed),
        schedule=timetable(feed.schedule),
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["pull", department.department, department.transport.kind],
        default_args=task_defaults(department),
    ) as dag:
        checked = check(land(department.department, feed.name))
        merged = merge.override(outlets=[asset])(checked, name)
        if feed.is_answered:
            merged >> acknowledge(checked, department.department)
    return dag


def describe_feed(department: Department, feed: Feed) -> str:
    """Return what an operator reads beside the DAG."""
    return f"""\
**{department.name}** ({department.network}), feed `{feed.name}`: {", ".join(feed.license_types())}

{feed.purpose}. Basis: {feed.basis}. Catalogue {feed.catalogue}. Contact: {department.contact}.

| red task | what it means | whom to call |
|---|---|---|
| `land` | the department or its network | {department.contact} |
| `check` | the data: quarantined beyond bounds, held | the data steward |
| `merge` | the hub | the platform engineer |
{_acknowledging(department, feed)}
Running it again is safe: an exchange that is overtaken writes nothing, an unchanged record is not written again.
"""


def _acknowledging(department: Department, feed: Feed) -> str:
    words = f"| `acknowledge` | the department's database or folder takes no answer | {department.contact} |\n"
    return words if feed.is_answered else ""


def dag_id(department: str, feed: str) -> str:
    """Return the name of a feed's DAG; no name holds a dot, so that no two share one."""
    return f"pull_{department}.{feed}"


@task
def land(department: str, feed: str) -> int:
    """Store what the department answers, page after page, byte for byte."""
    from hub.pulling import pull

    with told_to_airflow(), opened_hub() as hub:
        return pull.land(hub, department, feed, connection_of(department))


@task
def check(exchange_id: int) -> int:
    """Map and check every record; stage the good, quarantine the rest, hold a batch beyond its bounds."""
    from hub.pulling import task_steps

    with told_to_airflow(), opened_hub() as hub:
        task_steps.check(hub, exchange_id)
    return exchange_id


@task
def merge(exchange_id: int, asset: str) -> None:
    """Bring the staged records into the library, in one transaction, and tell who waits for the feed.

    Skipped, with all that follows, where the mapping is not activated: then the exchange ran beside the library.
    """
    from hub.pulling import task_steps

    with told_to_airflow(), opened_hub() as hub:
        counts = task_steps.merge(hub, exchange_id)
    if counts.is_shadow:
        raise AirflowSkipException(
            f"exchange {exchange_id} ran in shadow: {asset} is not activated, nothing was merged"
        )
    context = get_current_context()
    context["outlet_events"][Asset(asset)].extra = {
        "exchange_id": exchange_id,
        "merged": counts.merged,
        "unchanged": counts.unchanged,
    }


@task
def acknowledge(exchange_id: int, department: str) -> None:
    """Tell the department which rows or files we have, and what is wrong with the others."""
    from hub.pulling import pull

    with told_to_airflow(), opened_hub() as hub:
        pull.acknowledge(hub, exchange_id, connection_of(department))


@task
def report_declaration(message: str) -> None:
    """Fail with what is wrong with the declaration."""
    raise AirflowFailException(message)


def broken_department(department: str, error: DeclarationError) -> DAG:
    """Make a DAG that stands for a department whose declaration cannot be read; the others go on."""
    with DAG(
        dag_id=f"pull_{department}",
        doc_md=f"The declaration of `{department}` cannot be read, so it is not pulled.\n\n    {error}",
        description="Broken declaration",
        schedule=timetable("0 8 * * *"),
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        tags=["broken declaration", "pull", department],
        default_args={"owner": "platform-engineering", "retries": 0, "execution_timeout": timedelta(minutes=1)},
    ) as dag:
        report_declaration(str(error))
    return dag


def make_dags(wanted: str | None) -> dict[str, DAG]:
    """Make every DAG, or only the one a task process asks for."""
    made: list[DAG] = []
    for department in declared_names():
        if wanted and not wanted.startswith(f"pull_{department}"):
            continue
        declared = declared_department(department)
        if isinstance(declared, DeclarationError):
            made.append(broken_department(department, declared))
        else:
            made += [pull_feed(declared, declared.feeds[name]) for name in sorted(declared.feeds)]
    return {dag.dag_id: dag for dag in made if wanted in (None, dag.dag_id)}


globals().update(make_dags(get_parsing_context().dag_id))

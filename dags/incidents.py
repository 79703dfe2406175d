"""When feeds are judged by the clock and alerts leave: every quarter of an hour.

Parsed again and again: reads nothing. What the tasks do is the hub's business.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, task

from dags.outcome import told_to_airflow
from dags.surroundings import FIRST_DAY, opened_hub, timetable

DOC = """\
`judge` looks at every feed: is its data fresh, did its job run, does a batch wait, is there news; each fault is an incident until it is
gone. `alert` sends what is due of incidents by mail and webhook, as far as they are set (`HUB_ALERT_…`): each open incident that is not harmless
once a day. See `hub incident list` and the page *Incidents* under *To do*.

A red `alert`: a channel did not take an alert. It stays due and is sent by the next run; running it again is safe.
"""


@task
def judge() -> int:
    """Judge every feed by the clock; return how many things are wrong."""
    from hub.watching.judging import judge_feeds

    with told_to_airflow(), opened_hub() as hub:
        return judge_feeds(hub)


@task
def alert() -> int:
    """Send what is due; return how many alerts were taken."""
    from hub.settings import Settings
    from hub.watching.alerting import channels_of, require_told, send_alerts

    settings = Settings()
    with told_to_airflow(), opened_hub() as hub:
        return require_told(send_alerts(hub, channels_of(settings), settings.public_url))


with DAG(
    dag_id="incidents",
    dag_display_name="异常提醒 · incidents",
    description="Judge feeds by the clock, send alerts of incidents",
    doc_md=DOC,
    schedule=timetable("*/15 * * * *"),
    start_date=FIRST_DAY,
    catchup=False,
    max_active_runs=1,
    tags=["incidents", "alerts"],
    default_args={
        "owner": "platform-engineering",
        "pool": "incidents",
        "retries": 1,
        "retry_delay": timedelta(minutes=2),
        "execution_timeout": timedelta(minutes=10),
    },
) as dag:
    judge() >> alert()

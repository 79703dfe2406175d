"""Airflow's own processes under our supervision: api-server, dag-processor, scheduler.

Knows their start order and how they are stopped; does not import Airflow and not the DAGs. (`airflow standalone`
leaves its children running when it is ended by a signal, and cannot be told to keep off the network.)
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.airflow.api import AirflowApi
from hub.airflow.home import USER, AirflowHome
from hub.children.processes import Children, last_words
from schemas.errors import ProcessFailed

START_SECONDS = 180.0


@contextmanager
def running_airflow(
    home: AirflowHome, run_folder: Path, base: Mapping[str, str], prepare: Callable[[AirflowApi], None] | None = None
) -> Iterator[tuple[AirflowApi, Children]]:
    """Run Airflow until the block ends; yield its API, signed in, and its processes.

    `prepare` is called when the API answers and before anything can be scheduled.
    """
    children, environ = Children(run_folder, home.log_folder), home.environ(base)
    try:
        yield _start(home, children, environ, prepare), children
    finally:
        children.stop()


def migrate_airflow(home: AirflowHome, base: Mapping[str, str]) -> None:
    """Bring Airflow's own database to its newest revision."""
    log = home.log_folder / "airflow-migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        done = subprocess.run(  # noqa: S603 - our own command
            airflow_command("db", "migrate"), env=home.environ(base), stdout=output, stderr=output, check=False
        )
    if done.returncode:
        raise ProcessFailed(
            f"Airflow: migrating its database failed; expected exit code 0, got {done.returncode}; "
            f"Airflow is not started. Last words: {last_words(log)}"
        )


def airflow_command(*arguments: str) -> list[str]:
    """Return the command line of an Airflow component in this very environment."""
    return [sys.executable, "-m", "airflow", *arguments]


def _start(
    home: AirflowHome, children: Children, environ: Mapping[str, str], prepare: Callable[[AirflowApi], None] | None
) -> AirflowApi:
    """All start at once where they may, since each spends its first seconds importing.

    The execution API builds its routes on its first call, in seconds: it is called before anything is triggered.
    """
    api = AirflowApi(home.url)
    scheduler = airflow_command("scheduler", "--skip-serve-logs")
    children.start("airflow-api-server", airflow_command("api-server"), environ)
    if prepare is None:
        children.start("airflow-scheduler", scheduler, environ)
    children.start("airflow-dag-processor", airflow_command("dag-processor"), environ)
    wait_until(lambda: api.is_answering("/execution/health"), children, "its execution API to answer")
    api.sign_in(USER, home.password)
    if prepare is not None:
        prepare(api)
        children.start("airflow-scheduler", scheduler, environ)
    return api


def wait_until(
    is_done: Callable[[], bool], children: Children, what: str, seconds: float = START_SECONDS, pause: float = 0.2
) -> None:
    """Wait for something of Airflow while its processes live."""
    deadline = time.monotonic() + seconds
    while not is_done():
        children.assert_running()
        if time.monotonic() > deadline:
            raise ProcessFailed(f"Airflow: waited {seconds:.0f} s for {what}, in vain; everything is stopped now.")
        time.sleep(pause)

"""The whole hub on this machine: its database, fake departments, Airflow itself pulling them, one question answered.

Starts and stops everything in order; what each part does is written elsewhere.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shlex import quote

from connectors.declarations.declaration import list_departments, load_department
from connectors.fake.process import FakeProcess, start_fakes
from connectors.fake.rows.truth import Plot
from hub.airflow.database import airflow_database_url, has_unfinished_runs, keep_migrated
from hub.airflow.home import AirflowHome, prepare_airflow_home
from hub.airflow.servers import running_airflow
from hub.children.processes import end_recorded
from hub.children.watchman import watched
from hub.context import HubContext, opened_hub
from hub.demo.dag_runs import DagRuns, end_cut_off_runs, run_to_the_end
from hub.demo.front_databases import front_database
from hub.registration import register
from hub.settings import Settings, demand_folder
from license_library.storage.secret_files import write_once
from schemas.errors import ProcessFailed, RequestError

Note = Callable[[str], None]
PLOT = Plot(scale=3000)  # of each department; the same seed and day give the same records, whenever it is shown
LENT = "demo.env"
# Of every transport at least one; all of the city takes two cores some minutes of Airflow's own work.
SHOWN = (
    "forestry", "health_inspection", "market_regulation", "public_security", "real_estate", "transport", "work_safety",
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """A demo that runs: the opened hub, its settings, Airflow's home, and what came of the runs."""

    hub: HubContext
    settings: Settings
    airflow: AirflowHome
    runs: DagRuns


@contextmanager
def running_demo(settings: Settings, plot: Plot, names: Sequence[str], note: Note) -> Iterator[Stage]:
    """Run one full cycle of these departments, then stay up until the block ends. Nothing is left running, however it ends."""
    with ExitStack() as stack:
        stack.enter_context(_alone(settings))
        for name in end_recorded(settings.run_folder):
            note(f"ended {name}, left by a demo that was killed")
        stack.enter_context(watched(settings.run_folder, None if settings.database_url else settings.home.absolute()))
        note("database: starting, migrating")
        hub = stack.enter_context(opened_hub(settings, prepare=True))
        home = _prepare_airflow(settings, hub)
        fakes = _start_parts(stack, settings, hub, home, plot, names, note)
        told = _told_environ(settings, hub, fakes)
        stack.enter_context(_lent(settings.home.absolute() / LENT, told))
        note(f"Airflow: starting on {home.url}")
        declared, begun_at = [load_department(fake.name, settings.connectors_folder) for fake in fakes], hub.clock()
        ending = partial(end_cut_off_runs, hub=hub, departments=declared) if has_unfinished_runs(home) else None
        api, children = stack.enter_context(running_airflow(home, settings.run_folder, {**os.environ, **told}, ending))
        note("Airflow: waiting for its DAGs, then pulling every department")
        runs = run_to_the_end(api, children, hub, declared, begun_at)
        yield Stage(hub, settings, home, runs)
        note("stopping")


def departments_shown(asked: str, settings: Settings) -> list[str]:
    """Return the departments that were asked for: names with commas, `all`, or nothing for one or two of each transport."""
    demand_folder(settings.connectors_folder)
    there = list_departments(settings.connectors_folder)
    wanted = [name.strip() for name in asked.split(",") if name.strip()]
    if wanted == ["all"]:
        return there
    if unknown := sorted(set(wanted) - set(there)):
        raise RequestError(
            f"demo: --departments: expected names of {', '.join(there)}, or all, got {', '.join(unknown)}; "
            "nothing was started"
        )
    return sorted(wanted) or [name for name in SHOWN if name in there] or there


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Two demos over one folder would end each other's processes."""
    settings.home.absolute().mkdir(parents=True, exist_ok=True)
    with (settings.home.absolute() / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessFailed(
                f"demo: another one runs over {settings.home}; expected none; end it, or set HUB_HOME to another folder"
            ) from None
        yield


def _prepare_airflow(settings: Settings, hub: HubContext) -> AirflowHome:
    url = hub.engine.url.render_as_string(hide_password=False)
    database = airflow_database_url(url, "" if settings.database_url else "airflow")
    return prepare_airflow_home(settings.home.absolute() / "airflow", settings.log_folder, database)


def _start_parts(
    stack: ExitStack,
    settings: Settings,
    hub: HubContext,
    home: AirflowHome,
    plot: Plot,
    names: Sequence[str],
    note: Note,
) -> list[FakeProcess]:
    """Migrating Airflow and starting the fakes wait for each other's processor, not for each other."""
    declared = [load_department(name, settings.connectors_folder) for name in names]
    databases = {one.department: front_database(settings, hub.engine, one) for one in declared}
    kept = {name: database for name, database in databases.items() if database}
    note(f"fake departments: {len(names)} in one process, {plot.scale} licenses each")
    with ThreadPoolExecutor(1) as pool:
        migrated = pool.submit(keep_migrated, home, os.environ)
        fakes = start_fakes(list(names), plot, connectors=settings.connectors_folder, databases=kept)
        started = stack.enter_context(fakes)
        migrated.result()
    return list(started.values())


def _told_environ(settings: Settings, hub: HubContext, fakes: list[FakeProcess]) -> dict[str, str]:
    """What Airflow's tasks are told: the hub's database and home, each department's connection, no schedule."""
    connections = {}
    for fake in fakes:
        declared = load_department(fake.name, settings.connectors_folder)
        register(hub, declared)
        connections[f"AIRFLOW_CONN_{declared.connection.upper()}"] = fake.connection_value
    places = {
        "HUB_HOME": str(settings.home.absolute()),
        "HUB_DATABASE_URL": hub.engine.url.render_as_string(hide_password=False),
        "HUB_SCHEDULES": "off",
        "HUB_REQUIRE_ACTIVATION": "off",  # the demo shows licenses, not who let them in
    }
    if settings.connectors_folder:
        places["HUB_CONNECTORS_FOLDER"] = str(settings.connectors_folder.absolute())
    return places | connections


@contextmanager
def _lent(path: Path, told: Mapping[str, str]) -> Iterator[None]:
    """Let another terminal find the same hub and departments for as long as they are up: a file that its shell reads."""
    path.unlink(missing_ok=True)
    write_once(path, "".join(f"export {name}={quote(value)}\n" for name, value in sorted(told.items())))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)

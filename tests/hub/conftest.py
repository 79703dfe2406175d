"""A hub over a fresh library, and fake departments in processes of their own that tests may bend and must not keep."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hub_makers import FEW, PLOT, Faked, StartFake
from key_makers import SECRET
from sqlalchemy import Engine

from connectors.declarations.declaration import list_departments, load_department
from connectors.fake.process import start_fake, start_fakes
from connectors.fake.rows.truth import Plot
from hub.conformance.scratch import Scratch
from hub.conformance.victims import standing_by
from hub.context import HubContext, utc_now
from license_library.storage.embedded import database_url
from license_library.storage.keyring import Keyring


@pytest.fixture(scope="session")
def connectors_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the declarations whose departments must answer within three seconds."""
    folder = tmp_path_factory.mktemp("connectors")
    for name in list_departments():
        source = load_department(name).folder
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        file = folder / name / "department.toml"
        declared, changed = re.subn(r"deadline_seconds = \d+", "deadline_seconds = 3", file.read_text("utf-8"))
        assert changed == 1
        declared = re.sub(r"settle +=.*", 'settle = "0s"', declared)
        file.write_text(declared, "utf-8")
    return folder


@pytest.fixture(scope="session")
def scratch(postgres_home: Path) -> Iterator[Scratch]:
    """Give databases on the session's server, and somebody to be killed on them."""
    with standing_by() as victims:
        given = Scratch(postgres_home, victims)
        given.prepare()
        yield given


@pytest.fixture(scope="session")
def start_department(connectors_folder: Path, postgres_home: Path) -> Iterator[StartFake]:
    """Start a fake by name, once per plot in a session; a front table lies in a database beside the library's."""
    with ExitStack() as stack:
        started: dict[tuple[str, Plot], Faked] = {}

        def start(name: str, plot: Plot = PLOT) -> Faked:
            if (name, plot) not in started:
                declared = load_department(name, connectors_folder)
                front = database_url(postgres_home, f"front_{name}_{len(started)}")
                database = front if declared.transport.kind == "table" else ""
                process = stack.enter_context(start_fake(name, plot, connectors=connectors_folder, database=database))
                started[name, plot] = Faked(declared, process, connectors_folder, plot)
            return started[name, plot]

        yield start


@pytest.fixture(scope="session")
def city(connectors_folder: Path, postgres_home: Path) -> Iterator[dict[str, Faked]]:
    """Start every declared department in one process."""
    declared = {name: load_department(name, connectors_folder) for name in list_departments(connectors_folder)}
    tables = [name for name, department in declared.items() if department.transport.kind == "table"]
    databases = {name: database_url(postgres_home, f"city_{name}") for name in tables}
    with start_fakes(list(declared), FEW, connectors=connectors_folder, databases=databases) as started:
        yield {name: Faked(declared[name], started[name], connectors_folder, FEW) for name in declared}


@pytest.fixture
def fake(start_department: StartFake) -> Iterator[StartFake]:
    """Start a fake by name; it behaves again after the test."""
    used: list[Faked] = []

    def start(name: str, plot: Plot = PLOT) -> Faked:
        used.append(start_department(name, plot))
        return used[-1]

    yield start
    for one in used:
        one.process.set_mode("ok")
        one.process.set_day(one.plot.day)


@pytest.fixture
def template(catalogue_template: str) -> str:
    """Give the name of the database that a test's own is cloned from: one that knows the catalogue."""
    return catalogue_template


@pytest.fixture
def environ(
    database_address: str, connectors_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Let commands find the test's library; give what they are told."""
    told = {
        "HUB_HOME": str(tmp_path),
        "HUB_DATABASE_URL": database_address,
        "HUB_SECRET_KEY": SECRET.hex(),
        "HUB_CONNECTORS_FOLDER": str(connectors_folder),
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return told


@pytest.fixture
def hub(database: Engine, keyring: Keyring, connectors_folder: Path) -> HubContext:
    """Give a hub over a fresh library that knows the catalogue."""
    return HubContext(database, keyring, utc_now, connectors_folder)

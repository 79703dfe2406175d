"""Whatever dies in the middle of a push: nothing owed is lost, nothing of class A or B is done twice, C never blindly."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked
from push_departments import make_departments
from push_makers import NO_CHANCE, StillClock, at, owe, push_once, states
from sqlalchemy import Engine, text

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fakes
from hub.conformance.impatience import SECRET, impatient
from hub.conformance.victims import Order, Victims, standing_by
from hub.context import HubContext, utc_now
from hub.pushing.push import PushBounds, push
from license_library.storage import embedded
from license_library.storage.database import migrate, open_database
from license_library.storage.keyring import Keyring

POINTS = ["after_claim", "before_send", "after_send_before_mark", "after_mark"]
OWED = 16  # more than five deaths leave behind them


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a department of each class, and those over SOAP and with a front table."""
    made = tmp_path_factory.mktemp("classes")
    make_departments(made)
    for name in ("market_regulation", "work_safety"):
        shutil.copytree(load_department(name).folder, made / name)
    return made


@pytest.fixture(scope="module")
def fakes(folder: Path, postgres_home: Path) -> Iterator[dict[str, Faked]]:
    """Start them all in one process."""
    names = sorted(path.name for path in folder.iterdir())
    databases = {"work_safety": embedded.database_url(postgres_home, "front_of_pushes")}
    with ExitStack() as stack:
        started = stack.enter_context(start_fakes(names, PLOT, connectors=folder, databases=databases))
        yield {name: Faked(load_department(name, folder), started[name], folder) for name in names}


def times_done(one: Faked, hub: HubContext) -> list[int]:
    """Return how often the department did each delivery that this hub owes it."""
    field = "ajbh" if one.name.startswith("class") else "BJBH"
    with hub.engine.connect() as conn:
        cases = list(conn.scalars(text("select case_number from deliveries order by delivery_id")))
    inbox = one.process.inbox()
    return [sum(each["times"] for each in inbox if each["values"][field] == case) for case in cases]


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    """Give somebody to be killed."""
    with standing_by() as given:
        yield given


def survive(hub: HubContext, one: Faked, address: str, victims: Victims, point: str, kills: int) -> None:
    """Die there again and again, each time one delivery later; go on by itself, and look at what the department has."""
    name, clock = one.name, StillClock(utc_now() + timedelta(minutes=1))
    known = replace(hub, connectors_folder=one.folder, keyring=Keyring(SECRET), amend=impatient)
    kind = "supervision_handoff" if name == "work_safety" else "decision"
    for number in range(OWED):
        owe(known, name, kind, case=f"{point}-{kills}-{number}-{name}")
    for number in range(1, kills + 1):
        order = Order(
            address, one.process.connection_value, name, "", str(one.folder), clock.now, f"{point}:{number}", "push"
        )
        assert victims.run(order) == -signal.SIGKILL
        clock.pass_by(hours=1)
    for _ in range(3):
        push_once(at(known, clock), one)
        clock.pass_by(minutes=5)
    left = [state for state in states(known) if state not in {"acknowledged", "done"}]
    if name != "class_c":
        assert left == []
        assert times_done(one, known) == [1] * OWED
        return
    assert left == (["to_verify"] * kills if point in {"before_send", "after_send_before_mark"} else [])
    unsent = kills if point == "before_send" else 0
    assert sorted(times_done(one, known)) == [0] * unsent + [1] * (OWED - unsent)


def test_a_push_killed_before_it_noted_the_answer_does_nothing_twice(
    hub: HubContext, fakes: dict[str, Faked], database_address: str, victims: Victims
) -> None:
    survive(hub, fakes["class_b"], database_address, victims, "after_send_before_mark", 3)


@pytest.mark.crash
@pytest.mark.parametrize("kills", [1, 2, 5])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", ["class_a", "class_b", "class_c", "market_regulation", "work_safety"])
def test_a_push_killed_anywhere_however_often_loses_nothing_and_does_nothing_twice(
    hub: HubContext, fakes: dict[str, Faked], database_address: str, victims: Victims, name: str, point: str, kills: int
) -> None:
    survive(hub, fakes[name], database_address, victims, point, kills)


@pytest.fixture
def own_home() -> Iterator[Path]:
    """Give the home of a server of our own, which may be killed."""
    home = Path(tempfile.mkdtemp(prefix="hub-push-"))
    home.chmod(0o711)
    try:
        with embedded.running(home):
            yield home
    finally:
        embedded.erase(home)
        shutil.rmtree(home)


def killed_and_started(home: Path) -> None:
    """Kill the server as a power cut would, and start it again where it was."""
    files = list(home.rglob("postmaster.pid"))
    os.kill(int(files[0].read_text().split()[0]), signal.SIGKILL)
    time.sleep(0.5)
    embedded.start(home)


@pytest.mark.crash
def test_five_restarts_of_the_database_during_400_pushes_leave_each_done_once(
    own_home: Path, hub: HubContext, fakes: dict[str, Faked], folder: Path
) -> None:
    one, address = fakes["class_c"], embedded.database_url(own_home, "hub")
    migrate(address)
    engine: Engine = open_database(address)
    known = replace(hub, engine=engine, connectors_folder=folder)
    for number in range(400):
        owe(known, one.name, case=f"restart-{number}")
    before = len(one.process.inbox())
    pushing = threading.Thread(target=push, args=(known, one.name, one.connection), kwargs={"bounds": PushBounds()})
    pushing.start()
    for restarts in range(1, 6):  # each in the middle of pushes: some are done, and some are not
        while len(one.process.inbox()) < before + 60 * restarts and pushing.is_alive():
            time.sleep(0.05)
        assert pushing.is_alive()
        killed_and_started(own_home)
    pushing.join(200)
    clock = StillClock(utc_now() + timedelta(hours=1))
    push_once(at(known, clock), one, NO_CHANCE)
    assert set(states(known)) == {"acknowledged"}
    assert times_done(one, known) == [1] * 400
    engine.dispose()

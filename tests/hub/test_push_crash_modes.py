"""A push that is killed while the department does what it is sent and then answers 500, hangs, closes or sends half.

Then the department is well, and the hub goes on by itself: of classes A and B nothing is lost and nothing done twice;
what of class C nobody knows waits for a person, who can end the doubt either way.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked
from msgspec.structs import replace as change
from push_departments import make_departments, make_soap_departments
from push_makers import StillClock, at, owe, push_once, states
from sqlalchemy import text

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fakes
from hub.conformance.impatience import SECRET, impatient
from hub.conformance.victims import Order, Victims, standing_by
from hub.context import HubContext, utc_now
from license_library.deliveries.outbox import decide_delivery
from license_library.storage import embedded
from license_library.storage.keyring import Keyring

pytestmark = pytest.mark.crash
POINTS = ["before_send", "after_send_before_mark", "after_mark"]
SPOKEN = ["500_after_commit", "ack_lost", "hang_forever", "close_without_length", "half_xml"]
LINES = ["ack_lost", "hang_forever"]  # the line to a front table closes after a commit, or hangs before it
CELLS = [(f"{kind}_{letter}", mode) for kind in ("class", "soap") for letter in "abc" for mode in SPOKEN]
CELLS += [("work_safety", mode) for mode in LINES]
OWED = 5
IN_DOUBT = 3  # noted without an answer; killed on its way; killed once more


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a department of each class over REST and over SOAP, and one with a front table."""
    made = tmp_path_factory.mktemp("classes")
    make_departments(made)
    make_soap_departments(made)
    shutil.copytree(load_department("work_safety").folder, made / "work_safety")
    return made


@pytest.fixture(scope="module")
def fakes(folder: Path, postgres_home: Path) -> Iterator[dict[str, Faked]]:
    """Start them all in one process."""
    names = sorted(path.name for path in folder.iterdir())
    databases = {"work_safety": embedded.database_url(postgres_home, "front_of_bad_pushes")}
    with ExitStack() as stack:
        started = stack.enter_context(start_fakes(names, PLOT, connectors=folder, databases=databases))
        yield {name: Faked(load_department(name, folder), started[name], folder) for name in names}


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    """Give somebody to be killed."""
    with standing_by() as given:
        yield given


@pytest.fixture
def one(fakes: dict[str, Faked], request: pytest.FixtureRequest) -> Iterator[Faked]:
    """Give the department on trial, which is well again afterwards."""
    given = fakes[request.param]
    yield given
    given.process.set_mode("ok")


def cases_of(hub: HubContext) -> list[str]:
    """Return the case of each delivery, in the order they were enqueued."""
    with hub.engine.connect() as conn:
        return list(conn.scalars(text("select case_number from deliveries order by delivery_id")))


def told(hub: HubContext, one: Faked, what: str) -> list[int]:
    """Return how often the department did each delivery that this hub owes it ("times"), or how often it came ("received")."""
    field = "ajbh" if one.name.startswith("class") else "BJBH"
    inbox = one.process.inbox()
    return [sum(each[what] for each in inbox if each["values"][field] == case) for case in cases_of(hub)]


def die_twice(hub: HubContext, one: Faked, order: Order, victims: Victims, clock: StillClock) -> None:
    """Die at the second pass, after one delivery that was noted as doubtful, and again with what the first death left.

    A department of class B is asked about that: what dies then has noted that there was no answer.
    """
    one.process.set_mode(order.mode)
    again = "after_mark" if one.name.endswith("_b") else order.point
    for point in (f"{order.point}:2", f"{again}:1"):
        assert victims.run(change(order, point=point, now=clock.now)) == -signal.SIGKILL
        clock.pass_by(hours=1)
    assert not {"acknowledged", "done"} & set(states(hub)[:2])  # it did misbehave
    one.process.set_mode("ok")


def end_doubts(hub: HubContext, one: Faked, clock: StillClock) -> None:
    """Let a person look at the department's list: what is there arrived, and what is not is sent again."""
    with hub.engine.begin() as conn:
        numbers = list(conn.scalars(text("select delivery_id from deliveries order by delivery_id")))
        for number, done in zip(numbers[:IN_DOUBT], told(hub, one, "times"), strict=False):
            decide_delivery(conn, number, "arrived" if done else "resend", "张工", clock())
    push_once(hub, one)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("one", "mode"), CELLS, indirect=["one"])
def test_a_push_killed_while_the_department_misbehaves_is_done_once(
    hub: HubContext, one: Faked, mode: str, point: str, database_address: str, victims: Victims
) -> None:
    clock = StillClock(utc_now() + timedelta(minutes=1))
    known = at(
        replace(hub, connectors_folder=one.folder, keyring=Keyring(SECRET), amend=partial(impatient, mode=mode)), clock
    )
    kind = "supervision_handoff" if one.name == "work_safety" else "decision"
    for number in range(OWED):
        owe(known, one.name, kind, case=f"{mode}-{point}-{number}-{one.name}")
    order = Order(
        database_address, one.process.connection_value, one.name, "", str(one.folder), clock.now, point, "push", mode
    )
    die_twice(known, one, order, victims, clock)
    for _ in range(3):
        push_once(known, one)
        clock.pass_by(minutes=5)
    if one.name.endswith("_c"):
        unsent = IN_DOUBT - 1 if point == "before_send" else 0
        assert states(known) == ["to_verify"] * IN_DOUBT + ["acknowledged"] * (OWED - IN_DOUBT)
        assert told(known, one, "times") == [1] + [0] * unsent + [1] * (OWED - 1 - unsent)
        end_doubts(known, one, clock)
    assert set(states(known)) <= {"acknowledged", "done"}
    assert told(known, one, "times") == [1] * OWED
    if one.name.endswith(("_b", "_c")):
        assert told(known, one, "received") == [1] * OWED

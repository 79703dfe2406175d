"""What is wrong on our own side makes the pass red once: no delivery is refused for it, and none counts as tried."""

from __future__ import annotations

import re
import shutil
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake
from push_makers import StillClock, at, owe, push_once, row_of, states

from connectors.declarations.declaration import Delivery
from connectors.deliveries.delivering import Outcome, Parcel, opened_courier
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pushing.push import push
from schemas.deliveries.deliveries import example_of
from schemas.errors import DeclarationError

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EACH = [("transport", "decision"), ("market_regulation", "decision"), ("work_safety", "supervision_handoff")]


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


def elsewhere(one: Faked) -> Connection:
    """Return a connection whose host turns out to be outside its networks, as a fault of a name server makes it."""
    return replace(one.connection, extra={**one.connection.extra, "networks": "10.99.0.0/16"})


@pytest.mark.parametrize(("name", "kind"), EACH)
def test_a_fault_of_our_own_connection_refuses_nothing_and_all_leaves_once_it_is_mended(
    hub: HubContext, fake: StartFake, clock: StillClock, name: str, kind: str
) -> None:
    one, owing = fake(name), at(hub, clock)
    owed = [owe(owing, name, kind) for _ in range(2)]
    failure = push(owing, name, elsewhere(one)).failure
    assert isinstance(failure, DeclarationError)
    assert "outside the connection's networks" in str(failure)
    assert states(owing) == ["claimed", "waiting"]
    assert [row_of(owing, each)["tries"] for each in owed] == [0, 0]
    clock.pass_by(minutes=10)  # the lease ends
    assert push_once(owing, one).counts == {"acknowledged": 2}


@pytest.mark.parametrize(("name", "kind"), EACH)
def test_a_fault_that_begins_in_the_middle_of_a_pass_lets_the_delivery_wait(
    fake: StartFake, name: str, kind: str
) -> None:
    one = fake(name)
    parcel = Parcel(kind, "a-key-of-its-own", "370283-OWN", 1, example_of(kind))
    with opened_courier(one.department, elsewhere(one)) as courier:
        told = courier.deliver(one.department.deliveries[kind], parcel)
    assert (told.state, told.code) == ("again", "declaration.wrong")


def test_a_row_whose_column_cannot_hold_its_value_is_refused_alone_and_names_the_column(
    hub: HubContext, fake: StartFake, clock: StillClock, tmp_path: Path
) -> None:
    one, owing = fake("work_safety"), at(replace(hub, connectors_folder=tmp_path), clock)
    bend(one.department.folder, tmp_path, 'XH    = "sequence"', 'XH    = "item_code"')
    cases = {"TABLE-NO": "37A", "TABLE-OK": "37"}
    refused, good = (
        owe(owing, one.name, "supervision_handoff", case=case, item_code=code) for case, code in cases.items()
    )
    assert push_once(owing, one).counts == {"refused": 1, "acknowledged": 1}
    row = row_of(owing, refused)
    assert (row["state"], row["reason_code"], row["is_doubtful"]) == ("refused", "declaration.wrong", False)
    assert "column XH of table EX_AJ_SPJD cannot hold" in str(row["answer"])
    assert "37A" not in str(row["answer"])
    assert row_of(owing, good)["state"] == "acknowledged"


def bend(declared: Path, folder: Path, old: str, new: str) -> None:
    """Copy a department's folder, changed in one place."""
    shutil.copytree(declared, folder / declared.name)
    file = folder / declared.name / "department.toml"
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_an_error_that_nobody_foresaw_stops_no_other_delivery_and_makes_the_pass_red(
    hub: HubContext, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing, connection = at(hub, clock), Connection("http", "127.0.0.1", 1, "", "", "", {})
    owed = [owe(owing, "transport") for _ in range(2)]
    monkeypatch.setattr("hub.pushing.push.opened_courier", lambda *_: nullcontext(Broken()))
    told = push(owing, "transport", connection)
    assert re.search(r"delivery \d+: ZeroDivisionError in test_push_own_faults.py:\d+", str(told.failure))
    assert (told.is_good, told.counts) == (False, {"waiting": 2})
    rows = [row_of(owing, each) for each in owed]
    assert [(row["state"], row["is_doubtful"], row["reason_code"]) for row in rows] == [
        ("waiting", True, "hub.failed")
    ] * 2
    assert "张三" not in f"{told.failure}{[row['answer'] for row in rows]}"


class Broken:
    """Be a line with a mistake in it."""

    def open(self, delivery: Delivery) -> None:
        pass

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        raise ZeroDivisionError("张三")

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        return Outcome("pending")

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        return Outcome("pending")

    def close(self) -> None:
        pass

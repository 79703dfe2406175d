"""A doubt lasts as long as nothing ends it: a lost answer is asked about in its time, and a closed door proves nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked
from push_departments import make_departments
from push_makers import NO_CHANCE, StillClock, at, owe, push_once, row_of, states

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from hub.context import HubContext
from hub.pushing.push import push
from license_library.asking.refusals import NotDecidable
from license_library.deliveries.outbox import decide_delivery
from tests.connectors.raw_server import answering, serving

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


@pytest.fixture
def owing(hub: HubContext, clock: StillClock, tmp_path: Path) -> HubContext:
    """Give a hub that knows class_a, of two tries, and class_b, which is left in peace for half an hour."""
    make_departments(tmp_path)
    shutil.rmtree(tmp_path / "class_c")
    for letter, old, new in (("a", 'class = "A"', 'class = "A"\ntries = 2'), ("b", 'after = "0s"', 'after = "30m"')):
        file = tmp_path / f"class_{letter}" / "department.toml"
        assert old in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    return at(replace(hub, connectors_folder=tmp_path), clock)


def test_a_department_is_left_in_peace_after_a_run_that_died_too(owing: HubContext, clock: StillClock) -> None:
    folder = owing.connectors_folder
    assert folder is not None
    with start_fake("class_b", PLOT, connectors=folder) as process:
        one = Faked(load_department("class_b", folder), process, folder)
        owed = owe(owing, one.name)
        with owing.engine.begin() as conn:  # as a run leaves it that is killed between sending and hearing
            conn.exec_driver_sql(
                "update deliveries set state = 'sent', tries = 1, sent_at = %s, lease_until = %s",
                (NOW, NOW + timedelta(minutes=3)),
            )
        clock.pass_by(minutes=4)
        assert push_once(owing, one).counts == {"waiting": 1}
        row = row_of(owing, owed)
        assert (row["is_doubtful"], row["reason_code"]) == (True, "delivery.unanswered")
        assert (row["next_try_at"], process.inbox()) == (NOW + timedelta(minutes=30), [])
        clock.pass_by(minutes=26)
        assert push_once(owing, one).counts == {"acknowledged": 1}


def test_what_may_have_arrived_stays_in_doubt_when_the_next_try_is_turned_away(
    owing: HubContext, clock: StillClock
) -> None:
    folder = owing.connectors_folder
    assert folder is not None
    with start_fake("class_a", PLOT, connectors=folder) as process:
        one = Faked(load_department("class_a", folder), process, folder)
        owed = owe(owing, one.name)
        for mode in ("ack_lost", "503"):
            process.set_mode(mode)
            push_once(owing, one)
            clock.pass_by(minutes=2)
    assert (states(owing), row_of(owing, owed)["is_doubtful"]) == (["to_verify"], True)
    assert row_of(owing, owed)["reason_code"] == "delivery.given_up"


def test_a_doubt_that_outlived_a_turned_away_try_cannot_be_cancelled_unseen(
    owing: HubContext, clock: StillClock
) -> None:
    folder = owing.connectors_folder
    assert folder is not None
    file = folder / "class_a" / "department.toml"
    file.write_text(file.read_text("utf-8").replace("tries = 2", "tries = 9"), "utf-8")
    with start_fake("class_a", PLOT, connectors=folder) as process:
        one = Faked(load_department("class_a", folder), process, folder)
        owed = owe(owing, one.name)
        for mode in ("ack_lost", "503"):
            process.set_mode(mode)
            push_once(owing, one)
            clock.pass_by(minutes=2)
        with owing.engine.begin() as conn, pytest.raises(NotDecidable, match="no doubt"):
            decide_delivery(conn, owed, "cancel", "张工", clock.now)
        process.set_mode("ok")
        assert push_once(owing, one).counts == {"acknowledged": 1}
    assert row_of(owing, owed)["is_doubtful"] is False


@pytest.mark.parametrize("status", ["409 Conflict", "400 Bad Request"])
def test_what_arrived_and_is_refused_as_known_already_is_to_be_verified(
    owing: HubContext, clock: StillClock, status: str
) -> None:
    folder = owing.connectors_folder
    assert folder is not None
    with start_fake("class_a", PLOT, connectors=folder) as process:
        one = Faked(load_department("class_a", folder), process, folder)
        owed = owe(owing, one.name)
        process.set_mode("ack_lost")
        push_once(owing, one)
        clock.pass_by(minutes=2)
        said = '{"code": "DUPLICATE", "message": "该业务流水号已受理，请勿重复提交"}'.encode()
        with serving(answering(said, status)) as server:
            push(owing, one.name, replace(one.connection, port=server.port), bounds=NO_CHANCE)
        assert len(process.inbox()) == 1
    row = row_of(owing, owed)
    assert (row["state"], row["is_doubtful"], row["reason_code"]) == ("to_verify", True, "department.refused")

"""Nothing leaves while deliveries are held back, and after a restore nothing that may have left is sent again blindly."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked
from push_departments import make_departments
from push_makers import StillClock, at, keep_line, owe, push_once, row_of, states
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fakes
from hub.command import app
from hub.context import HubContext
from hub.pushing.push import PushSummary, push
from license_library.asking.refusals import NotDecidable
from license_library.deliveries.push_holds import (
    PushesHeld,
    demand_free,
    hold_pushes,
    list_holds,
    note_restore,
    resume_pushes,
)
from schemas.errors import RequestError

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NAMES = ["class_a", "class_b", "class_c"]
FORGET = "update deliveries set state = 'waiting', tries = 0, sent_at = null, number = null, acknowledged_at = null, next_try_at = enqueued_at"
LINES = ["timeline = timeline + 1", "system_identifier = 'another cluster'"]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


@pytest.fixture
def owing(hub: HubContext, clock: StillClock, tmp_path: Path) -> HubContext:
    """Give a hub that knows a department of each class."""
    make_departments(tmp_path / "connectors")
    keep_line(hub)
    return at(replace(hub, connectors_folder=tmp_path / "connectors"), clock)


def change_line(hub: HubContext, change: str) -> None:
    """Let the database find itself on another line of history than it was left on, as after a restore."""
    with hub.engine.begin() as conn:
        conn.exec_driver_sql(f"update database_line set {change}")


def resume(hub: HubContext, *, is_restored: bool = True) -> None:
    """Let deliveries go on."""
    with hub.engine.begin() as conn:
        resume_pushes(conn, "张工", "两端已核对", hub.clock(), is_restored=is_restored)


@pytest.mark.parametrize("line", LINES, ids=["timeline", "cluster"])
def test_after_a_restore_nothing_leaves_and_what_is_owed_is_asked_about_first(
    owing: HubContext, clock: StillClock, line: str
) -> None:
    folder = owing.connectors_folder
    with start_fakes(NAMES, PLOT, connectors=folder) as started:
        fakes = {name: Faked(load_department(name, folder), started[name], folder) for name in NAMES}
        for name in NAMES:
            owe(owing, name, case=f"before-{name}")
            assert push_once(owing, fakes[name]).counts == {"acknowledged": 1}
        with owing.engine.begin() as conn:  # as it was before they left, and forgot them
            conn.exec_driver_sql(FORGET)
        clock.pass_by(minutes=1)
        change_line(owing, line)
        for name in NAMES:
            owe(owing, name, case=f"again-{name}")  # not noticed yet
            failure = push_once(owing, fakes[name]).failure
            assert isinstance(failure, PushesHeld)
            owe(owing, name, case=f"after-{name}")
        assert all(row_of(owing, number)["is_doubtful"] for number in range(1, 10))
        resume(owing)
        clock.pass_by(minutes=1)
        became = {name: push_once(owing, fakes[name]).counts for name in NAMES}
        done = {name: [one["times"] for one in fakes[name].process.inbox()] for name in NAMES}
    assert became == {"class_a": {"acknowledged": 3}, "class_b": {"acknowledged": 3}, "class_c": {"to_verify": 3}}
    assert done == {"class_a": [1, 1, 1], "class_b": [1, 1, 1], "class_c": [1]}
    of_c = [row_of(owing, number) for number in (3, 8, 9)]
    assert {(one["department"], one["reason_code"]) for one in of_c} == {("class_c", "delivery.restored")}


def test_once_they_go_on_what_is_handed_in_is_in_no_doubt(owing: HubContext) -> None:
    change_line(owing, LINES[0])
    with owing.engine.begin() as conn:
        assert note_restore(conn, NOW)
    resume(owing)
    assert row_of(owing, owe(owing, "class_c"))["is_doubtful"] is False
    with owing.engine.begin() as conn:
        assert not note_restore(conn, NOW)


def test_a_restore_under_a_running_pass_stops_it_before_the_next_delivery(owing: HubContext) -> None:
    folder = owing.connectors_folder
    with start_fakes(["class_c"], PLOT, connectors=folder) as started:
        one = Faked(load_department("class_c", folder), started["class_c"], folder)
        for number in range(3):
            owe(owing, one.name, case=f"case-{number}")
        told = push_once_with(owing, one, lambda: change_line(owing, LINES[0]))
        assert isinstance(told.failure, PushesHeld)
        assert (told.counts, len(one.process.inbox())) == ({"acknowledged": 1}, 1)


@pytest.mark.parametrize("name", ["class_b", "class_c"])
def test_what_is_claimed_when_a_hold_begins_does_not_leave(
    owing: HubContext, clock: StillClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A class B that became doubtful a moment ago would leave without being asked about, and a class C a second time."""
    folder, held = owing.connectors_folder, []

    def hold_at(point: str) -> None:
        if point == "after_claim" and not held:
            change_line(owing, LINES[0])
            with owing.engine.begin() as conn:
                held.append(note_restore(conn, clock()))

    with start_fakes([name], PLOT, connectors=folder) as started:
        one = Faked(load_department(name, folder), started[name], folder)
        owed = owe(owing, name)
        assert push_once(owing, one).counts == {"acknowledged": 1}
        with owing.engine.begin() as conn:
            conn.exec_driver_sql(FORGET)
        clock.pass_by(minutes=1)
        monkeypatch.setattr("hub.pushing.push_pass.pass_by", hold_at)
        assert isinstance(push_once(owing, one).failure, PushesHeld)
        assert (row_of(owing, owed)["tries"], row_of(owing, owed)["is_doubtful"]) == (0, True)
        resume(owing)
        clock.pass_by(minutes=10)
        assert push_once(owing, one).counts == {"acknowledged" if name == "class_b" else "to_verify": 1}
        assert [each["times"] for each in one.process.inbox()] == [1]


def test_a_hold_waits_for_whoever_looked_and_who_looks_later_sees_it(owing: HubContext) -> None:
    with owing.engine.connect() as leaving, owing.engine.connect() as holding:
        demand_free(leaving)
        holding.exec_driver_sql("set local lock_timeout = '200ms'")
        with pytest.raises(OperationalError):
            hold_pushes(holding, "张工", "迁移机房", NOW, is_restored=False)
        holding.rollback()
        leaving.rollback()
        hold_pushes(holding, "张工", "迁移机房", NOW, is_restored=False)
        holding.commit()
        with pytest.raises(PushesHeld):
            demand_free(leaving)


@pytest.mark.parametrize("is_noticed", [True, False], ids=["while held", "before anything was pushed"])
def test_of_a_decision_handed_in_after_a_restore_a_person_looks_where_its_case_had_one_that_was_forgotten(
    owing: HubContext, clock: StillClock, is_noticed: bool
) -> None:
    """A department that is asked by case and number says that it has one: the forgotten."""
    folder = owing.connectors_folder
    with start_fakes(["class_b"], PLOT, connectors=folder) as started:
        one = Faked(load_department("class_b", folder), started["class_b"], folder)
        owe(owing, one.name, case="X")
        assert push_once(owing, one).counts == {"acknowledged": 1}
        with owing.engine.begin() as conn:  # a moment before it was handed in
            conn.exec_driver_sql("delete from deliveries")
        change_line(owing, LINES[0])
        if is_noticed:
            assert isinstance(push_once(owing, one).failure, PushesHeld)
        newer = owe(owing, one.name, case="X", document_number="平审批撤字〔2026〕第999号")
        resume(owing)
        clock.pass_by(minutes=1)
        assert push_once(owing, one).counts == {"to_verify": 1}
        told = row_of(owing, newer)
    assert (told["reason_code"], told["is_doubtful"], told["sent_at"]) == ("delivery.restored", True, None)


@pytest.mark.parametrize("is_sent", [False, True], ids=["never sent", "sent without an answer"])
def test_nor_is_one_believed_that_was_handed_in_before_a_person_said_that_the_database_was_restored(
    owing: HubContext, clock: StillClock, is_sent: bool
) -> None:
    """A snapshot of a disk leaves no trace: the hub works on until somebody says so."""
    folder = owing.connectors_folder
    with start_fakes(["class_b"], PLOT, connectors=folder) as started:
        one = Faked(load_department("class_b", folder), started["class_b"], folder)
        owe(owing, one.name, case="X")
        assert push_once(owing, one).counts == {"acknowledged": 1}
        with owing.engine.begin() as conn:  # a moment before it was handed in
            conn.exec_driver_sql("delete from deliveries")
        newer = owe(owing, one.name, case="X", document_number="平审批撤字〔2026〕第999号")
        if is_sent:
            with owing.engine.begin() as conn:
                conn.exec_driver_sql("update deliveries set is_doubtful = true, sent_at = enqueued_at")
        clock.pass_by(minutes=1)
        with owing.engine.begin() as conn:
            hold_pushes(conn, "张工", "03:00 磁盘快照", clock(), is_restored=True)
        resume(owing)
        clock.pass_by(minutes=1)
        assert push_once(owing, one).counts == {"to_verify": 1}
    assert (row_of(owing, newer)["reason_code"], row_of(owing, newer)["is_doubtful"]) == ("delivery.restored", True)


def test_what_was_sent_after_a_restore_is_believed_to_have_arrived(owing: HubContext, clock: StillClock) -> None:
    """The department was asked before, and did not have it."""
    folder = owing.connectors_folder
    with start_fakes(["class_b"], PLOT, connectors=folder) as started:
        one = Faked(load_department("class_b", folder), started["class_b"], folder)
        owe(owing, one.name)
        with owing.engine.begin() as conn:
            hold_pushes(conn, "张工", "03:00 磁盘快照", clock(), is_restored=True)
        resume(owing)
        clock.pass_by(minutes=1)
        assert push_once(owing, one).counts == {"acknowledged": 1}
        with owing.engine.begin() as conn:  # had its answer been lost
            conn.exec_driver_sql(
                "update deliveries set state = 'waiting', is_doubtful = true, acknowledged_at = null, next_try_at = sent_at"
            )
        clock.pass_by(minutes=1)
        assert push_once(owing, one).counts == {"acknowledged": 1}
        assert [each["times"] for each in one.process.inbox()] == [1]


def push_once_with(hub: HubContext, one: Faked, then: Callable[[], None]) -> PushSummary:
    """Make a pass, and do something once its first delivery was brought."""
    return push(hub, one.name, one.connection, progress=lambda _, number: then() if number == 1 else None)


@pytest.mark.parametrize("is_restored", [False, True])
def test_a_person_holds_everything_back(owing: HubContext, clock: StillClock, is_restored: bool) -> None:
    folder = owing.connectors_folder
    with start_fakes(["class_c"], PLOT, connectors=folder) as started:
        one = Faked(load_department("class_c", folder), started["class_c"], folder)
        before = owe(owing, one.name)
        with owing.engine.begin() as conn:
            held = hold_pushes(conn, "张工", "迁移机房", NOW, is_restored=is_restored)
        assert (held.is_held, [one.cause for one in held.holds]) == (True, ["restored" if is_restored else "person"])
        during = owe(owing, one.name)
        assert isinstance(push_once(owing, one).failure, PushesHeld)
        assert [row_of(owing, each)["is_doubtful"] for each in (before, during)] == [is_restored] * 2
        resume(owing, is_restored=is_restored)
        clock.pass_by(minutes=1)
        assert push_once(owing, one).counts == {"to_verify" if is_restored else "acknowledged": 2}
        assert len(one.process.inbox()) == (0 if is_restored else 2)


def test_a_restore_that_was_not_noted_yet_is_noted_before_it_is_let_go(owing: HubContext) -> None:
    owed = owe(owing, "class_c")
    change_line(owing, LINES[1])
    resume(owing)
    with owing.engine.connect() as conn:
        told = list_holds(conn, NOW)
    assert (told.is_held, [one.cause for one in told.holds], told.holds[0].ended_at) == (False, ["restored"], NOW)
    assert row_of(owing, owed)["is_doubtful"] is True


def test_whoever_ends_the_hold_of_a_person_ends_none_of_a_restore_unseen(owing: HubContext, clock: StillClock) -> None:
    owed = owe(owing, "class_c")
    with owing.engine.begin() as conn:
        hold_pushes(conn, "李工", "迁移机房", NOW, is_restored=False)
    with pytest.raises(NotDecidable, match="by a person only"):
        resume(owing)
    change_line(owing, LINES[0])
    for _ in range(2):  # noticed only then, and noticed before
        with pytest.raises(NotDecidable, match="since the database was restored"):
            resume(owing, is_restored=False)
        with owing.engine.begin() as conn:
            assert all(one.ended_at is None for one in list_holds(conn, NOW).holds)
            note_restore(conn, NOW)
    resume(owing)
    with owing.engine.connect() as conn:
        told = list_holds(conn, NOW)
    assert (told.is_held, [(one.cause, one.ended_at) for one in told.holds]) == (
        False,
        [("restored", NOW), ("person", NOW)],
    )
    assert row_of(owing, owed)["is_doubtful"] is True


def test_nobody_goes_on_where_nobody_holds_and_nobody_decides_without_name_and_reason(owing: HubContext) -> None:
    with owing.engine.connect() as conn:
        with pytest.raises(NotDecidable, match="nobody holds"):
            resume_pushes(conn, "张工", "误会", NOW, is_restored=False)
        for who, reason in ((" ", "why"), ("张工", " ")):
            with pytest.raises(RequestError, match="who decides and why"):
                hold_pushes(conn, who, reason, NOW, is_restored=False)
        assert list_holds(conn, NOW).holds == []


@pytest.fixture
def run(database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a way to run `hub` over this library."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_DATABASE_URL", database_address)
    monkeypatch.setenv("HUB_SECRET_KEY", b"a secret of thirty-two bytes, ok".hex())

    def invoke(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(app, list(arguments), prog_name="hub")
        return ended.exit_code, ended.stdout + ended.stderr

    return invoke


def test_the_command_holds_tells_and_lets_go(hub: HubContext, run: Run) -> None:
    assert "deliveries were never held back" in run("delivery", "holds")[1]
    code, told = run("delivery", "hold", "--by", "张工", "--reason", "迁移机房", "--json")
    assert (code, json.loads(told)["is_held"]) == (0, True)
    assert json.loads(run("delivery", "list", "--json")[1])["is_held"] is True
    code, told = run("delivery", "resume", "--by", "李工", "--reason", "迁移完成")
    assert (code, "deliveries leave" in told, "李工" in told) == (0, True, True)
    code, told = run("delivery", "resume", "--by", "李工", "--reason", "再来")
    assert (code, "nobody holds them back" in told) == (2, True)
    run("delivery", "hold", "--restored", "--by", "张工", "--reason", "03:00 快照")
    code, told = run("delivery", "resume", "--by", "李工", "--reason", "误会")
    assert (code, "expected --restored" in told) == (2, True)
    assert run("delivery", "resume", "--restored", "--by", "李工", "--reason", "已核对")[0] == 0
    assert states(hub) == []


def test_the_command_that_brings_the_database_up_says_that_nothing_leaves(hub: HubContext, run: Run) -> None:
    keep_line(hub)
    assert "held back" not in run("db", "up")[1]
    change_line(hub, LINES[0])
    code, told = run("db", "up")
    assert code == 0
    assert "deliveries are held back" in told


def test_the_state_of_another_versions_tables_is_no_success(hub: HubContext, run: Run) -> None:
    assert run("db", "status")[0] == 0
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update alembic_version set version_num = '0040'")
    code, told = run("db", "status", "--json")
    assert (code, json.loads(told)["migrated"]) == (1, False)

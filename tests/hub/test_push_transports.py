"""Each transport brings deliveries: SOAP that can be asked, a front table whose key is the row's, a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pymysql
import pytest
from hub_makers import Faked, StartFake
from push_makers import StillClock, at, owe, push_once, row_of, states
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError

from connectors.deliveries import front_courier
from hub.context import HubContext

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


@pytest.fixture
def registry(fake: StartFake) -> Iterator[Faked]:
    """Give market regulation, over SOAP."""
    one = fake("market_regulation")
    yield one
    one.process.set_mode("ok")


def taken(one: Faked, case: str) -> list[int]:
    """Return how often each delivery of a case was done."""
    return [each["times"] for each in one.process.inbox() if each["values"]["BJBH"] == case]


def test_over_soap_a_decision_arrives_and_is_polled_to_its_end(
    hub: HubContext, registry: Faked, clock: StillClock
) -> None:
    owing = at(hub, clock)
    owed = owe(owing, registry.name, case="SOAP-1", document_number="平市监〔2026〕& <1>")
    assert push_once(owing, registry).counts == {"acknowledged": 1}
    for _ in range(2):
        clock.pass_by(minutes=16)
        push_once(owing, registry)
    assert row_of(owing, owed)["state"] == "done"
    (arrived,) = [each["values"] for each in registry.process.inbox() if each["values"]["BJBH"] == "SOAP-1"]
    assert (arrived["JDWH"], arrived["JDLX"], arrived["JDRQ"]) == ("平市监〔2026〕& <1>", "01", "20260306")


@pytest.mark.parametrize(
    "mode",
    [
        "500_after_commit",
        "ack_lost",
        "hang_forever",
        "close_without_length",
        "half_xml",
        "500_before",
        "200_with_fault",
        "503",
    ],
)
def test_over_soap_what_can_be_asked_is_never_done_twice(
    hub: HubContext, registry: Faked, clock: StillClock, mode: str
) -> None:
    owing, case = at(hub, clock), f"SOAP-{mode}"
    owe(owing, registry.name, case=case)
    registry.process.set_mode(mode)
    push_once(owing, registry)
    assert states(owing) == ["waiting"]
    registry.process.set_mode("ok")
    clock.pass_by(minutes=5)
    push_once(owing, registry)
    assert states(owing) == ["acknowledged"]
    assert taken(registry, case) == [1]


def test_a_front_table_gets_one_row_and_says_when_it_is_done(
    hub: HubContext, fake: StartFake, clock: StillClock
) -> None:
    one, owing = fake("work_safety"), at(hub, clock)
    owed = owe(owing, one.name, "supervision_handoff", case="TABLE-1", matters="按许可范围经营；'引号'")
    assert push_once(owing, one).counts == {"acknowledged": 1}
    clock.pass_by(minutes=31)
    assert push_once(owing, one).counts == {}
    one.process.work()
    clock.pass_by(minutes=31)
    assert push_once(owing, one).counts == {"done": 1}
    (row,) = [each["values"] for each in one.process.inbox() if each["values"]["BJBH"] == "TABLE-1"]
    assert row["TSBH"] == row_of(owing, owed)["delivery_key"]
    assert (row["SPJG"], row["JDRQ"], row["XH"], row["JGYD"]) == ("1", "2026-03-06", "1", "按许可范围经营；'引号'")


@pytest.mark.parametrize("mode", ["ack_lost", "hang_forever", "timeout_connect"])
def test_a_row_whose_commit_was_not_heard_of_is_there_once(
    hub: HubContext, fake: StartFake, clock: StillClock, mode: str
) -> None:
    one, owing, case = fake("work_safety"), at(hub, clock), f"TABLE-{mode}"
    owe(owing, one.name, "supervision_handoff", case=case)
    one.process.set_mode(mode)
    push_once(owing, one)
    assert states(owing) == ["waiting"]
    one.process.set_mode("ok")
    clock.pass_by(minutes=5)
    push_once(owing, one)
    assert states(owing) == ["acknowledged"]
    assert taken(one, case) == [1]


def test_a_line_that_breaks_after_the_commit_leaves_a_doubt(
    hub: HubContext, fake: StartFake, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, owing, insert = fake("work_safety"), at(hub, clock), front_courier._insert

    def insert_and_break(*asked: Any) -> None:
        insert(*asked)
        raise ConnectionResetError

    owed = owe(owing, one.name, "supervision_handoff", case="TABLE-BROKEN")
    with monkeypatch.context() as patched:
        patched.setattr(front_courier, "_insert", insert_and_break)
        push_once(owing, one)
    row = row_of(owing, owed)
    assert (row["state"], row["is_doubtful"], row["reason_code"]) == ("waiting", True, "department.unreachable")
    clock.pass_by(minutes=5)
    assert push_once(owing, one).counts == {"acknowledged": 1}
    assert taken(one, "TABLE-BROKEN") == [1]


def test_a_row_that_the_table_does_not_take_waits_for_a_person(
    hub: HubContext, fake: StartFake, clock: StillClock
) -> None:
    one, owing = fake("work_safety"), at(hub, clock)
    owed = owe(owing, one.name, "supervision_handoff", case="TABLE-LONG", license_number="许" * 300, matters="x" * 1999)
    with owing.engine.begin() as conn:
        conn.exec_driver_sql("update deliveries set case_number = repeat('9', 120)")
    push_once(owing, one)
    assert (states(owing), row_of(owing, owed)["reason_code"]) == (["refused"], "department.broke_promise")


@contextmanager
def at_the_insert(act: Callable[[Connection, str, Any], None]) -> Iterator[None]:
    """Let something happen between looking for a row and inserting it, once."""
    pending = [act]

    def listen(conn: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if pending and "INSERT INTO" in statement.upper() and "EX_AJ_SPJD" in statement.upper():
            pending.pop()(conn, statement, parameters)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def test_a_row_of_ours_that_an_earlier_try_brings_meanwhile_is_accepted(
    hub: HubContext, fake: StartFake, clock: StillClock
) -> None:
    def arrive(conn: Connection, statement: str, parameters: Any) -> None:
        with conn.engine.begin() as other:
            other.exec_driver_sql(statement, parameters)

    one, owing = fake("work_safety"), at(hub, clock)
    owe(owing, one.name, "supervision_handoff", case="TABLE-FIRST")
    with at_the_insert(arrive):
        assert push_once(owing, one).counts == {"acknowledged": 1}
    assert taken(one, "TABLE-FIRST") == [1]


def test_a_row_that_is_not_there_for_another_key_of_the_table_is_refused(
    hub: HubContext, fake: StartFake, clock: StillClock
) -> None:
    def refuse(_conn: Connection, statement: str, parameters: Any) -> None:
        raise IntegrityError(statement, parameters, pymysql.err.IntegrityError(1062, "Duplicate entry"))

    one, owing = fake("work_safety"), at(hub, clock)
    owed = owe(owing, one.name, "supervision_handoff", case="TABLE-OTHER")
    with at_the_insert(refuse):
        assert push_once(owing, one).counts == {"refused": 1}
    assert (row_of(owing, owed)["reason_code"], taken(one, "TABLE-OTHER")) == ("department.fault", [])

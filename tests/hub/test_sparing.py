"""A department that is down is asked less and less often, as long after as it asks for, and then by one exchange at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hub_makers import FEW, Faked, StartFake, column, count, pull_once
from push_makers import StillClock, at

from connectors.wire.connection import Connection, parse_connection
from hub.context import Bounds, HubContext
from hub.pulling import pull as steps
from hub.pulling.replay import replay
from schemas.errors import DepartmentError, DepartmentUnavailable, DepartmentUnreachable

NOWHERE = parse_connection("http://a:b@127.0.0.1:1/gateway")
LAST = 1.0


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still, later than anything that the fakes say."""
    return StillClock(datetime(2026, 12, 1, 2, 0, tzinfo=UTC))


@pytest.fixture
def here(hub: HubContext, clock: StillClock) -> HubContext:
    """Give a hub whose pauses are never cut short by chance."""
    return replace(at(hub, clock), bounds=Bounds(chance=lambda: LAST))


def landed(here: HubContext, name: str, connection: Connection, feed: str = "licenses") -> str:
    """Land once; return how that ended in one word."""
    before = count(here, "exchanges")
    try:
        steps.land(here, name, feed, connection)
    except DepartmentError as error:
        return error.code if count(here, "exchanges") > before else "left alone"
    return "landed"


def tries(here: HubContext, clock: StillClock, minutes: int, ask: Callable[[], str]) -> list[int]:
    """Ask once a minute; return in which minutes the department really was asked."""
    asked = []
    for minute in range(minutes):
        if ask() != "left alone":
            asked.append(minute)
        clock.pass_by(minutes=1)
    return asked


def test_a_department_that_is_down_is_asked_ever_less_often_and_as_usual_once_it_answers(
    here: HubContext, clock: StillClock, fake: StartFake
) -> None:
    one = fake("transport", FEW)
    assert tries(here, clock, 40, lambda: landed(here, one.name, NOWHERE)) == [0, 1, 2, 3, 5, 9, 17, 33]
    assert landed(here, one.name, one.connection) == "left alone"
    assert pull_once(here, one).state == "merged"  # a person is not held back
    assert [landed(here, one.name, NOWHERE) for _ in range(2)] == ["department.unreachable"] * 2


def test_pauses_are_spread_by_chance(here: HubContext, clock: StillClock) -> None:
    spread = replace(here, bounds=Bounds(chance=lambda: 0.0))
    assert tries(spread, clock, 12, lambda: landed(spread, "transport", NOWHERE)) == [0, 1, 2, 3, 4, 6, 10]


def test_a_retry_after_is_honoured_from_the_first_time_on(here: HubContext, clock: StillClock, fake: StartFake) -> None:
    one: Faked = fake("transport", FEW)
    one.process.set_mode("503")
    with pytest.raises(DepartmentUnavailable) as said:
        steps.land(here, one.name, "licenses", one.connection)
    one.process.set_mode("ok")
    assert said.value.retry_after_seconds
    clock.pass_by(seconds=said.value.retry_after_seconds - 1)
    assert landed(here, one.name, one.connection) == "left alone"
    clock.pass_by(seconds=1)
    assert landed(here, one.name, one.connection) == "landed"


def test_then_one_exchange_tries_and_the_department_s_other_feeds_wait(here: HubContext, clock: StillClock) -> None:
    for _ in range(3):
        assert landed(here, "health", NOWHERE) == "department.unreachable"
    assert landed(here, "health", NOWHERE, "practitioners") == "left alone"
    clock.pass_by(minutes=1)
    steps.begin(here, "health", "licenses", is_patient=True)
    with pytest.raises(DepartmentUnavailable, match="another exchange tries it now; nothing was asked"):
        steps.land(here, "health", "practitioners", NOWHERE)
    with pytest.raises(DepartmentUnreachable):  # other departments go on
        steps.land(here, "transport", "licenses", NOWHERE)


def test_an_answer_that_is_wrong_is_no_sign_that_the_department_is_down(here: HubContext, fake: StartFake) -> None:
    one = fake("transport", FEW)
    one.process.set_mode("half_json")
    assert [landed(here, one.name, one.connection) for _ in range(5)] == ["department.broke_promise"] * 5


def test_what_is_replayed_is_no_sign_that_the_department_answers(
    here: HubContext, clock: StillClock, fake: StartFake
) -> None:
    pull_once(here, fake("transport"))
    tries(here, clock, 20, lambda: landed(here, "transport", NOWHERE))
    assert landed(here, "transport", NOWHERE) == "left alone"
    (case,) = column(here, "select min(quarantine_id) from quarantined_records")
    replay(here, "transport", "licenses", [int(str(case))])
    assert landed(here, "transport", NOWHERE) == "left alone"

"""What one department says, or one mistake of ours, spoils one delivery: neither the others nor the pass."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from push_makers import StillClock, at, owe, row_of, states

from connectors.declarations.declaration import Delivery, load_department
from connectors.deliveries.delivering import Outcome, Parcel
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.progress import no_progress
from hub.pushing.push import push
from hub.pushing.push_pass import PushPass
from hub.pushing.push_summary import PushBounds, PushSummary

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
STEPS_OF_A_FILE = 13  # signing in, looking twice, writing and renaming it and its marker, reading what lies there
CONNECTION = Connection("http", "127.0.0.1", 1, "", "", "", {})


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


class Told:
    """Be a line that says what it is told to, by call; what it is not told it raises."""

    def __init__(self, **says: Outcome) -> None:
        self.says, self.sent, self.asked = says, 0, 0

    def open(self, delivery: Delivery) -> None:
        pass

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        self.sent += 1
        return self._say("deliver")

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        self.asked += 1
        return self._say("ask")

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        return self._say("poll")

    def close(self) -> None:
        pass

    def _say(self, call: str) -> Outcome:
        if call not in self.says:
            raise ZeroDivisionError("张三")
        return self.says[call]


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> Callable[[HubContext, str, Told], PushSummary]:
    """Give a pass over a line of the test's own."""

    def run(hub: HubContext, name: str, line: Told) -> PushSummary:
        monkeypatch.setattr("hub.pushing.push.opened_courier", lambda *_: nullcontext(line))
        return push(hub, name, CONNECTION)

    return run


Push = Callable[[HubContext, str, Told], PushSummary]


def be(hub: HubContext, state: str, **columns: object) -> None:
    """Let every delivery be in this state."""
    sets = ", ".join(f"{name} = %({name})s" for name in columns)
    with hub.engine.begin() as conn:
        conn.exec_driver_sql(f"update deliveries set state = '{state}', {sets}", columns)


def test_a_mistake_in_asking_lets_each_wait_in_doubt_and_makes_the_pass_red(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing, line = at(hub, clock), Told()
    owed = [owe(owing, "market_regulation") for _ in range(2)]
    be(owing, "waiting", is_doubtful=True, tries=1)
    told = pushed(owing, "market_regulation", line)
    assert (told.counts, line.asked, line.sent) == ({"waiting": 2}, 2, 0)
    assert [row_of(owing, each)["is_doubtful"] for each in owed] == [True, True]
    assert "ZeroDivisionError in test_push_poison.py" in str(told.failure)
    assert "张三" not in f"{told.failure}{[row_of(owing, each)['answer'] for each in owed]}"


def test_a_mistake_over_a_receipt_stops_no_other_receipt(hub: HubContext, clock: StillClock, pushed: Push) -> None:
    owing, line = at(hub, clock), Told(deliver=Outcome("accepted"))
    for _ in range(2):
        owe(owing, "transport")
    be(owing, "acknowledged", acknowledged_at=NOW)
    asked: list[str] = []
    line.poll = lambda _, parcel: asked.append(parcel.delivery_key) or 1 / 0  # type: ignore[method-assign,assignment,return-value]
    told = pushed(owing, "transport", line)
    assert (len(asked), states(owing)) == (2, ["acknowledged"] * 2)
    assert "ZeroDivisionError" in str(told.failure)


def test_a_number_that_the_database_cannot_keep_spoils_its_own_delivery_at_most(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing, line = at(hub, clock), Told(deliver=Outcome("accepted", number="1\x002"), poll=Outcome("pending"))
    for _ in range(2):
        owe(owing, "transport")
    told = pushed(owing, "transport", line)
    assert (told.counts, states(owing)) == ({"acknowledged": 2}, ["acknowledged"] * 2)
    assert "DataError" in str(told.failure)


def test_what_left_as_class_c_is_not_sent_again_though_its_kind_has_a_key_by_now(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing, line = at(hub, clock), Told(deliver=Outcome("accepted"), poll=Outcome("pending"))
    owed = owe(owing, "transport")  # declared A
    be(owing, "sent", **{"class": "C"}, tries=1, sent_at=NOW, lease_until=NOW)
    clock.pass_by(minutes=5)
    assert (pushed(owing, "transport", line).counts, line.sent) == ({"to_verify": 1}, 0)
    row = row_of(owing, owed)
    assert (row["is_doubtful"], row["answer"]) == (
        True,
        "it left as class C; class A is declared now and cannot end its doubt",
    )


def test_what_leaves_under_another_class_than_it_was_owed_under_is_kept_under_the_one_it_left(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing = at(hub, clock)
    owed = owe(owing, "transport")
    be(owing, "waiting", **{"class": "C"})
    pushed(owing, "transport", Told(deliver=Outcome("doubtful", "department.timeout")))
    assert (row_of(owing, owed)["class"], states(owing)) == ("A", ["waiting"])
    clock.pass_by(minutes=5)
    line = Told(deliver=Outcome("accepted"), poll=Outcome("pending"))
    assert pushed(owing, "transport", line).counts == {"acknowledged": 1}


def test_a_doubt_over_the_last_try_is_asked_about_before_it_is_given_up(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing = at(hub, clock)
    owed = owe(owing, "market_regulation")
    be(owing, "waiting", tries=19)
    pushed(owing, "market_regulation", Told(deliver=Outcome("doubtful", "department.timeout")))
    assert (states(owing), row_of(owing, owed)["is_doubtful"]) == (["waiting"], True)
    clock.pass_by(hours=2)
    line = Told(ask=Outcome("pending"))
    assert pushed(owing, "market_regulation", line).counts == {"waiting": 1}
    clock.pass_by(hours=2)
    assert pushed(owing, "market_regulation", Told(ask=Outcome("accepted"), poll=Outcome("pending"))).is_good
    assert states(owing) == ["acknowledged"]


def test_what_did_not_arrive_after_the_last_try_is_refused_without_a_doubt_and_not_sent_again(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing, line = at(hub, clock), Told(ask=Outcome("missing"))
    owed = owe(owing, "market_regulation")
    be(owing, "waiting", tries=20, is_doubtful=True)
    assert (pushed(owing, "market_regulation", line).counts, line.sent) == ({"refused": 1}, 0)
    row = row_of(owing, owed)
    assert (row["reason_code"], row["is_doubtful"]) == ("delivery.given_up", False)


def test_a_file_that_takes_its_deadline_for_every_step_is_not_claimed_by_another_run_meanwhile(
    hub: HubContext, clock: StillClock, pushed: Push
) -> None:
    owing, declared = at(replace(hub, connectors_folder=None), clock), load_department("education")
    owe(owing, "education", "license_issued", license_type="school")
    others = PushSummary("education")

    class Slow(Told):
        def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:
            clock.pass_by(seconds=STEPS_OF_A_FILE * declared.transport.limits.deadline_seconds)
            PushPass(owing, declared, Told(), PushBounds(), others).deliver(no_progress)
            return super().deliver(delivery, parcel)

    assert pushed(owing, "education", Slow(deliver=Outcome("accepted"))).counts == {"done": 1}
    assert others.counts == {}

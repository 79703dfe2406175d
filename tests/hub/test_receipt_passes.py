"""Receipts are asked for once in a pass, however many there are, however slow the department, and not while it is down."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from push_makers import StillClock, at, owe

from connectors.declarations.declaration import Delivery, load_department
from connectors.deliveries.delivering import Outcome, Parcel
from hub.context import HubContext
from hub.progress import no_progress
from hub.pushing.push_pass import PushPass
from hub.pushing.push_summary import PushBounds, PushSummary

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class SlowCourier:
    """Be a department's line over which every answer takes six minutes; the first of them say that it is down."""

    def __init__(self, clock: StillClock, downs: Collection[int] = (), *, is_up: bool = False) -> None:
        self._clock, self._downs, self._is_up = clock, downs, is_up
        self.asked: list[str] = []

    def open(self, delivery: Delivery) -> None:
        pass

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        self._clock.pass_by(minutes=6)
        return Outcome("accepted") if self._is_up else Outcome("again", "department.timeout", is_down=True)

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        return Outcome("pending")

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        self.asked.append(parcel.delivery_key)
        assert len(self.asked) < 20, "it never ends"
        self._clock.pass_by(minutes=6)
        return Outcome("pending", "department.timeout" if self._is_down() else "", is_down=self._is_down())

    def _is_down(self) -> bool:
        return len(self.asked) in self._downs

    def close(self) -> None:
        pass


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


@pytest.fixture
def waiting(hub: HubContext, clock: StillClock) -> HubContext:
    """Give a hub that waits for six receipts."""
    owing = at(hub, clock)
    for _ in range(6):
        owe(owing, "transport")
    with owing.engine.begin() as conn:
        conn.exec_driver_sql("update deliveries set state = 'acknowledged', acknowledged_at = next_try_at")
    return owing


def pass_of(hub: HubContext, courier: SlowCourier, bounds: PushBounds | None = None) -> PushPass:
    """Return one pass over this line."""
    bounds = bounds or PushBounds(lasts=timedelta(hours=2))
    return PushPass(hub, load_department("transport"), courier, bounds, PushSummary("transport"))


def test_each_receipt_is_asked_for_once_though_the_first_is_due_again_before_the_last(
    waiting: HubContext, clock: StillClock
) -> None:
    courier = SlowCourier(clock)
    pass_of(waiting, courier).poll(no_progress)
    assert (len(courier.asked), len(set(courier.asked))) == (6, 6)


def test_no_more_receipts_are_asked_for_than_a_pass_may_be(waiting: HubContext, clock: StillClock) -> None:
    courier = SlowCourier(clock)
    pass_of(waiting, courier, PushBounds(deliveries=4, lasts=timedelta(hours=2))).poll(no_progress)
    assert len(courier.asked) == 4


def test_a_department_found_down_three_times_in_a_row_is_asked_for_no_more_receipts(
    waiting: HubContext, clock: StillClock
) -> None:
    courier = SlowCourier(clock, downs={1, 2, 3})
    run = pass_of(waiting, courier)
    run.poll(no_progress)
    assert (len(courier.asked), run.summary.notices) == (
        3,
        ["it was found down; the other receipts are asked for in the next pass"],
    )
    pass_of(waiting, courier).poll(no_progress)
    assert set(courier.asked[3:6]).isdisjoint(courier.asked[:3])  # the others come first


def test_a_department_found_down_over_receipts_is_left_alone_like_one_that_deliveries_found_down(
    waiting: HubContext, clock: StillClock
) -> None:
    courier = SlowCourier(clock, downs={1, 2, 3, 4})
    run = pass_of(waiting, courier)
    run.poll(no_progress)
    assert (run.summary.is_good, run.summary.paused_until) == (False, clock.now + timedelta(minutes=1))
    again = pass_of(waiting, courier)
    again.deliver(no_progress)
    again.poll(no_progress)
    assert (len(courier.asked), again.summary.is_good) == (3, False)
    clock.pass_by(minutes=5)
    probe = pass_of(waiting, courier)
    probe.deliver(no_progress)
    probe.poll(no_progress)
    assert (len(courier.asked), probe.summary.is_good) == (4, False)  # one asks, and the others are spared


def test_an_answer_without_a_receipt_ends_what_was_counted_against_a_department(
    waiting: HubContext, clock: StillClock
) -> None:
    courier = SlowCourier(clock, downs={1, 2, 9})
    for _ in range(2):
        run = pass_of(waiting, courier)
        run.poll(no_progress)
        assert (run.summary.is_good, run.summary.notices) == (True, [])
        clock.pass_by(hours=1)
    assert len(courier.asked) == 12


def test_a_pass_ends_by_the_clock_and_asks_for_receipts_though_more_is_due(
    waiting: HubContext, clock: StillClock
) -> None:
    for _ in range(4):
        owe(waiting, "transport")
    courier = SlowCourier(clock, is_up=True)
    run = pass_of(waiting, courier, PushBounds(lasts=timedelta(minutes=10)))
    run.deliver(no_progress)
    assert run.summary.counts == {"acknowledged": 2}
    assert run.summary.notices == ["the pass took its time; what is still due leaves in the next one"]
    run.poll(no_progress)
    assert len(courier.asked) == 2


def test_a_department_that_deliveries_found_down_is_asked_for_no_receipt(
    waiting: HubContext, clock: StillClock
) -> None:
    for _ in range(3):
        owe(waiting, "transport")
    courier = SlowCourier(clock)
    run = pass_of(waiting, courier)
    run.deliver(no_progress)
    run.poll(no_progress)
    assert (run.summary.paused_until is not None, courier.asked) == (True, [])

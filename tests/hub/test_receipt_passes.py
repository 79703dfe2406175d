"""Receipts are asked for once in a pass, however many there are, however slow the department, and not while it is down."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from push_makers import StillClock, at, owe

from connectors.declarations.declaration import Delivery, load_department
from connectors.deliveries.delivering import Outcome, Parcel
from hub.context import HubContext
from hub.progress import no_progress
from hub.pushing.push_pass import PushBounds, PushPass

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class SlowCourier:
    """Be a department's line over which every answer takes six minutes; the first of them say that it is down."""

    def __init__(self, clock: StillClock, downs: int = 0) -> None:
        self._clock, self._downs = clock, downs
        self.asked: list[str] = []

    def open(self, delivery: Delivery) -> None:
        pass

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        self._clock.pass_by(minutes=6)
        return Outcome("again", "department.timeout", is_down=True)

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        return Outcome("pending")

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:  # noqa: ARG002  as every courier
        self.asked.append(parcel.delivery_key)
        assert len(self.asked) < 20, "it never ends"
        self._clock.pass_by(minutes=6)
        return Outcome("pending", is_down=len(self.asked) <= self._downs)

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
    return PushPass(hub, load_department("transport"), courier, bounds or PushBounds())


def test_each_receipt_is_asked_for_once_though_the_first_is_due_again_before_the_last(
    waiting: HubContext, clock: StillClock
) -> None:
    courier = SlowCourier(clock)
    pass_of(waiting, courier).poll(no_progress)
    assert (len(courier.asked), len(set(courier.asked))) == (6, 6)


def test_no_more_receipts_are_asked_for_than_a_pass_may_be(waiting: HubContext, clock: StillClock) -> None:
    courier = SlowCourier(clock)
    pass_of(waiting, courier, PushBounds(deliveries=4)).poll(no_progress)
    assert len(courier.asked) == 4


def test_a_department_found_down_three_times_in_a_row_is_asked_for_no_more_receipts(
    waiting: HubContext, clock: StillClock
) -> None:
    courier = SlowCourier(clock, downs=3)
    run = pass_of(waiting, courier)
    run.poll(no_progress)
    assert (len(courier.asked), run.summary.notices) == (
        3,
        ["it was found down; the other receipts are asked for in the next pass"],
    )
    pass_of(waiting, courier).poll(no_progress)
    assert set(courier.asked[3:6]).isdisjoint(courier.asked[:3])  # the others come first


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

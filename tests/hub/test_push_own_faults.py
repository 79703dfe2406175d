"""What is wrong on our own side makes the pass red once: no delivery is refused for it, and none counts as tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hub_makers import Faked, StartFake
from push_makers import StillClock, at, owe, push_once, row_of, states

from connectors.deliveries.delivering import Parcel, opened_courier
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pushing.push import push
from schemas.deliveries import example_of
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
    with pytest.raises(DeclarationError, match="outside the connection's networks"):
        push(owing, name, elsewhere(one))
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

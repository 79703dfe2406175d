"""What tests of deliveries make: a declared delivery enqueued, one pass, what the department took."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from hub_makers import Faked
from sqlalchemy import text

from hub.context import HubContext
from hub.pushing.push import PushBounds, PushSummary, enqueue_delivery, push
from license_library.deliveries.push_holds import note_restore
from schemas.deliveries.deliveries import example_of, read_delivery

NO_CHANCE = PushBounds(chance=lambda: 1.0, grace=timedelta(seconds=0))
numbers = itertools.count(1)


class StillClock:
    """Be a clock that moves only when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)


def owe(hub: HubContext, department: str, kind: str = "decision", *, case: str = "", **values: str) -> int:
    """Enqueue one delivery, of a case of its own unless told otherwise."""
    given = example_of(kind) | {"department": department, "case_number": case or f"370283-{next(numbers):06}", **values}
    return enqueue_delivery(hub, read_delivery(msgspec.json.encode(given), hub.clock().date()))


def push_once(hub: HubContext, one: Faked, bounds: PushBounds = NO_CHANCE) -> PushSummary:
    """Make one pass over a department's outbox."""
    return push(hub, one.name, one.connection, bounds=bounds)


def states(hub: HubContext) -> list[str]:
    """Return the states of every delivery, in the order they were enqueued."""
    with hub.engine.connect() as conn:
        return list(conn.scalars(text("select state from deliveries order by delivery_id")))


def row_of(hub: HubContext, delivery_id: int) -> dict[str, object]:
    """Return everything the outbox holds of one delivery."""
    with hub.engine.connect() as conn:
        found = conn.execute(text("select * from deliveries where delivery_id = :id"), {"id": delivery_id})
        return dict(found.mappings().one())


def at(hub: HubContext, clock: StillClock) -> HubContext:
    """Return the hub with another clock."""
    return replace(hub, clock=clock)


def keep_line(hub: HubContext) -> None:
    """Let the library note its line of history, as one that was made by migration does: the template of the tests keeps none."""
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("insert into database_line values (true, '', 0, now(), 0, 0)")
        note_restore(conn, hub.clock())
        conn.exec_driver_sql("delete from push_holds")

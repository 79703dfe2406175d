"""What a check of deliveries works on: the outbox of the department on trial, a clock that moves when told, what arrived.

Knows how to owe, push and look; judges nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from connectors.declarations.declaration import Delivery, duration
from connectors.declarations.maintenance import window_at
from hub.conformance.bench import Bench
from hub.conformance.outcome import Failed
from hub.conformance.victims import Order
from hub.context import HubContext
from hub.pushing.push import PushBounds, PushSummary, enqueue_delivery, push
from license_library.answers import DeliveryBrief
from license_library.deliveries.delivery_list import get_delivery
from license_library.deliveries.outbox import Choice, decide_delivery
from schemas.deliveries.deliveries import example_of, read_delivery

BOUNDS = PushBounds(grace=timedelta(0), chance=lambda: 1.0)
PASSES = 3  # in which a delivery must have come to its end once the department behaves
HOUR = timedelta(hours=1)
ENDED: Final = {"acknowledged", "done"}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Owed:
    """Hold one delivery of a kind on trial."""

    delivery: Delivery
    delivery_id: int
    case: str


@dataclass(frozen=True)
class Arrived:
    """Tell how often the department received a delivery, and how often it did what it says."""

    received: int
    times: int


class Outgoing:
    """Owe and push deliveries of the department on trial, in a time of its own."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.deliveries = list(bench.department.deliveries.values())

    @property
    def hub(self) -> HubContext:
        """Return the hub with the clock of deliveries."""
        return replace(self.bench.hub, clock=lambda: self.now)

    @property
    def now(self) -> datetime:
        """Return the present instant of this trial."""
        return self.bench.hub.clock() + self.bench.later.length

    def wait(self, length: timedelta = HOUR) -> None:
        """Let time pass, and then until nobody is under maintenance."""
        self.bench.later.length += length
        for one in self.deliveries:
            while window := window_at(one.maintenance, self.bench.department.timezone, self.now):
                self.bench.later.length += window[1] - self.now

    def wait_for_maintenance(self, delivery: Delivery) -> None:
        """Let time pass until the department may not be spoken to about this kind."""
        while not window_at(delivery.maintenance, self.bench.department.timezone, self.now):
            self.bench.later.length += timedelta(minutes=15)

    def owe(self, delivery: Delivery, case: str = "") -> Owed:
        """Enqueue an invented delivery, of a case of its own unless told otherwise."""
        case = case or f"KIT-{next(_numbers):06}"
        given = _example(delivery) | {"department": self.bench.department.department, "case_number": case}
        owed = read_delivery(msgspec.json.encode(given), self.now.date())
        return Owed(delivery, enqueue_delivery(self.hub, owed), case)

    def push(self) -> PushSummary:
        """Make one pass over the outbox."""
        summary = push(self.hub, self.bench.department.department, self.bench.connection, bounds=BOUNDS)
        if summary.failure:
            raise summary.failure
        return summary

    def settle(self) -> None:
        """Let the department behave, time pass, and the outbox come to rest."""
        self.bench.server.set_mode("ok")
        for _ in range(PASSES):
            self.wait()
            self.push()

    def close(self, owed: Owed) -> DeliveryBrief:
        """Ask for a receipt until the department has given it."""
        receipt = owed.delivery.receipt
        for _ in range(PASSES if receipt else 0):
            if self.bench.department.transport.kind not in {"soap", "rest"}:
                self.bench.server.control("/_fake/work", {})
            self.wait(duration(receipt.every) if receipt else HOUR)
            self.push()
        return self.look(owed)

    def look(self, owed: Owed) -> DeliveryBrief:
        """Return how a delivery stands in the outbox."""
        with self.bench.hub.engine.connect() as conn:
            return get_delivery(conn, owed.delivery_id)

    def decide(self, owed: Owed, choice: Choice) -> None:
        """Let a person end a doubt."""
        with self.bench.hub.engine.begin() as conn:
            decide_delivery(conn, owed.delivery_id, choice, "the kit", self.now)

    def inbox(self, owed: Owed) -> list[dict[str, Any]]:
        """Return what the department took of a delivery, in order."""
        key, taken = self.look(owed).delivery_key, self.bench.server.control("/_fake/inbox", {})["inbox"]
        mine = [one for one in taken if one["kind"] == owed.delivery.kind]
        return [one for one in mine if owed.case in one["values"].values() or (key and one["delivery_key"] == key)]

    def arrived(self, owed: Owed) -> Arrived:
        """Return how often a delivery arrived, and how often it was done."""
        taken = self.inbox(owed)
        return Arrived(sum(one["received"] for one in taken), sum(one["times"] for one in taken))

    def kill_at(self, point: str) -> int:
        """Push in a process that is killed at `point`; return how it ended."""
        bench = self.bench
        return bench.victims.run(Order(
            bench.database, bench.server.connection_value, bench.department.department, "",
            str(bench.hub.connectors_folder or ""), self.now, point, "push",
        ))  # fmt: skip

    def require_end(self, owed: Owed, when: str) -> DeliveryBrief:
        """Fail unless a delivery was done once and is known to be, or, in class C, waits for a person and was sent once."""
        brief, arrived, class_ = self.look(owed), self.arrived(owed), owed.delivery.class_
        if arrived.times > 1:
            raise Failed(f"{when}: {owed.delivery.kind} was done {arrived.times} times", TWICE[class_])
        if brief.state in ENDED and arrived.times == 1:
            return brief
        if brief.state == "to_verify" and class_ == "C" and brief.reason_code:
            return brief
        if brief.state == "refused" and arrived.times == 0 and brief.reason_code:
            return brief
        raise Failed(
            f"{when}: {owed.delivery.kind} is {brief.state} ({brief.reason_code or 'no reason'}) and was done "
            f"{arrived.times} times",
            "look at `success`, `busy` and, for class B, at `ask`: they decide what an answer means",
        )


def _example(delivery: Delivery) -> dict[str, str]:
    """Return an invented delivery in codes that the declaration knows."""
    given = example_of(delivery.kind)
    coded = {rule.from_: list(rule.codes) for rule in delivery.fields.values() if rule.codes}
    return given | {name: codes[0] for name, codes in coded.items() if name in given and given[name] not in codes}


TWICE = {
    "A": "class A promises that the same key is the same delivery: look at `key`, and ask the department about it",
    "B": "look at `ask`: `found_when` must name what the department says of a delivery that it has",
    "C": "report it: a delivery of class C must never be sent again by itself",
}

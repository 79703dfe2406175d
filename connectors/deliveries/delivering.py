"""The room's other front: deliver one parcel, ask whether it arrived, poll its receipt, over whichever transport.

Raises nothing of the department's: whatever happens becomes an outcome, and what that means is the outbox's business.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import Delivery
from connectors.declarations.parcel import Parcel, write_fields
from connectors.deliveries.delivery_outcomes import Outcome, State
from connectors.deliveries.file_courier import FileCourier
from connectors.deliveries.spoken_courier import SpokenCourier
from connectors.wire.connection import Connection
from connectors.wire.wire_clock import read_clock

__all__ = ["Courier", "Outcome", "Parcel", "State", "opened_courier", "write_fields"]


class Courier(Protocol):
    """Bring parcels to one department."""

    def open(self, delivery: Delivery) -> None:
        """Make ready to speak; DeclarationError where our own connection or contract does not let us, and nothing else."""

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Deliver once: accepted, refused, again (it is certainly not there) or doubtful."""

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Ask whether it arrived: accepted, missing, or pending where the department does not say."""

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Ask for its receipt: done, refused or pending."""

    def close(self) -> None:
        """Let connections go."""


@contextlib.contextmanager
def opened_courier(department: Department, connection: Connection) -> Iterator[Courier]:
    """Yield what brings parcels to a department; nothing is opened before the first leaves."""
    courier = _choose(department, connection)
    try:
        yield courier
    finally:
        courier.close()


def _choose(department: Department, connection: Connection) -> Courier:
    if department.transport.kind == "file":
        return FileCourier(department, connection)
    if department.transport.kind != "table":
        return SpokenCourier(department, connection, read_clock)
    from connectors.deliveries.front_courier import FrontCourier  # noqa: PLC0415  only front tables pay for their database

    return FrontCourier(department, connection, read_clock)

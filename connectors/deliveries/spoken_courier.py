"""Parcels brought over SOAP and REST: written by the contract, sent once, and every answer read for what it proves.

Raises nothing of the department's: whatever happens becomes an outcome. Keeps nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_delivery import Ask, Delivery, Receipt
from connectors.declarations.declared_parts import Success
from connectors.declarations.delivery_feeds import asking_feed, sending_feed
from connectors.declarations.parcel import Parcel, fill_request, write_fields
from connectors.deliveries.delivery_calls import Caller, Written
from connectors.deliveries.delivery_outcomes import (
    Outcome,
    State,
    TextAt,
    from_answer,
    from_error,
    from_question,
    from_receipt,
    from_status,
)
from connectors.wire.connection import Connection
from connectors.wire.door import Answer
from schemas.bureau_time import Clock
from schemas.errors import (
    DeclarationError,
    DepartmentError,
    DepartmentFault,
    DepartmentNotReached,
    DepartmentNotTrusted,
    DepartmentRefused,
    DepartmentTimeout,
    DepartmentUnreachable,
    HubError,
    SignInRefused,
)

NOT_SENT = (DepartmentNotReached, DepartmentNotTrusted, DeclarationError)
DOWN = (DepartmentUnreachable, DepartmentTimeout)
FAULT_STATUSES = {400, 500}  # of SOAP: the answer may hold a Fault that says more


class SpokenCourier:
    """Bring parcels to one department."""

    def __init__(self, department: Department, connection: Connection, clock: Clock) -> None:
        self._department, self._clock = department, clock
        self._caller = Caller(department, connection, clock)
        self._is_soap = department.transport.kind == "soap"

    def close(self) -> None:
        """Let the connection go."""
        self._caller.close()

    def open(self, delivery: Delivery) -> None:
        """Open the door and sign in; what is the department's fault is met again when a parcel leaves."""
        with contextlib.suppress(DepartmentError):
            self._caller.open(sending_feed(delivery))

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Send the parcel, under its key where the department takes one."""
        feed = sending_feed(delivery)
        try:
            self._caller.open(feed)
        except HubError as error:
            return from_error(error, was_sent=False, is_down=isinstance(error, DOWN))
        written = self._write(delivery, feed, parcel)
        answer = self._send(written) if isinstance(written, Written) else written
        return self._judge(delivery, feed, answer) if isinstance(answer, Answer) else answer

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Ask the department whether it has the parcel."""
        if delivery.ask is None:
            return Outcome("pending", "declaration.wrong", "declares no way to ask")
        states: dict[State, Success] = {"accepted": delivery.ask.found_when, "missing": delivery.ask.missing_when}
        return self._question(delivery, delivery.ask, parcel, lambda text_at: from_question(text_at, states))

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Ask the department what became of the parcel."""
        receipt = delivery.receipt
        if receipt is None:
            return Outcome("done")
        return self._question(delivery, receipt, parcel, lambda text_at: from_receipt(text_at, receipt))

    def _write(self, delivery: Delivery, feed: Feed, parcel: Parcel) -> Written | Outcome:
        header = delivery.key.header if delivery.key else ""
        try:
            values = write_fields(delivery, parcel, f"{self._department.department}.{delivery.kind}")
            return self._caller.write(feed, values, {header: parcel.delivery_key} if header else {})
        except DeclarationError as error:
            return Outcome("refused", error.code, str(error))
        except HubError as error:
            return from_error(error, was_sent=False, is_down=isinstance(error, DOWN))

    def _send(self, written: Written) -> Answer | Outcome:
        try:
            return self._caller.send(written)
        except HubError as error:
            return from_error(error, was_sent=not isinstance(error, NOT_SENT), is_down=isinstance(error, DOWN))

    def _judge(self, delivery: Delivery, feed: Feed, answer: Answer) -> Outcome:
        """Return what the answer to a delivery proves."""
        who = f"{self._department.department}.{delivery.kind}"
        told = from_status(answer.status, answer.headers, who, self._clock())
        if told and not (self._is_soap and answer.status in FAULT_STATUSES):
            return told
        try:
            return from_answer(delivery, self._caller.read(feed, answer))
        except SignInRefused as error:  # as 401 and 403 are: said before anything was done with it
            return from_error(error, was_sent=False, is_down=False)
        except DepartmentRefused as error:
            return Outcome("refused", error.code, str(error))
        except HubError as error:
            is_fault = self._is_soap and isinstance(error, DepartmentFault)
            return from_error(error, was_sent=True, is_down=is_fault) if is_fault or not told else told

    def _question(
        self, delivery: Delivery, question: Ask | Receipt, parcel: Parcel, judge: Callable[[TextAt], Outcome]
    ) -> Outcome:
        """Ask; whatever is no clear answer leaves things as they are."""
        feed = asking_feed(self._department, delivery, question)
        try:
            self._caller.open(feed)
            answer = self._caller.send(self._caller.write(feed, fill_request(question.request, parcel), {}))
            told = from_status(
                answer.status, answer.headers, f"{self._department.department}.{feed.name}", self._clock()
            )
            return _unclear(told) if told else judge(self._caller.read(feed, answer))
        except HubError as error:
            return _unclear(from_error(error, was_sent=True, is_down=isinstance(error, DOWN)))


def _unclear(told: Outcome) -> Outcome:
    return Outcome("pending", told.code, told.words, "", told.wait_seconds, told.is_down)

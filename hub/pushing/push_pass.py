"""One pass over a department's outbox: claim, ask where there is a doubt, send, note what became of it; then receipts.

Knows the order of the steps and what a death between them leaves behind; everything that must survive is in the outbox.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg
import stamina
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import DBAPIError

from connectors.declarations.declaration import Delivery, Department, duration
from connectors.declarations.maintenance import window_at
from connectors.deliveries.delivering import Courier, Outcome, Parcel
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pushing.outbox_verdicts import (
    answer_of,
    judge_delivery,
    judge_receipt,
    left_in_peace,
    postponed,
    unanswered,
)
from license_library.deliveries.outbox_claims import FAILURES, Claim, claim_delivery, claim_receipt, paused_until
from license_library.deliveries.outbox_marks import Mark, hold_back, mark_delivery, mark_leaving, mark_receipt, release
from license_library.quarantine.corrections import note_answer
from schemas.errors import HubError, LeaseLost

T = TypeVar("T")


@dataclass(frozen=True)
class PushBounds:
    """What one pass may be: how many deliveries, how long a claim outlasts the department's deadlines, how it chances."""

    deliveries: int = 10_000
    grace: timedelta = timedelta(seconds=60)
    patience_seconds: float = 120  # how long the hub's own database may be away in the middle of a pass
    chance: Callable[[], float] = random.random


@dataclass
class PushSummary:
    """Tell what one pass did, by the state it left deliveries in, and why it stopped early if it did."""

    department: str
    counts: dict[str, int] = field(default_factory=dict)
    paused_until: datetime | None = None
    notices: list[str] = field(default_factory=list)
    error_code: str | None = None
    error_message: str | None = None

    @property
    def is_good(self) -> bool:
        """Say whether the pass went through and found the department up."""
        return self.error_code is None and self.paused_until is None

    def add(self, state: str) -> None:
        """Count one delivery."""
        self.counts[state] = self.counts.get(state, 0) + 1


class PushPass:
    """Bring what is due to one department, one delivery after the other."""

    def __init__(self, hub: HubContext, declared: Department, courier: Courier, bounds: PushBounds) -> None:
        self._hub, self._declared, self._courier, self._bounds = hub, declared, courier, bounds
        # A call ends at its deadline; asking, then sending, and signing in again for each, is at most four.
        self._lease = timedelta(seconds=4 * declared.transport.limits.deadline_seconds) + bounds.grace
        self.summary = PushSummary(declared.department)

    def deliver(self, progress: Progress) -> None:
        """Bring deliveries until none is due."""
        kinds = self._open_kinds()
        for number in range(1, self._bounds.deliveries + 1):
            claim = self._in_transaction(lambda conn: self._claim(conn, kinds))
            if claim is None:
                break
            pass_by("after_claim")
            self._note(claim, self._bring(self._declared.deliveries[claim.kind], claim))
            progress("deliver", number)

    def poll(self, progress: Progress) -> None:
        """Ask for every receipt that is due, each once; a department that is found down is left alone."""
        downs = 0
        for number, (delivery, claim) in enumerate(self._due_receipts(self._hub.clock()), start=1):
            progress("poll", number)
            downs = downs + 1 if self._note_receipt(delivery, claim) else 0
            if downs == FAILURES:
                self.summary.notices.append("it was found down; the other receipts are asked for in the next pass")
                return

    def _open_kinds(self) -> Sequence[str]:
        """Return the kinds that the department may be given now; note why the others must wait, and of each that it does."""
        found = []
        for kind, delivery in self._declared.deliveries.items():
            window = window_at(delivery.maintenance, self._declared.timezone, self._hub.clock())
            self._in_transaction(partial(self._hold_back, kind, window[1] if window else None))
            if window is None:
                found.append(kind)
                continue
            if window[0].notice not in self.summary.notices:
                self.summary.notices.append(window[0].notice)
        return found

    def _hold_back(self, kind: str, until: datetime | None, conn: Transaction) -> None:
        if until is None:
            release(conn, self._declared.department, kind, self._hub.clock())
        else:
            hold_back(conn, self._declared.department, kind, until)

    def _claim(self, conn: Transaction, kinds: Sequence[str]) -> Claim | None:
        now, name = self._hub.clock(), self._declared.department
        claim = claim_delivery(conn, self._hub.keyring, name, kinds, self._lease, now)
        self.summary.paused_until = None if claim else paused_until(conn, name, now)
        return claim

    def _bring(self, delivery: Delivery, claim: Claim) -> Mark | None:
        """Send a claimed delivery, unless it turns out to be there; None where it was taken from us meanwhile."""
        if claim.is_doubtful and delivery.class_ == "C":
            return unanswered()
        self._courier.open(delivery)  # a fault of our own ends the pass: what is claimed is neither left nor tried
        asked = self._ask(delivery, claim) if claim.is_doubtful and delivery.class_ == "B" else None
        if asked:
            return asked
        window = window_at(delivery.maintenance, self._declared.timezone, self._hub.clock())
        return postponed(claim, window[1]) if window else self._send(delivery, claim)

    def _ask(self, delivery: Delivery, claim: Claim) -> Mark | None:
        """Ask whether a delivery arrived, once it had the time to; None where it did not."""
        early = left_in_peace(delivery, claim, self._hub.clock())
        if early:
            return early
        asked = self._courier.ask(delivery, parcel_of(claim))
        if asked.state == "missing":
            return None
        return judge_delivery(delivery, claim, asked, self._hub.clock(), self._bounds.chance())

    def _send(self, delivery: Delivery, claim: Claim) -> Mark | None:
        try:
            left = self._in_transaction(lambda conn: self._leave(conn, claim))
        except LeaseLost:
            return None
        pass_by("before_send")
        try:
            outcome = self._courier.deliver(delivery, parcel_of(left))
        except Exception as error:  # noqa: BLE001 - a mistake of ours; the others still leave, and the pass is red
            outcome = Outcome("doubtful", HubError.code, self._note_mistake(claim, error))
        pass_by("after_send_before_mark")
        return judge_delivery(delivery, left, outcome, self._hub.clock(), self._bounds.chance())

    def _note_mistake(self, claim: Claim, error: Exception) -> str:
        """Note what nobody foresaw by its kind and place: its own words may quote a payload."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        self.summary.error_code = HubError.code
        self.summary.error_message = f"delivery {claim.delivery_id}: {where}; it may have arrived; report it"
        return where

    def _leave(self, conn: Transaction, claim: Claim) -> Claim:
        now = self._hub.clock()
        return mark_leaving(conn, claim, now + self._lease, now)

    def _note(self, claim: Claim, mark: Mark | None) -> None:
        """Note what became of a delivery; one that was taken from us is noted by whoever has it now."""
        if mark is None:
            return
        try:
            self._in_transaction(lambda conn: mark_delivery(conn, claim, mark, self._hub.clock()))
        except LeaseLost:
            return
        pass_by("after_mark")
        self.summary.add(mark.state)

    def _due_receipts(self, began: datetime) -> Iterator[tuple[Delivery, Claim]]:
        """Claim what was due when the asking began: what comes due meanwhile belongs to the next pass, or this had no end."""
        if self.summary.paused_until:
            return
        for delivery in map(self._declared.deliveries.__getitem__, self._open_kinds()):
            for _ in range(self._bounds.deliveries):
                claim = self._claim_receipt(delivery, began)
                if claim is None:
                    break
                yield delivery, claim

    def _claim_receipt(self, delivery: Delivery, due: datetime) -> Claim | None:
        if delivery.receipt is None:
            return None
        every, keyring = duration(delivery.receipt.every), self._hub.keyring
        return self._in_transaction(
            lambda conn: claim_receipt(
                conn, keyring, self._declared.department, delivery.kind, every, due, self._hub.clock()
            )
        )

    def _note_receipt(self, delivery: Delivery, claim: Claim) -> bool:
        """Ask for a receipt and note what it says; tell whether the department was found down."""
        self._courier.open(delivery)
        outcome = self._courier.poll(delivery, parcel_of(claim))
        mark = judge_receipt(delivery, claim, outcome, self._hub.clock())
        if mark:
            self._in_transaction(lambda conn: self._mark_receipt(conn, claim, mark, answer_of(delivery, outcome)))
            self.summary.add(mark.state)
        return outcome.is_down

    def _mark_receipt(self, conn: Transaction, claim: Claim, mark: Mark, answer: str) -> None:
        now = self._hub.clock()
        if mark_receipt(conn, claim, mark, now) and answer:
            note_answer(conn, claim.delivery_id, answer, self._declared.department, mark.answer or "", now)

    def _in_transaction(self, work: Callable[[Transaction], T]) -> T:
        """Do one whole transaction; where the database broke off, do it again once it is back."""
        for attempt in stamina.retry_context(
            on=_broke_off, attempts=None, timeout=self._bounds.patience_seconds, wait_initial=0.1, wait_max=2.0
        ):
            with attempt, self._hub.engine.begin() as conn:
                return work(conn)
        raise AssertionError  # the context either returns or raises


def parcel_of(claim: Claim) -> Parcel:
    """Return what a courier brings of a claimed delivery."""
    return Parcel(claim.kind, claim.delivery_key, claim.case_number, claim.sequence, claim.payload, claim.number)


def _broke_off(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.OperationalError)

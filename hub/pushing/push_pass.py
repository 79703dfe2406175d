"""One pass over a department's outbox: claim, ask where there is a doubt, send, note what became of it; then receipts.

Knows the order of the steps and what a death between them leaves behind; everything that must survive is in the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import stamina
from sqlalchemy import Connection as Transaction
from sqlalchemy.exc import DataError

from connectors.declarations.declaration import Delivery, Department, duration
from connectors.declarations.maintenance import window_at
from connectors.deliveries.delivering import Courier, Outcome, Parcel, State
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pushing.outbox_verdicts import (
    answer_of,
    damaged,
    judge_asked,
    judge_delivery,
    judge_missing,
    judge_receipt,
    left_in_peace,
    postponed,
    redeclared,
    unanswered,
)
from hub.pushing.push_summary import PushBounds, PushSummary
from license_library.deliveries.outbox_claims import Claim, claim_delivery, claim_receipt, paused_until
from license_library.deliveries.outbox_marks import (
    Mark,
    hold_back,
    mark_delivery,
    mark_heard,
    mark_leaving,
    mark_receipt,
    refuse_undeclared,
    release,
)
from license_library.deliveries.push_holds import demand_free
from license_library.quarantine.corrections import note_answer
from license_library.storage.database_failures import may_be_repeated
from schemas.errors import HubError, LeaseLost

T = TypeVar("T")
# Each waits its turn and ends at the deadline: asking, then sending, and signing in again for each; of a file, every look, write and renaming.
CALLS, STEPS = 4, {"file": 16}


class PushPass:
    """Bring what is due to one department, one delivery after the other."""

    def __init__(
        self, hub: HubContext, declared: Department, courier: Courier, bounds: PushBounds, summary: PushSummary
    ) -> None:
        self._hub, self._declared, self._courier, self._bounds, self.summary = hub, declared, courier, bounds, summary
        limits, steps = declared.transport.limits, STEPS.get(declared.transport.kind, CALLS)
        self._lease = (
            timedelta(seconds=steps * (limits.deadline_seconds + 1 / limits.requests_per_second)) + bounds.grace
        )

    def deliver(self, progress: Progress) -> None:
        """Bring deliveries until none is due, or until the pass is over: then the rest leaves in the next one."""
        kinds, until = self._open_kinds(), self._hub.clock() + self._bounds.lasts
        for number in range(1, self._bounds.deliveries + 1):
            if self._hub.clock() >= until:
                self.summary.notices.append("the pass took its time; what is still due leaves in the next one")
                break
            claim = self._in_transaction(lambda conn: self._claim(conn, kinds))
            if claim is None:
                break
            pass_by("after_claim")
            self._note(claim, self._bring(self._declared.deliveries[claim.kind], claim))
            progress("deliver", number)

    def poll(self, progress: Progress) -> None:
        """Ask for every receipt that is due, each once; a department that is found down is left alone."""
        for number, (delivery, claim) in enumerate(self._due_receipts(self._hub.clock()), start=1):
            progress("poll", number)
            if self._note_receipt(delivery, claim):
                self.summary.paused_until = self._in_transaction(self._paused)
            if self.summary.paused_until:
                self.summary.notices.append("it was found down; the other receipts are asked for in the next pass")
                return

    def _open_kinds(self) -> Sequence[str]:
        """Return the kinds that the department may be given now; note why the others must wait, and of each that it does."""
        found = []
        self._in_transaction(self._refuse_undeclared)
        for kind, delivery in self._declared.deliveries.items():
            window = window_at(delivery.maintenance, self._declared.timezone, self._hub.clock())
            self._in_transaction(partial(self._hold_back, kind, window[1] if window else None))
            if window is None:
                found.append(kind)
                continue
            if window[0].notice not in self.summary.notices:
                self.summary.notices.append(window[0].notice)
        return found

    def _refuse_undeclared(self, conn: Transaction) -> None:
        declared = self._declared
        if refused := refuse_undeclared(conn, declared.department, declared.deliveries.keys(), self._hub.clock()):
            self.summary.notices.append(f"{refused} of kinds that are not declared any more wait for a person")

    def _hold_back(self, kind: str, until: datetime | None, conn: Transaction) -> None:
        if until is None:
            release(conn, self._declared.department, kind, self._hub.clock())
        else:
            hold_back(conn, self._declared.department, kind, until)

    def _claim(self, conn: Transaction, kinds: Sequence[str]) -> Claim | None:
        demand_free(conn)
        hub, name = self._hub, self._declared.department
        claim = claim_delivery(conn, hub.keyring, name, kinds, self._lease, hub.clock())
        self.summary.paused_until = None if claim else self._paused(conn)
        return claim

    def _paused(self, conn: Transaction) -> datetime | None:
        return paused_until(conn, self._declared.department, self._hub.clock())

    def _bring(self, delivery: Delivery, claim: Claim) -> Mark | None:
        """Send a claimed delivery, unless it turns out to be there; None where it was taken from us meanwhile."""
        if claim.is_damaged:
            return damaged(claim)
        if claim.is_doubtful and delivery.class_ != claim.delivery_class:
            return redeclared(claim, delivery)
        if claim.is_doubtful and delivery.class_ == "C":
            return unanswered(claim)
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
        asked = self._called(claim, "pending", lambda: self._courier.ask(delivery, parcel_of(claim)))
        if asked.state == "missing":
            return judge_missing(delivery, claim, self._hub.clock())
        return judge_asked(delivery, claim, asked, self._hub.clock(), self._bounds.chance())

    def _send(self, delivery: Delivery, claim: Claim) -> Mark | None:
        try:
            leaving = replace(claim, delivery_class=delivery.class_)
            left = self._in_transaction(lambda conn: self._leave(conn, leaving))
        except LeaseLost:
            return None
        pass_by("before_send")
        outcome = self._called(claim, "doubtful", lambda: self._courier.deliver(delivery, parcel_of(left)))
        pass_by("after_send_before_mark")
        return judge_delivery(delivery, left, outcome, self._hub.clock(), self._bounds.chance())

    def _called(self, claim: Claim, otherwise: State, call: Callable[[], Outcome]) -> Outcome:
        """Return what came of a call; at an error that nobody foresaw the others still follow, and the pass is red."""
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - a mistake of ours
            return Outcome(otherwise, HubError.code, self.summary.note_mistake(claim.delivery_id, error))

    def _leave(self, conn: Transaction, claim: Claim) -> Claim:
        demand_free(conn)  # what a hold overtakes stays claimed, untried, until its lease ends
        return mark_leaving(conn, claim, self._hub.clock() + self._lease, self._hub.clock())

    def _note(self, claim: Claim, mark: Mark | None) -> None:
        """Note what became of a delivery; one that was taken from us is noted by whoever has it now."""
        if mark is None:
            return
        try:
            self._mark(claim, mark)
        except LeaseLost:
            return
        pass_by("after_mark")
        self.summary.add(mark.state)

    def _mark(self, claim: Claim, mark: Mark) -> None:
        """Note it; where the department's own words or number cannot be kept, without them: it stops no other delivery."""
        try:
            self._in_transaction(lambda conn: mark_delivery(conn, claim, mark, self._hub.clock()))
        except DataError as error:
            bare = replace(mark, answer=self.summary.note_mistake(claim.delivery_id, error), number="")
            self._in_transaction(lambda conn: mark_delivery(conn, claim, bare, self._hub.clock()))

    def _due_receipts(self, began: datetime) -> Iterator[tuple[Delivery, Claim]]:
        """Claim what was due when the asking began: what comes due meanwhile belongs to the next pass, or this had no end."""
        if self.summary.paused_until:
            return
        until = began + self._bounds.lasts
        for delivery in map(self._declared.deliveries.__getitem__, self._open_kinds()):
            for _ in range(self._bounds.deliveries):
                claim = self._claim_receipt(delivery, began) if self._hub.clock() < until else None
                if claim is None:
                    break
                yield delivery, claim

    def _claim_receipt(self, delivery: Delivery, due: datetime) -> Claim | None:
        if delivery.receipt is None:
            return None
        every, name, kind = duration(delivery.receipt.every), self._declared.department, delivery.kind

        def claim(conn: Transaction) -> Claim | None:
            demand_free(conn)
            return claim_receipt(conn, self._hub.keyring, name, kind, every, due, self._hub.clock())

        return self._in_transaction(claim)

    def _note_receipt(self, delivery: Delivery, claim: Claim) -> bool:
        """Ask for a receipt and note what it says; tell whether the department was found down."""
        if claim.is_damaged:
            self._in_transaction(lambda conn: self._mark_receipt(conn, claim, damaged(claim), ""))
            self.summary.add("to_verify")
            return False
        self._courier.open(delivery)
        outcome = self._called(claim, "pending", lambda: self._courier.poll(delivery, parcel_of(claim)))
        mark = judge_receipt(delivery, claim, outcome, self._hub.clock())
        if mark:
            self._in_transaction(lambda conn: self._mark_receipt(conn, claim, mark, answer_of(delivery, outcome)))
            self.summary.add(mark.state)
        elif outcome.is_down or not outcome.code:  # what was not understood says neither
            self._in_transaction(lambda conn: mark_heard(conn, claim, self._hub.clock(), is_down=outcome.is_down))
        return outcome.is_down

    def _mark_receipt(self, conn: Transaction, claim: Claim, mark: Mark, answer: str) -> None:
        if mark_receipt(conn, claim, mark, now := self._hub.clock()) and answer:
            note_answer(conn, claim.delivery_id, answer, self._declared.department, mark.answer or "", now)

    def _in_transaction(self, work: Callable[[Transaction], T]) -> T:
        """Do one whole transaction; where the database broke off or was being migrated, do it again once it is back."""
        for attempt in stamina.retry_context(
            on=may_be_repeated, attempts=None, timeout=self._bounds.patience_seconds, wait_initial=0.1, wait_max=2.0
        ):
            with attempt, self._hub.engine.begin() as conn:
                return work(conn)
        raise AssertionError  # the context either returns or raises


def parcel_of(claim: Claim) -> Parcel:
    """Return what a courier brings of a claimed delivery."""
    return Parcel(claim.kind, claim.delivery_key, claim.case_number, claim.sequence, claim.payload, claim.number)

"""What an outcome means for the outbox, by the class of the delivery. Decides; writes nothing and asks nobody.

A: sent again under the same key. B: asked about first. C: at most once, then a person looks.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from connectors.declarations.declaration import Delivery, duration
from connectors.deliveries.delivering import Outcome
from hub.backoff import is_over, pause_after
from license_library.deliveries.outbox_claims import Claim
from license_library.deliveries.outbox_marks import Mark
from license_library.deliveries.push_holds import RESTORED

GIVEN_UP, NO_RECEIPT, UNANSWERED = "delivery.given_up", "delivery.no_receipt", "delivery.unanswered"
DAMAGED = "delivery.damaged"


def judge_delivery(delivery: Delivery, claim: Claim, outcome: Outcome, now: datetime, chance: float) -> Mark:
    """Return where a delivery stands after it left, or after the department was asked for it."""
    if outcome.state == "accepted":
        return Mark(
            "acknowledged" if delivery.receipt else "done", next_try_at=now + _first_poll(delivery),
            number=outcome.number, is_answer=True,
        )  # fmt: skip
    if outcome.state == "refused":
        # Refused may be this very delivery, since an earlier try of it arrived; B was asked about that one before.
        may_be_there = claim.is_doubtful and delivery.class_ == "A"
        state = "to_verify" if may_be_there else "refused"
        return Mark(state, outcome.code, outcome.words, is_doubtful=may_be_there, is_answer=True)
    is_doubtful = outcome.state in {"doubtful", "pending"}
    if is_doubtful and delivery.class_ == "C":
        return Mark("to_verify", outcome.code, outcome.words, is_doubtful=True, is_down=outcome.is_down)
    # That this try did not arrive proves nothing of an earlier one; B was asked about that one before this was sent.
    is_doubtful = is_doubtful or (claim.is_doubtful and delivery.class_ == "A")
    return _again(delivery, claim, outcome, now, chance, is_doubtful=is_doubtful)


def judge_asked(delivery: Delivery, claim: Claim, outcome: Outcome, now: datetime, chance: float) -> Mark:
    """Return where a delivery stands after the department was asked for it; asked by its case, it may have told of another that a restored database forgot."""
    by_key = delivery.ask is not None and "{delivery_key}" in delivery.ask.request.values()
    if outcome.state == "accepted" and claim.is_since_restore and not by_key:
        words = "the department has a delivery of this case and number, perhaps one that this database forgot"
        return Mark("to_verify", RESTORED, words, is_doubtful=True, is_answer=True)
    return judge_delivery(delivery, claim, outcome, now, chance)


def judge_missing(delivery: Delivery, claim: Claim, now: datetime) -> Mark | None:
    """Return where a delivery stands that the department does not have; None where it may be sent once more."""
    if is_over(claim.tries, claim.owed_at, now, delivery.tries, duration(delivery.give_up)):
        return Mark("refused", GIVEN_UP, "the department was asked and does not have it")
    return None


def judge_receipt(delivery: Delivery, claim: Claim, outcome: Outcome, now: datetime) -> Mark | None:
    """Return where an acknowledged delivery stands after its receipt was asked for; None: as before."""
    if answer_of(delivery, outcome):
        return Mark("done", answer=outcome.words or None, is_answer=True)
    if outcome.state in {"done", "refused"}:
        return Mark(outcome.state, outcome.code, outcome.words, is_answer=True)
    receipt = delivery.receipt
    if receipt and claim.acknowledged_at and now - claim.acknowledged_at >= duration(receipt.give_up):
        words = f"no receipt within {receipt.give_up}"
        return Mark("to_verify", NO_RECEIPT, outcome.words or words, is_doubtful=True, is_down=outcome.is_down)
    return None


def answer_of(delivery: Delivery, outcome: Outcome) -> str:
    """Return how a receipt answers a correction request: as it is declared to, or refused where the department refuses it."""
    if delivery.kind != "correction_request":
        return ""
    return outcome.answer or ("refused" if outcome.state == "refused" else "")


def unanswered(claim: Claim) -> Mark:
    """Return where a delivery of class C stands that left and was never heard of again, or may have left before a restore."""
    if claim.reason_code == RESTORED:
        words = "the database was restored since; whether it left is not known"
        return Mark("to_verify", RESTORED, words, is_doubtful=True)
    return Mark("to_verify", UNANSWERED, "the run that sent it ended before it had an answer", is_doubtful=True)


def damaged(claim: Claim) -> Mark:
    """Return where a delivery stands whose payload cannot be decrypted: nothing can be sent or asked of it."""
    may_be_there = claim.is_doubtful or claim.acknowledged_at is not None
    return Mark("to_verify", DAMAGED, "what it says cannot be decrypted", is_doubtful=may_be_there)


def redeclared(claim: Claim, delivery: Delivery) -> Mark:
    """Return where a delivery stands that left as another class: what is declared today proves nothing of how it left."""
    words = f"it left as class {claim.delivery_class}; class {delivery.class_} is declared now and cannot end its doubt"
    return Mark("to_verify", UNANSWERED, words, is_doubtful=True)


def left_in_peace(delivery: Delivery, claim: Claim, now: datetime) -> Mark | None:
    """Return how a delivery waits that left too short ago to be asked about: its run died before it could say so."""
    if not delivery.ask or claim.sent_at is None or now >= claim.sent_at + duration(delivery.ask.after):
        return None
    until = claim.sent_at + duration(delivery.ask.after)
    return Mark("waiting", claim.reason_code or UNANSWERED, next_try_at=until, is_doubtful=True)


def postponed(claim: Claim, until: datetime) -> Mark:
    """Return where a claimed delivery stands that may not leave now; one that may have arrived keeps its reason."""
    reason = claim.reason_code if claim.is_doubtful else None
    return Mark("waiting", reason or "delivery.maintenance", next_try_at=until, is_doubtful=claim.is_doubtful)


def _again(
    delivery: Delivery, claim: Claim, outcome: Outcome, now: datetime, chance: float, *, is_doubtful: bool
) -> Mark:
    # What can be asked about is asked about as long as it may be owed: tries are counted of sending.
    most = sys.maxsize if is_doubtful and delivery.class_ == "B" else delivery.tries
    if is_over(claim.tries, claim.owed_at, now, most, duration(delivery.give_up)):
        state = "to_verify" if is_doubtful else "refused"
        return Mark(state, GIVEN_UP, outcome.words, is_doubtful=is_doubtful, is_down=outcome.is_down)
    pause = pause_after(claim.tries, chance, outcome.wait_seconds)
    if is_doubtful and delivery.ask:
        pause = max(pause, duration(delivery.ask.after))
    return Mark(
        "waiting", outcome.code, outcome.words, now + pause, is_doubtful, is_down=outcome.is_down,
    )  # fmt: skip


def _first_poll(delivery: Delivery) -> timedelta:
    return duration(delivery.receipt.every) if delivery.receipt else timedelta(0)

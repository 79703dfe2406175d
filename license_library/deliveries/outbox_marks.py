"""What became of a claimed delivery, written by whoever holds its claim and by nobody else.

Each mark may be repeated: after a break nobody knows whether the commit went through. Knows states, no transport.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.deliveries.outbox_claims import Claim
from schemas.errors import LeaseLost

LONGEST = 500


@dataclass(frozen=True)
class Mark:
    """Say where a delivery stands now, and why; `is_answer`: the department said so, `is_down`: it was found down."""

    state: str
    reason_code: str | None = None
    answer: str | None = None
    next_try_at: datetime | None = None
    is_doubtful: bool = False
    number: str = ""
    is_answer: bool = False
    is_down: bool = False


_LEAVING = text("""
update deliveries set state = 'sent', class = :class, sent_at = :now, tries = tries + 1, lease_until = :until
where delivery_id = :delivery_id and epoch = :epoch and state = 'claimed' and lease_until >= :now and is_doubtful = :is_doubtful
""")
_MARK = text("""
update deliveries set state = :state, lease_until = null, reason_code = :reason_code, answer = :answer,
  is_doubtful = :is_doubtful, number = coalesce(nullif(:number, ''), number),
  next_try_at = coalesce(:next_try_at, next_try_at),
  answered_at = case when :is_answer then :now else answered_at end,
  failed_at = case when :is_down then :now else failed_at end,
  acknowledged_at = case when :state in ('acknowledged', 'done') then coalesce(acknowledged_at, :now) else acknowledged_at end,
  finished_at = case when :state = 'done' then :now end
where delivery_id = :delivery_id and epoch = :epoch and state = any(:from)
""")
_HEARD = text("""
update deliveries set answered_at = case when :is_down then answered_at else :now end,
  failed_at = case when :is_down then :now else failed_at end
where delivery_id = :delivery_id and state = 'acknowledged'
""")
_HOLD_BACK = text("""
update deliveries set reason_code = 'delivery.maintenance', next_try_at = :until
where department = :department and kind = :kind and state = 'waiting' and not is_doubtful
  and (next_try_at < :until or reason_code = 'delivery.maintenance' and next_try_at > :until)
""")
_RELEASE = text("""
update deliveries set next_try_at = :now
where department = :department and kind = :kind and state = 'waiting' and reason_code = 'delivery.maintenance'
  and next_try_at > :now
""")
_REFUSE_UNDECLARED = text("""
update deliveries set state = case when is_doubtful or state <> 'waiting' then 'to_verify' else 'refused' end,
  is_doubtful = is_doubtful or state <> 'waiting', lease_until = null, reason_code = 'delivery.undeclared', answer = null
where department = :department and kind <> all(:kinds)
  and (state = 'waiting' or state in ('claimed', 'sent') and lease_until < :now)
""")
_MARKED = text("select state from deliveries where delivery_id = :delivery_id and epoch = :epoch")
_CLAIMED, _ASKED = ["claimed", "sent"], ["acknowledged"]


def mark_leaving(conn: Connection, claim: Claim, until: datetime, now: datetime) -> Claim:
    """Note that the delivery leaves now: from here on it may have arrived; it counts as a try. LeaseLost where not ours, or in doubt since."""
    facts = {"delivery_id": claim.delivery_id, "epoch": claim.epoch, "now": now, "until": until}
    facts |= {"class": claim.delivery_class, "is_doubtful": claim.is_doubtful}
    if not conn.execute(_LEAVING, facts).rowcount and _found(conn, claim) != "sent":
        raise _lost(claim)
    return replace(claim, tries=claim.tries + 1)


def mark_delivery(conn: Connection, claim: Claim, mark: Mark, now: datetime) -> None:
    """Note what became of a claimed delivery. LeaseLost where it is no longer ours."""
    if (
        not conn.execute(_MARK, _facts(claim, mark, now) | {"from": _CLAIMED}).rowcount
        and _found(conn, claim) != mark.state
    ):
        raise _lost(claim)


def mark_receipt(conn: Connection, claim: Claim, mark: Mark, now: datetime) -> bool:
    """Note what a receipt says, and tell whether it was noted: a delivery that moved on meanwhile stays where it is."""
    return bool(conn.execute(_MARK, _facts(claim, mark, now) | {"from": _ASKED}).rowcount)


def mark_heard(conn: Connection, claim: Claim, now: datetime, *, is_down: bool) -> None:
    """Note that a department that was asked for a receipt was found down, or has none yet; the delivery stays where it is."""
    conn.execute(_HEARD, {"delivery_id": claim.delivery_id, "now": now, "is_down": is_down})


def hold_back(conn: Connection, department: str, kind: str, until: datetime) -> None:
    """Note of all that would be due before `until` that it waits for the department's maintenance to end.

    What may have arrived keeps its reason: the doubt outlives the maintenance.
    """
    conn.execute(_HOLD_BACK, {"department": department, "kind": kind, "until": until})


def release(conn: Connection, department: str, kind: str, now: datetime) -> None:
    """Let go at once what waits for the end of a maintenance that is over, or no longer declared."""
    conn.execute(_RELEASE, {"department": department, "kind": kind, "now": now})


def refuse_undeclared(conn: Connection, department: str, kinds: Collection[str], now: datetime) -> int:
    """Let a person decide what is of a kind that the department does not declare any more: nobody brings it; return how many."""
    facts = {"department": department, "kinds": list(kinds), "now": now}
    return conn.execute(_REFUSE_UNDECLARED, facts).rowcount


def _facts(claim: Claim, mark: Mark, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": claim.delivery_id, "epoch": claim.epoch, "now": now, "state": mark.state,
        "reason_code": mark.reason_code or None, "answer": (mark.answer or "")[:LONGEST] or None,
        "next_try_at": mark.next_try_at, "is_doubtful": mark.is_doubtful, "number": mark.number,
        "is_answer": mark.is_answer, "is_down": mark.is_down,
    }  # fmt: skip


def _found(conn: Connection, claim: Claim) -> str | None:
    return conn.execute(_MARKED, {"delivery_id": claim.delivery_id, "epoch": claim.epoch}).scalar_one_or_none()


def _lost(claim: Claim) -> LeaseLost:
    return LeaseLost(
        f"delivery {claim.delivery_id}: may no longer be brought by this run; expected our claim, but its lease ended or "
        "another took it; nothing was written"
    )

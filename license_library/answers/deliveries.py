"""Answers about what is owed to departments: nothing of a payload, only where it stands and why."""

from __future__ import annotations

from datetime import datetime

from license_library.answers.spoken import Answer, Words


class DeliveryBrief(Answer, frozen=True):
    """Show one delivery: whose, where it stands, and what happens next."""

    delivery_id: int
    delivery_key: str
    department: str
    department_name: str
    kind: str
    kind_words: Words
    case_number: str
    sequence: int  # place within its case; a later one never overtakes
    delivery_class: str  # A: sent under a key | B: can be asked for | C: neither
    state: str  # waiting | claimed | sent | acknowledged | done | refused | to_verify | cancelled
    state_words: Words
    is_doubtful: bool  # it may have arrived
    tries: int
    next_try_at: datetime | None  # None where nothing happens by itself any more
    waits_for: int | None  # the earlier delivery of its case that stands in the way
    reason_code: str | None
    reason_words: Words | None
    answer: str | None  # short, nothing personal
    number: str | None  # the department's own
    enqueued_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    finished_at: datetime | None
    verified_by: str | None
    decision: str | None  # arrived | resend | cancel
    verified_at: datetime | None


class DeliveryCount(Answer, frozen=True):
    """Count the deliveries in one state."""

    state: str
    words: Words
    count: int


class DeliveriesAnswer(Answer, frozen=True):
    """List deliveries, newest first; `states` counts them under the same department and kind."""

    deliveries: list[DeliveryBrief]
    next: str | None
    states: list[DeliveryCount]
    is_held: bool  # nothing leaves until a person lets it: `hub delivery holds`
    asked_at: datetime


class PushHold(Answer, frozen=True):
    """Show one time in which nothing leaves."""

    hold_id: int
    cause: str  # restored: the database forgot what left later | person
    reason: str
    began_by: str | None  # None: the hub noticed it
    began_at: datetime
    ended_by: str | None
    end_reason: str | None
    ended_at: datetime | None  # None: it lasts


class PushHolds(Answer, frozen=True):
    """List when nothing left, newest first."""

    holds: list[PushHold]
    is_held: bool  # nothing leaves now; also where a restore was not noted yet
    asked_at: datetime

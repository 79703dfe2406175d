"""Answers about quarantine: cases, their problems, and the page a case was read from.

Never a personal value: a problem tells what was expected and the shape of what came.
"""

from __future__ import annotations

from datetime import date, datetime

from license_library.answers.overviews import ExchangeBrief, ProblemCount
from license_library.answers.spoken import Answer, Words


class PhraseShown(Answer, frozen=True):
    """Show what was expected or what came: the code of a phrase, its values by name, and both said in words."""

    code: str
    values: dict[str, str]
    words: Words


class ProblemShown(Answer, frozen=True):
    """Show one problem of a record: what was expected and the shape of what came, never a personal value."""

    code: str
    words: Words
    field: str
    field_words: Words  # 持证主体代码
    expected: PhraseShown
    got: PhraseShown


class CaseEvent(Answer, frozen=True):
    """Show one thing that happened to a case: what, when, by whom and why."""

    event_id: int
    happened_at: datetime
    action: str
    words: Words
    who: str
    reason: str | None
    detail: str | None  # names of fields, codes, a day; never a value
    exchange_id: int | None


class SourceField(Answer, frozen=True):
    """Show one source field of a case as the department said it, and what a person put in its place."""

    name: str
    value: str | None  # masked unless it is revealed
    edited: str | None
    is_edited: bool
    is_personal: bool


class BatchBrief(Answer, frozen=True):
    """Show one action over many cases and how far it is."""

    batch_id: int
    action: str  # recheck | waive | discard | assign | return
    action_words: Words
    chosen: dict[str, str]
    owner: str | None
    until: date | None
    who: str
    reason: str | None
    state: str  # waiting | running | paused | cancelled | done
    state_words: Words
    total: int  # cases under the filter when it was begun
    done: int
    skipped: int  # no longer in a state in which that can be done
    created_at: datetime
    changed_at: datetime
    changed_by: str | None


class BatchesAnswer(Answer, frozen=True):
    """List batches, those that are not over first."""

    batches: list[BatchBrief]
    asked_at: datetime


class CorrectionBrief(Answer, frozen=True):
    """Show one correction request: to whom, about which field, by when, and what came of it. Values are masked."""

    request_id: int
    department: str
    department_name: str
    feed: str
    record_id: str
    quarantine_id: int | None
    license_id: int | None
    field: str
    field_words: Words
    seen: str | None
    proposed: str | None
    has_evidence: bool
    basis: str
    asked_by: str
    asked_at: datetime
    due_on: date
    is_late: bool
    delivery_id: int | None  # None: the department declares no way to bring it; tell its contact
    delivery_state: str | None
    case_number: str | None  # of that delivery
    state: str  # open | answered | withdrawn
    state_words: Words
    answer: str | None  # corrected | confirmed | refused
    answer_note: str | None
    answered_by: str | None
    answered_at: datetime | None


class CorrectionEvent(Answer, frozen=True):
    """Tell one step of a correction request's history."""

    happened_at: datetime
    what: str  # asked | handed_over | arrived | delivery_over | late | corrected | confirmed | refused | withdrawn
    words: Words
    who: str | None  # None: by itself
    note: str | None


class CorrectionDetail(Answer, frozen=True):
    """Show one correction request with its history, oldest first."""

    correction: CorrectionBrief
    evidence: str | None  # masked, as the values are, unless they are revealed
    is_revealed: bool
    events: list[CorrectionEvent]
    asked_at: datetime


class CorrectionsAnswer(Answer, frozen=True):
    """List correction requests, the open ones first, by their last day."""

    corrections: list[CorrectionBrief]
    next: str | None
    asked_at: datetime


class QuarantineCase(Answer, frozen=True):
    """Show one record that waits, and where exactly it stands."""

    quarantine_id: int
    department: str
    department_name: str
    feed: str
    record_id: str | None  # masked where it holds a resident number
    license_type: str | None
    license_type_name: str | None
    state: str  # open | mended | waived | superseded | discarded
    state_words: Words
    owner: str | None
    waived_until: date | None
    is_edited: bool
    codes: list[str]
    problems: list[ProblemShown]
    exchange_id: int
    page_number: int
    position: int  # 0-based in the page
    tries: int
    first_seen_at: datetime
    last_seen_at: datetime


class QuarantineAnswer(Answer, frozen=True):
    """List quarantine cases, newest first, with what they suffer from."""

    cases: list[QuarantineCase]
    next: str | None
    codes: list[ProblemCount]  # over the department and state asked for: the choices of the filter
    total: int  # cases under the whole filter
    source_fields: list[str]  # what an edit of open cases of that department and feed may name
    asked_at: datetime


class QuarantineDetail(Answer, frozen=True):
    """Answer for one case: the case and the page it was read from."""

    case: QuarantineCase
    mapping_version: str
    rule_version: str
    exchange: ExchangeBrief
    page_request: str | None  # what was asked, without secrets
    page_digest: str | None  # sha256 of the page, hex
    page_kept: bool
    page_received_at: datetime | None
    license_id: int | None  # the library's current license of the same record, if any
    source: list[SourceField]  # empty where it is not kept yet: a check keeps it
    is_revealed: bool
    history: list[CaseEvent]  # newest first
    mark: str  # of what is shown here; a decision may carry it and is refused where that has changed
    asked_at: datetime

"""Answers about how things stand: departments, feeds, exchanges and library totals.

Counts and times only, nothing of any record.
"""

from __future__ import annotations

from datetime import datetime

from license_library.answers.incidents import IncidentBrief
from license_library.answers.spoken import Answer, Freshness, Words
from schemas.suites.hold_reasons import HoldReason


class ProblemCount(Answer, frozen=True):
    """Count open quarantine cases under one problem code."""

    code: str
    words: Words
    count: int


class ExchangeBrief(Answer, frozen=True):
    """Show one exchange; received = merged + unchanged + quarantined + held once it has ended well."""

    exchange_id: int
    department: str
    department_name: str
    feed: str
    state: str  # landing | landed | checked | merged | held | discarded | shadowed | failed
    state_words: Words  # merged with quarantined rows is said to be partial (部分完成)
    partial: bool
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    pages: int
    received: int
    merged: int
    unchanged: int
    quarantined: int
    held: int
    hold_reasons: list[HoldReason]
    hold_words: Words | None
    error_code: str | None
    error_message: str | None


class ExchangeDetail(Answer, frozen=True):
    """Show one exchange, and where the history of what was decided of it stands."""

    exchange: ExchangeBrief
    held_incident_id: int | None  # of the feed, where this exchange is or was held


class FieldShift(Answer, frozen=True):
    """Count in how many records one field would change, and how many of them would lose its value."""

    field: str
    words: Words
    count: int
    emptied: int
    examples: list[str]  # the department's own record ids


class ShadowAnswer(Answer, frozen=True):
    """Tell what a shadow exchange would have changed; nothing of it was merged."""

    exchange_id: int
    department: str
    feed: str
    state: str  # shadowed, or how far it came
    declaration_digest: str
    started_at: datetime
    finished_at: datetime | None
    pages: int
    received: int
    new: int  # records the library does not have
    changed: int  # records it has otherwise
    versions: int  # what a merge would write: a record may come in several versions
    unchanged: int
    quarantined: int
    hold_reasons: list[HoldReason]  # why the batch would be held
    hold_words: Words | None
    changed_fields: list[FieldShift]
    top_reasons: list[ProblemCount]
    new_examples: list[str]
    error_code: str | None
    error_message: str | None


class ExchangesAnswer(Answer, frozen=True):
    """List exchanges, newest first."""

    exchanges: list[ExchangeBrief]
    next: str | None
    asked_at: datetime


class ActivationBrief(Answer, frozen=True):
    """Say whether two persons let a feed's mapping in, as it is declared now."""

    state: str  # active | proposed | changed (another mapping is active) | none
    words: Words
    proposed_by: str | None
    proposed_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    shadow_exchange_id: int | None


class FeedBrief(Answer, frozen=True):
    """Show one feed: what it promises and how it keeps it."""

    feed: str
    record_type: str
    license_types: list[str]
    license_type_names: list[str]
    catalogue_code: str | None
    basis: str | None
    purpose: str | None
    fresh_seconds: int  # the promise: never older than this
    cursor_at: datetime | None
    as_of: datetime | None
    freshness: Freshness
    freshness_words: Words
    licenses: int  # current licenses in the library from this feed
    open_quarantine: int
    last_exchange: ExchangeBrief | None
    activation: ActivationBrief


class DepartmentName(Answer, frozen=True):
    """Name one department, to choose it from a list."""

    department: str
    name: str


class DepartmentBrief(Answer, frozen=True):
    """Show one department with its feeds and what its data suffers from most."""

    department: str
    name: str
    uscc: str | None
    network: str | None
    contact: str | None
    transport: str  # soap | rest | table | file
    declaration_digest: str
    declared_at: datetime
    freshness: Freshness  # the worst of its feeds
    feeds: list[FeedBrief]
    open_quarantine: int
    open_incidents: list[IncidentBrief]  # all that is not resolved, the gravest first
    top_problems: list[ProblemCount]  # at most five, most frequent first


class LibraryTotals(Answer, frozen=True):
    """Count what the library holds."""

    licenses: int
    subjects: int
    versions: int  # current and former versions together
    open_quarantine: int
    is_estimate: bool = False  # about so many, for a glance


class Overview(Answer, frozen=True):
    """Answer how the departments and the library stand."""

    departments: list[DepartmentBrief]
    library: LibraryTotals
    asked_at: datetime

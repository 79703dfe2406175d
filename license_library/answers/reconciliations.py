"""Answers about reconciliations: what comparing a feed with its department found, and which records differ.

Counts, times and the department's own record ids, no value of any record.
"""

from __future__ import annotations

from datetime import datetime

from license_library.answers.spoken import Answer, Words


class ReconciliationBrief(Answer, frozen=True):
    """Show one reconciliation: what both ends hold, and how much of it is not the same."""

    reconciliation_id: int
    department: str
    department_name: str
    feed: str
    method: str  # listing | buckets | sample
    method_words: Words
    state: str  # same | different
    state_words: Words
    started_at: datetime
    seconds: float
    cursor_at: datetime | None  # what changed later is the next exchange's
    department_count: int  # of a sample: records asked for
    library_count: int
    compared: int  # records looked at one by one; the others by their bucket
    buckets: int  # looked into
    missing: int  # at the department, not in the library
    extra: int  # in the library, no longer at the department
    different: int
    waiting: int  # in quarantine or held: neither missing nor different
    pending: int  # changed after the last merge: the next exchange brings them


class ReconciliationsAnswer(Answer, frozen=True):
    """List reconciliations, newest first."""

    reconciliations: list[ReconciliationBrief]
    next: str | None
    asked_at: datetime


class BucketShown(Answer, frozen=True):
    """Show one bucket that differs: how many records, and the digest over them, at both ends."""

    bucket: str
    department_count: int
    department_digest: str
    library_count: int
    library_digest: str


class DifferenceShown(Answer, frozen=True):
    """Name one record that is not the same at both ends."""

    record_id: str
    kind: str  # missing | extra | different
    words: Words
    bucket: str
    department_updated_at: datetime | None
    library_updated_at: datetime | None
    is_older_there: bool  # the library holds a later state: pulling it again changes nothing


class ReconciliationDetail(Answer, frozen=True):
    """Show one reconciliation with the records that differ; `named` of them are kept by name."""

    reconciliation: ReconciliationBrief
    buckets: list[BucketShown]
    differences: list[DifferenceShown]
    named: int
    next: str | None  # where the list of differences goes on

"""Answers about facts: what is known of a subject by data element, from where, and where sources differ.

The same shapes for the form of an item, for a subject, and for a conflict.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from license_library.answers.checklists import ItemBrief, SubjectBrief
from license_library.answers.spoken import Answer, Source, Words
from license_library.answers.subjects import BoundHolder

FactVerdict = Literal["known", "conflict", "stale", "unknown", "applicant_fills"]


class FactBrief(Answer, frozen=True):
    """Show one value of one element, and the license that tells it."""

    value: str
    agrees: bool  # the same, in its normal form, as the value that is shown first
    is_master: bool  # told by the master of the datum
    in_force: bool  # told by a license that is in force today, and that no other took the place of
    is_disputed: bool  # the department was asked to put a value of this license right
    field: str  # what of the license tells it: holder_name, face.address, …; holder_code: the code itself
    license_id: int | None  # None: the holder code itself
    version_count: int | None
    license_type: str | None
    license_type_name: str | None
    source_updated_at: datetime | None  # as of when its department says so
    known_from: datetime | None
    source: Source | None  # None: the code, or of the past
    words: Words
    bound_words: Words | None  # told under another number of the holder: which, and who decided so


class FactField(Answer, frozen=True):
    """Say of one field of a form, or of one element, what is known of it."""

    name: str
    words: Words
    part: Words
    element: str | None  # None: only the applicant can fill it
    verdict: FactVerdict
    # Narrows the verdict: silent, never, lapsed, contradicted, displaced, in_quarantine, unlisted, disputed, doubted_elsewhere or replaced (stale); silent, never, in_quarantine or, of a day,
    # state_not_known (unknown); not_held, no_feed or own (applicant_fills); settled (known); otherwise None.
    reason: str | None
    verdict_words: Words
    reason_words: Words
    value: str | None  # None: nothing to fill in
    facts: list[FactBrief]  # the shown one first; every other value beside it
    conflict: str | None  # names the conflict, where the sources differ
    source: Source | None  # of the shown value, or of the feed that keeps silent; None of the past


class Prefill(Answer, frozen=True):
    """Answer which fields of an item's form are already known of this applicant, and from where."""

    item: ItemBrief
    subject: SubjectBrief
    fields: list[FactField]
    bound_holders: list[BoundHolder]  # the applicant's other numbers, where something is told under one of them
    known_count: int
    conflict_count: int
    uncertain_count: int  # stale and unknown
    to_fill_count: int  # the applicant fills them
    today: date
    asked_at: datetime


class ConflictBrief(Answer, frozen=True):
    """Show one conflict: a subject, an element, and every value in force; in a list the values are masked."""

    subject_id: int
    element: str
    element_words: Words
    subject_name: str  # in a list a person's is masked
    subject_code: str  # masked
    subject_kind: str  # person | organisation
    state: str  # open | settled | told
    state_words: Words
    owner: str | None
    facts: list[FactBrief]  # those in force, the shown one first
    departments: list[str]


class ConflictsAnswer(Answer, frozen=True):
    """List conflicts in the order of subjects, as far as this page looked."""

    conflicts: list[ConflictBrief]
    subjects_seen: int  # how many subjects this page looked through, in whole windows
    next: str | None  # where the next page goes on; None: everybody was looked at
    asked_at: datetime


class ConflictEvent(Answer, frozen=True):
    """Show one decision about a conflict."""

    happened_at: datetime
    action: str  # assigned | settled | told | reopened
    words: Words
    who: str
    owner: str | None
    license_id: int | None
    until: date | None
    request_id: int | None
    note: str | None


class ConflictDetail(Answer, frozen=True):
    """Show one conflict with its values in the clear and everything that was decided about it."""

    conflict: ConflictBrief
    is_differing: bool  # False: the sources agree now
    others: list[FactBrief]  # told by licenses that are not in force
    until: date | None
    request_id: int | None
    events: list[ConflictEvent]
    mark: str  # of what is shown here; a decision carries it and is refused where that has changed
    asked_at: datetime


class ElementBrief(Answer, frozen=True):
    """Show one data element with its sources in the order in which they count."""

    code: str
    words: Words
    kind: str
    of: list[str]
    personal: bool
    many: bool
    masters: list[str]
    others: list[str]
    preferred: str | None  # the source that a steward put first
    preferred_by: str | None
    preferred_at: datetime | None
    preferred_reason: str | None


class ElementsAnswer(Answer, frozen=True):
    """List the data elements."""

    elements: list[ElementBrief]
    sources: dict[str, Words]  # what each of their sources is called: license type and field


class FactsAnswer(Answer, frozen=True):
    """Answer what is known of one subject, element by element, on a day as known at an instant."""

    subject: SubjectBrief
    on: date
    known_at: datetime
    fields: list[FactField]  # only elements of which anything is told
    bound_holders: list[BoundHolder]  # the holder's other numbers, where something is told under one of them
    asked_at: datetime

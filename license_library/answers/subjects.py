"""Answers about subjects that are one person or organisation under several numbers: why, proposed by whom, decided by whom.

Numbers stand here masked, except where they were revealed for a recorded purpose.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from license_library.answers.spoken import Answer, Source, Words

PairState = Literal["proposed", "same", "different", "none"]


class BoundHolder(Answer, frozen=True):
    """Name another number of the holder who was asked about, and which decisions say that it is theirs."""

    subject_id: int
    code: str  # masked
    code_type: str
    decision_ids: list[int]  # one after another, from the number that was asked
    words: Words  # 登记在普通护照 E123****** 名下；第 12 号认定（张工，2016-06-15）


class PairBrief(Answer, frozen=True):
    """Show what stands of two subjects; a person's names and all numbers are masked."""

    decision_id: int
    state: PairState
    state_words: Words
    subject_id: int
    other_id: int
    kind: str  # person | organisation
    names: list[str]  # of the two, in this order
    codes: list[str]
    code_types: list[str]
    code_type_words: list[Words]
    ground: Literal["derived", "decided"]
    rule: str | None
    rule_words: Words | None  # why the numbers belong together
    doubt: str | None
    doubt_words: Words | None  # why a rule did not decide
    owner: str | None
    decided_by: str
    decided_at: datetime


class PairsAnswer(Answer, frozen=True):
    """List pairs of subjects, the newest first."""

    pairs: list[PairBrief]
    next: str | None  # opaque cursor for `PairFilter.after`; None: this was the last page
    asked_at: datetime


class PairEvent(Answer, frozen=True):
    """Show one entry of what was decided of a pair."""

    decision_id: int
    state: PairState
    words: Words
    decided_by: str
    decided_at: datetime
    reason: str | None
    license_ids: list[int]
    request_id: int | None
    undoes: int | None
    owner: str | None


class SubjectLicense(Answer, frozen=True):
    """Show one license of a subject, as far as it helps to tell people apart."""

    license_id: int
    license_type_name: str
    license_number: str  # a number of its holder inside it is masked
    issuer_name: str
    issued_on: date
    status_words: Words
    source: Source
    addresses: list[str]  # from its face


class SubjectShown(Answer, frozen=True):
    """Show one of two subjects: its number, its names, what the number says, what it holds."""

    subject_id: int
    code: str  # masked, unless it was revealed
    code_type: str
    code_type_words: Words
    kind: str
    name: str
    former_names: list[str]
    sex: Words | None  # as the number says; None: it says nothing of it
    born_on: date | None  # as the number says; None, too, while the number is masked
    division: str | None  # 370283; of a person None while the number is masked
    known_from: datetime
    licenses: list[SubjectLicense]  # the newest first
    is_cut: bool  # there are more than are listed
    bound: list[BoundHolder]  # its other numbers


class PairSign(Answer, frozen=True):
    """Say one thing that speaks for or against two subjects being the same."""

    speaks: Literal["for", "against", "strongly_against"]
    words: Words


class PairDetail(Answer, frozen=True):
    """Show two subjects side by side, what speaks for and against, and what was decided of them."""

    pair: PairBrief | None  # None: nobody has asked yet
    subjects: list[SubjectShown]  # two
    signs: list[PairSign]
    events: list[PairEvent]  # the oldest first
    is_revealed: bool
    asked_at: datetime

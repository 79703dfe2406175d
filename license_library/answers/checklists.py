"""Answers about approval items: the catalogue, and what an applicant must still bring.

One verdict for each material, with its reason, its source and one action.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from license_library.answers.spoken import Answer, Source, Words
from license_library.answers.subjects import BoundHolder

VerdictCode = Literal[
    "held",
    "disputed",
    "stale",
    "expired",
    "not_good",
    "not_held",
    "in_quarantine",
    "applicant_brings",
    "unknown",
]


class ItemBrief(Answer, frozen=True):
    """Show one approval item."""

    item_code: str
    name: str
    line: str
    department_id: str
    department_name: str
    item_type: str
    applicant_kind: str  # 法人或其他组织 | 自然人 | …
    case_type: str
    legal_days: int | None
    promised_days: int | None
    material_count: int
    license_material_count: int  # materials that a license can satisfy


class SubjectBrief(Answer, frozen=True):
    """Show the applicant as far as the library knows it."""

    known: bool  # False: no department ever delivered a license of this holder
    name: str | None
    code: str  # masked
    code_type: str
    kind: str  # person | organisation
    undecided_count: (
        int  # how many other numbers may be the applicant's, of which nobody has decided; their licenses are left out
    )
    subject_id: int | None = None  # told by a checklist only


class LicenseBrief(Answer, frozen=True):
    """Show the license a material's verdict rests on."""

    license_id: int
    license_number: str
    issued_on: date
    valid_from: date | None
    valid_to: date | None
    open_ended: bool
    status: str
    status_words: Words
    issuer_name: str
    bound_words: Words | None  # held under another number of the applicant: which, and who decided that it is theirs


class Verdict(Answer, frozen=True):
    """Say of one material whether the applicant must still bring it, and why."""

    ordinal: int
    name: str  # the material
    note: str | None
    required: bool
    origin: str  # license | self | agency
    license_type: str | None
    license_type_name: str | None
    verdict: VerdictCode
    # Narrows the verdict: a status code or not_yet_valid (not_good), what a stale license last was, contradicted, displaced, unlisted, doubted_elsewhere or good_elsewhere (stale),
    # no_feed | silent | never | other_holder | superseded | older_type | older_waits | older_no_feed | other_number | older_number (unknown), correction_open (disputed), newer_waits | batch_held (in_quarantine), anybodys_waits (not_held, expired); otherwise None.
    reason: str | None
    verdict_words: Words  # the short label: 已有, 未持有 …
    words: Words  # the reason in one sentence
    action: Words | None  # the one thing to do next; None: nothing
    satisfied: bool  # True only for held
    issuer_name: str | None  # who issues this license type
    license: LicenseBrief | None
    quarantine_ids: list[int]  # open cases of this holder and type, also beside a held license
    source: Source | None  # None: no feed delivers this type, or the applicant brings it


class Checklist(Answer, frozen=True):
    """Answer what this applicant must still bring for this item."""

    item: ItemBrief
    subject: SubjectBrief
    materials: list[Verdict]
    bound_holders: list[BoundHolder]  # the applicant's other numbers, where a verdict rests on one of them
    held_count: int
    to_bring_count: int  # required and surely to be brought: not_held, expired, not_good, applicant_brings
    uncertain_count: int  # required and not decided: disputed, stale, in_quarantine, unknown
    today: date
    asked_at: datetime


class ItemsAnswer(Answer, frozen=True):
    """List the item catalogue."""

    items: list[ItemBrief]


class FaceFieldBrief(Answer, frozen=True):
    """Define one field of a type's face."""

    name: str  # as declarations, certData and getCertRemarkInfo's columnName give it
    words: Words
    kind: str  # text | date | number | code
    codes: list[str]  # every value that may stand there; empty unless the kind is code
    is_required: bool
    is_personal: bool
    severity: str  # of a bad value: row (its record waits) | warning (it is told)


class LicenseTypeBrief(Answer, frozen=True):
    """Show one license type: who issues it, which feeds deliver it, how it is defined."""

    license_type: str
    name: str
    kind: str
    issuer_name: str
    holder_code_type: str  # 001 | 111 | both
    type_code: str | None  # 证照类型代码
    feeds: list[str]  # "department/feed"; empty: no feed delivers it yet
    sensitivity: str | None  # public | restricted | personal; None, as the rest below: the type has no definition
    sensitivity_words: Words | None
    term_words: Words | None  # how long it may hold
    face: list[FaceFieldBrief]
    ended_on: date | None  # from this day nobody issues it
    replaced_by: str | None
    replaced_by_name: str | None
    replaces: list[str]  # names of the types in whose place it stands
    basis: str | None


class LicenseTypesAnswer(Answer, frozen=True):
    """List the license types."""

    license_types: list[LicenseTypeBrief]

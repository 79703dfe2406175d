"""Answers about licenses: hits of a search, one license with its history and provenance, verification.

Holder codes stand here masked only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from license_library.answers.reliances import RelianceBrief
from license_library.answers.spoken import Advice, Answer, Doubt, Source, Words
from license_library.answers.subjects import BoundHolder

Validity = Literal["valid", "not_yet_valid", "expired", "not_good"]
RecognisedAs = Literal[
    "number", "identifier", "former_number", "former_identifier", "holder_code", "organisation_code", "holder_name",
    "similar_name", "letters",
]  # fmt: skip


class LicenseHolder(Answer, frozen=True):
    """Name one of several who hold a license together."""

    name: str
    code: str  # masked
    code_type: str  # 001 | 111 | …
    kind: str  # person | organisation
    share: str | None  # as the department writes it: 50%


class LicenseHit(Answer, frozen=True):
    """Show one license in a list: the current version as its source last told it."""

    license_id: int
    license_type: str
    license_type_name: str
    license_name: str
    license_number: str  # a resident number inside it is masked
    license_identifier: str | None
    identifier_class: str | None  # valid | legacy
    issuer_name: str
    issued_on: date
    holder_name: str
    holder_code: str  # masked: 3702**********1234
    holder_code_type: str  # 001 | 111 | …
    holder_kind: str  # person | organisation
    subject_id: int  # our own number of the holder
    holders: list[LicenseHolder]  # everyone, the one above among them; empty where there is only one
    valid_from: date | None
    valid_to: date | None
    open_ended: bool
    status: str  # a code of schemas.license.states
    status_words: Words
    validity: Validity  # as of today
    validity_words: Words  # the plain reason: 有效期至 2021-03-01,已过期
    source: Source
    doubts: list[Doubt]  # what speaks against relying on it, however valid, the gravest first
    # Why a search found it: number identifier holder_code organisation_code name other_script core beginning holding
    # former_name bound_holder same_core sound initials; the last three are look-alikes, which are hints and never identities.
    fit: str | None = None
    fit_words: Words | None = None
    # In a list, of a type of sensitive personal information: name and number are masked; its own page tells them.
    is_veiled: bool = False


class FilterCount(Answer, frozen=True):
    """Count the licenses that a filter would leave, all other filters kept."""

    value: str  # what to give as license_type, issuer or status
    words: Words
    license_count: int


class SearchCounts(Answer, frozen=True):
    """Count what a search found in all, and by each filter."""

    license_count: int
    valid_count: int  # of these, good on the day asked for or today
    is_bounded: bool  # there may be more: not all licenses, or not all holders whom the name fits, were looked at
    license_types: list[FilterCount]
    issuers: list[FilterCount]
    statuses: list[FilterCount]


class SearchAnswer(Answer, frozen=True):
    """Answer a search: what was understood, what was found, how to go on."""

    recognised_as: RecognisedAs
    recognised_words: Words  # 按证照编号查询
    hits: list[LicenseHit]
    next: str | None  # opaque cursor for `SearchTerms.after`; None: this was the last page
    advice: list[Advice]  # also explains an empty list
    counts: SearchCounts | None  # where asked for
    bound_holders: list[BoundHolder]  # the holder's other numbers, where something is held under one of them
    look_alikes_offered: bool  # `look_alikes` would ask for names that sound alike or share a company's own words
    today: date
    asked_at: datetime


class FieldChange(Answer, frozen=True):
    """Name one field that differs from the version before."""

    field: str
    words: Words
    before: str | None  # masked like everything else
    after: str | None


class LicenseVersion(Answer, frozen=True):
    """Show one version of a license: valid for a time, and known to the hub for a time."""

    version_count: int  # 1 is the first the hub saw
    current: bool
    status: str
    status_words: Words
    issued_on: date
    valid_from: date | None
    valid_to: date | None
    open_ended: bool
    holder_name: str
    holder_code: str  # masked
    holders: list[LicenseHolder]  # everyone whom this version lists; empty where it names only one
    changed_on: date | None
    change_reason: str | None
    source_updated_at: datetime
    known_from: datetime
    known_to: datetime | None  # None: still current
    exchange_id: int
    changes: list[FieldChange]  # against the version before; empty for the first
    reversal: Words | None  # its state cannot follow the one before: why it should be looked at


class Provenance(Answer, frozen=True):
    """Lead from a license back to the very bytes it was read from."""

    department: str
    department_name: str
    feed: str
    catalogue_code: str | None  # sharing-catalogue id
    basis: str | None
    purpose: str | None
    record_id: str  # the department's own record id, masked where it holds a resident number
    exchange_id: int
    exchange_state: str
    exchange_started_at: datetime
    exchange_finished_at: datetime | None
    is_replayed: bool  # it waited in quarantine and was taken up again: its page landed with page_exchange_id
    is_edited: bool  # a person put values in place of the department's
    page_exchange_id: int
    page_number: int
    position: int  # 0-based in the page
    mapping_version: str
    rule_version: str | None
    page_digest: str | None  # sha256 of the landed page, hex; None: page not kept
    page_size_bytes: int | None
    page_kept: bool  # False once its retention has passed: digest only
    requested_at: datetime | None
    first_byte_at: datetime | None
    received_at: datetime | None
    stored_at: datetime | None


class FieldLineage(Answer, frozen=True):
    """Say of one field which source fields it was read from, and how."""

    field: str  # `face.x` on the face
    field_words: Words
    sources: list[str]  # empty: a constant, or from the catalogue
    paths: list[str]  # where these stand within a page
    words: Words  # 按代码表转换：1→valid


class FaceField(Answer, frozen=True):
    """Show one field of the license's face (照面)."""

    name: str
    words: Words  # as its license type is defined; its own name where it is not
    value: str  # masked where it holds a resident number


class ReplacementBrief(Answer, frozen=True):
    """Name a license in a chain of replacements."""

    license_id: int
    license_type_name: str
    license_number: str  # a resident number inside it is masked
    issued_on: date
    status: str
    status_words: Words


class LicenseAnswer(Answer, frozen=True):
    """Answer for one license: its values, its history, where it came from."""

    license: LicenseHit
    version_number: str | None
    issuer_code: str | None
    area_code: str
    item_code: str | None
    item_name: str | None
    changed_on: date | None
    change_reason: str | None
    file_url: str | None  # a resident number inside it is masked
    source_updated_at: datetime
    replaced_by: list[ReplacementBrief]  # what took its place, the nearest first
    replaces: list[ReplacementBrief]  # in whose place it stands, the nearest first
    replaces_told: str | None  # the identifier or number it says to replace, here or not; masked like a number
    face: list[FaceField]
    versions: list[LicenseVersion]  # newest first; versions[0] is current
    provenance: Provenance
    lineage: list[FieldLineage]  # empty where the mapping version was not kept
    reliances: list[RelianceBrief]  # the latest cases that rely on it, newest first
    unlisted_at: datetime | None  # since when the department's whole list lacks it; its last word stands above
    is_disputed: bool  # somebody asked its department to put a value right; until it answers, or what it calls corrected has come
    doubts: list[Doubt]  # what speaks against relying on it, however valid, the gravest first
    quarantined: int  # open quarantine cases of the same record: a newer version may be waiting
    asked_at: datetime


class FieldMatch(Answer, frozen=True):
    """Compare one given value with the library's; the library's own value is never told."""

    field: str
    words: Words  # 持证主体
    matches: bool | None  # None: the library holds no value for it


class VerifyAnswer(Answer, frozen=True):
    """Answer whether a license exists, as described, valid today."""

    verdict: Literal["confirmed", "mismatch", "not_valid", "not_compared", "not_found", "stale", "unknown"]
    words: Words
    exists: bool | None  # None: unknown, because no department could have told us
    matches: bool | None  # all given values match; None when one of them could not be compared, or none was given
    valid_today: bool | None
    validity: Validity | None
    fields: list[FieldMatch]
    reasons: list[Words]
    doubts: list[Doubt]  # what speaks against relying on it, however valid, the gravest first
    license_id: int | None
    replaced_by: list[ReplacementBrief]  # what took its place, the nearest first
    advice: list[Advice]
    source: Source | None
    today: date
    asked_at: datetime

"""Answers about the past: what held of one license, or of all that a holder had, on a day and as known at an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from license_library.answers.licenses import LicenseVersion, Validity
from license_library.answers.spoken import Answer, Words
from license_library.answers.subjects import BoundHolder

AsOfState = Literal["known", "not_known", "not_issued"]


class AsOfAnswer(Answer, frozen=True):
    """Say what held of one license on a day, as known to the hub at an instant; the same question, the same answer."""

    license_id: int
    on: date  # what was true on this day of the bureau
    known_at: datetime  # as far as the hub knew at this instant
    state: AsOfState
    version: LicenseVersion | None  # None: not known then, or not issued by that day
    validity: Validity | None  # on that day
    words: Words
    asked_at: datetime


class HeldLicense(Answer, frozen=True):
    """Show one license in the version that held on the day asked about."""

    license_id: int
    version_count: int
    license_type: str
    license_type_name: str
    license_number: str
    holder_name: str
    issuer_name: str
    issued_on: date
    valid_from: date | None
    valid_to: date | None
    open_ended: bool
    status: str
    status_words: Words
    validity: Validity  # on that day
    words: Words
    department: str
    feed: str
    exchange_id: int
    known_from: datetime
    bound_words: Words | None  # held under another number of the holder: which, and who decided that it is theirs


class HeldAnswer(Answer, frozen=True):
    """Say what a holder held on a day, as known to the hub at an instant; the same question, the same answer."""

    holder_code: str  # masked
    holder_code_type: str
    on: date
    known_at: datetime
    licenses: list[HeldLicense]  # newest first
    bound_holders: list[BoundHolder]  # the holder's other numbers, where something is held under one of them
    is_cut: bool  # there are more than are listed
    asked_at: datetime

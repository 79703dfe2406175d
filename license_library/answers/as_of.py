"""Answers about the past: what held of one license, or of all that a holder had, on a day and as known at an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from license_library.answers.licenses import LicenseHolder, LicenseVersion, Validity
from license_library.answers.spoken import Answer, Source, Words
from license_library.answers.subjects import BoundHolder

# state_not_known: issued by that day, but what the library heard first of it holds from a later day.
AsOfState = Literal["known", "state_not_known", "not_known", "not_issued"]


class AsOfAnswer(Answer, frozen=True):
    """Say what held of one license on a day, as known to the hub at an instant; the same question, the same answer."""

    license_id: int
    on: date  # what was true on this day of the bureau
    known_at: datetime  # as far as the hub knew at this instant
    state: AsOfState
    version: LicenseVersion | None  # None unless the state is known
    validity: Validity | None  # on that day
    words: Words
    source: Source  # how old the word of its department was at that instant; exchange: of the version that held
    asked_at: datetime


class HeldLicense(Answer, frozen=True):
    """Show one license in the version that held on the day asked about, or the first one told where that is not known."""

    state: Literal["known", "state_not_known"]
    license_id: int
    version_count: int
    license_type: str
    license_type_name: str
    license_number: str
    holder_name: str
    holders: list[LicenseHolder]  # everyone whom that version lists, where it lists several
    issuer_name: str
    issued_on: date
    valid_from: date | None
    valid_to: date | None
    open_ended: bool
    status: str | None  # on that day; None: not known
    status_words: Words | None
    validity: Validity | None  # on that day
    words: Words
    source: Source  # the exchange that brought this version; how old its department's word was at that instant
    known_from: datetime
    bound_words: Words | None  # held under another number of the holder: which, and who decided that it is theirs


class KnownFeed(Answer, frozen=True):
    """Say since when the library knows what a feed delivers (the first merge of what was pulled), and how old its word was."""

    source: Source
    known_since: datetime


class HeldAnswer(Answer, frozen=True):
    """Say what a holder held on a day, as known to the hub at an instant; the same question, the same answer."""

    holder_code: str  # masked
    holder_code_type: str
    on: date
    known_at: datetime
    licenses: list[HeldLicense]  # newest first
    bound_holders: list[BoundHolder]  # the holder's other numbers, where something is held under one of them
    is_cut: bool  # there are more than are listed
    known_feeds: list[KnownFeed]  # of an empty answer: the feeds it rests on; none: nothing was known then
    words: Words | None  # of an empty answer: how much it says
    asked_at: datetime

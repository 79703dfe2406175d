"""What may be asked: the shapes of questions.

Knows no table. A question names values, never how to find them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal

import msgspec

DEFAULT_HITS, DEFAULT_LIMIT, MAX_LIMIT = 20, 50, 100  # of a search, of every other list, of either


class SearchTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for licenses by exactly one of number, identifier, holder_code, holder_name or text (anything typed)."""

    number: str | None = None
    identifier: str | None = None
    holder_code: str | None = None
    holder_code_type: str | None = None  # only beside holder_code; None: a resident number or a USCC
    holder_name: str | None = None
    text: str | None = None
    # These narrow any of them.
    license_type: str | None = None
    issuer: str | None = None  # as the license names it
    status: str | None = None  # a code of schemas.license.states
    valid_on: date | None = None  # by its term and status of today
    counts: bool = False  # count what was found, in all and by each filter
    look_alikes: bool = False  # beside a name: only those that sound alike or share a company's own words
    limit: int = DEFAULT_HITS  # 1 to 100
    after: str | None = None  # SearchAnswer.next of the page before


class ExchangeFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for exchanges; None means: any."""

    department: str | None = None
    feed: str | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # ExchangesAnswer.next of the page before


class QuarantineFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for quarantine cases; None means: any."""

    STATES: ClassVar[tuple[str, ...]] = ("open", "mended", "waived", "superseded", "discarded")
    department: str | None = None
    feed: str | None = None
    code: str | None = None  # a problem code
    state: str | None = "open"  # one of STATES
    owner: str | None = None
    exchange_id: int | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # QuarantineAnswer.next of the page before


class DeliveryFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for deliveries; None means: any."""

    STATES: ClassVar[tuple[str, ...]] = (
        "waiting",
        "claimed",
        "sent",
        "acknowledged",
        "done",
        "refused",
        "to_verify",
        "cancelled",
    )
    department: str | None = None
    kind: str | None = None
    case_number: str | None = None
    state: str | None = None  # one of STATES
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # DeliveriesAnswer.next of the page before


class IncidentFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for incidents; None means: any department, every state but resolved."""

    STATES: ClassVar[tuple[str, ...]] = ("open", "acknowledged", "muted", "resolved", "all")
    department: str | None = None
    state: str | None = None  # one of STATES
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # IncidentsAnswer.next of the page before


class CorrectionFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for correction requests; None means: any."""

    STATES: ClassVar[tuple[str, ...]] = ("open", "late", "answered", "withdrawn")
    department: str | None = None
    state: str | None = None  # one of STATES
    license_id: int | None = None
    quarantine_id: int | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # CorrectionsAnswer.next of the page before


class PairFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for pairs of subjects by what stands of them; None means: any."""

    state: str | None = None  # proposed | same | different | none
    rule: str | None = None  # fifteen_digits | organisation_code | tax_number | same_organisation_code
    owner: str | None = None
    subject_id: int | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # PairsAnswer.next of the page before


class ConflictFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for conflicts of facts; None means: any."""

    element: str | None = None
    department: str | None = None
    state: str | None = None  # open | settled | told
    owner: str | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # ConflictsAnswer.next of the page before


class ReconciliationFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for reconciliations; None means: any."""

    STATES: ClassVar[tuple[str, ...]] = ("same", "different")
    department: str | None = None
    feed: str | None = None
    state: str | None = None  # one of STATES
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # ReconciliationsAnswer.next of the page before


class ScorecardFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for the scorecard of a month; None means: the month that goes on, every department."""

    month: str | None = None  # 2026-11
    department: str | None = None


class QualityFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for the trends of one department's feeds, or of one of them."""

    department: str
    feed: str | None = None


class VerifyQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask whether a license is what it is said to be: an identifier, a QR payload, or a type and a number; and values."""

    identifier: str | None = None
    qr_payload: str | None = None  # what its QR code holds, whole
    license_type: str | None = None
    license_number: str | None = None
    # Compared where given, by the names of schemas.license.license.LICENSE; dates as YYYY-MM-DD or YYYYMMDD.
    values: Mapping[str, str] = {}


class LicenseAlertFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for alerts about licenses that cases relied on; None means: any."""

    case_number: str | None = None
    license_id: int | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None  # LicenseAlertsAnswer.next of the page before


class HoldDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decide a held batch: release it into the library or discard it, who says so, and why."""

    choice: Literal["release", "discard"]
    who: str
    reason: str

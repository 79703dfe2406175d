"""What a list can be narrowed by, read from an address: closed choices and cursors, nothing personal.

Shared by the interface and the pages, so that both narrow alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.utils import get_flat_dependant
from pydantic import AfterValidator, BeforeValidator

from license_library.asking.questions import (
    DEFAULT_LIMIT,
    CorrectionFilter,
    DeliveryFilter,
    ExchangeFilter,
    IncidentFilter,
    LicenseAlertFilter,
    QualityFilter,
    QuarantineFilter,
    ReconciliationFilter,
    ScorecardFilter,
)
from license_library.service.bodies import invalid
from schemas.bureau_time import ZONE

_SHOWABLE = re.compile(r"[a-z_]{1,40}")


async def demand_known_query(request: Request) -> None:
    """Refuse a parameter that the route does not know: a mistyped filter must not pass for an answer to all."""
    known = {field.alias for field in get_flat_dependant(request.scope["route"].dependant).query_params}
    for name in request.query_params:
        if name not in known:
            shown = name if _SHOWABLE.fullmatch(name) else "the query"  # what was typed may be anything
            raise invalid(shown, f"only {', '.join(sorted(known)) or 'no parameters'}")


def _given(text: object) -> object:
    """Take what a form left empty for nothing."""
    return text or None


def _aware(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=ZONE) if instant is not None and instant.tzinfo is None else instant


Reference = Annotated[int, Path(ge=1, le=2**63 - 1)]
TypeName = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,64}$")]
# PostgreSQL refuses NUL, and no code or cursor of ours holds a control character.
Choice = Annotated[str | None, Query(max_length=512, pattern=r"^[^\x00-\x1f]*$")]
Known = Annotated[int | None, BeforeValidator(_given), Query(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True)
class ItemQuery:
    """Narrow the item catalogue to a line, or to words in a name."""

    line: Choice = None
    name: Choice = None


@dataclass(frozen=True)
class ExchangeQuery:
    """Narrow the exchanges to a department or one of its feeds."""

    department: Choice = None
    feed: Choice = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> ExchangeFilter:
        """Return the question; what a form left empty is any."""
        return ExchangeFilter(self.department or None, self.feed or None, self.limit, self.after or None)


@dataclass(frozen=True)
class QuarantineQuery:
    """Narrow the quarantine; an empty state means every state."""

    department: Choice = None
    feed: Choice = None
    code: Choice = None
    state: Choice = "open"
    owner: Choice = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> QuarantineFilter:
        """Return the question; what a form left empty is any."""
        return QuarantineFilter(
            department=self.department or None,
            feed=self.feed or None,
            code=self.code or None,
            state=self.state or None,
            owner=(self.owner or "").strip() or None,
            limit=self.limit,
            after=self.after or None,
        )


@dataclass(frozen=True)
class DeliveryQuery:
    """Narrow the deliveries to a department, a kind, a case or a state."""

    department: Choice = None
    kind: Choice = None
    case_number: Choice = None
    state: Choice = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> DeliveryFilter:
        """Return the question; what a form left empty is any."""
        return DeliveryFilter(
            department=self.department or None,
            kind=self.kind or None,
            case_number=(self.case_number or "").strip() or None,
            state=self.state or None,
            limit=self.limit,
            after=self.after or None,
        )


@dataclass(frozen=True)
class IncidentQuery:
    """Narrow the incidents to a department or a state; an empty state means every one that is not resolved."""

    department: Choice = None
    state: Choice = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> IncidentFilter:
        """Return the question; what a form left empty is any."""
        return IncidentFilter(self.department or None, self.state or None, self.limit, self.after or None)


@dataclass(frozen=True)
class CorrectionQuery:
    """Narrow the correction requests to a department, a state, a license or a case."""

    department: Choice = None
    state: Choice = None
    license_id: Known = None
    quarantine_id: Known = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> CorrectionFilter:
        """Return the question; what a form left empty is any."""
        about = (self.license_id, self.quarantine_id)
        return CorrectionFilter(self.department or None, self.state or None, *about, self.limit, self.after or None)


@dataclass(frozen=True)
class LicenseAlertQuery:
    """Narrow the alerts to a case, or to one license."""

    case_number: Choice = None
    license_id: Known = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> LicenseAlertFilter:
        """Return the question; what a form left empty is any."""
        return LicenseAlertFilter(
            (self.case_number or "").strip() or None, self.license_id, self.limit, self.after or None
        )


@dataclass(frozen=True)
class AsOfQuery:
    """Choose the day on which something was true and the instant at which it was known; a time without zone is Beijing's."""

    on: Annotated[date | None, BeforeValidator(_given), Query()] = None
    known_at: Annotated[datetime | None, BeforeValidator(_given), AfterValidator(_aware), Query()] = None


LicenseAlerts = Annotated[LicenseAlertQuery, Depends()]
AsOf = Annotated[AsOfQuery, Depends()]


@dataclass(frozen=True)
class ReconciliationQuery:
    """Narrow the reconciliations to a department, a feed or a state."""

    department: Choice = None
    feed: Choice = None
    state: Choice = None
    after: Choice = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> ReconciliationFilter:
        """Return the question; what a form left empty is any."""
        return ReconciliationFilter(
            self.department or None, self.feed or None, self.state or None, self.limit, self.after or None
        )


@dataclass(frozen=True)
class PageQuery:
    """Go on in a list that needs no other choice."""

    after: Choice = None
    limit: Limit = DEFAULT_LIMIT


@dataclass(frozen=True)
class QualityQuery:
    """Narrow the trends to a department, and to one of its feeds."""

    department: Choice = None
    feed: Choice = None

    def wanted(self, otherwise: str = "") -> QualityFilter:
        """Return the question; without a department about `otherwise`."""
        return QualityFilter(self.department or otherwise, self.feed or None)


@dataclass(frozen=True)
class ScorecardQuery:
    """Choose a month, as 2026-11, and a department; what is left empty is the month that goes on, and all."""

    month: Choice = None
    department: Choice = None

    def wanted(self) -> ScorecardFilter:
        """Return the question; what a form left empty is any."""
        return ScorecardFilter(self.month or None, self.department or None)


Corrections = Annotated[CorrectionQuery, Depends()]
Deliveries = Annotated[DeliveryQuery, Depends()]
Incidents = Annotated[IncidentQuery, Depends()]
Items = Annotated[ItemQuery, Depends()]
Exchanges = Annotated[ExchangeQuery, Depends()]
Pages = Annotated[PageQuery, Depends()]
Quarantine = Annotated[QuarantineQuery, Depends()]
Reconciliations = Annotated[ReconciliationQuery, Depends()]
Quality = Annotated[QualityQuery, Depends()]
Scorecards = Annotated[ScorecardQuery, Depends()]

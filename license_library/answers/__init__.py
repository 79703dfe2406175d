"""What the library answers: every shape, frozen, shared by JSON and pages.

JSON is `msgspec.json.encode` of the very struct a page template gets. Knows no table, no SQL and no web.
"""

from __future__ import annotations

from license_library.answers.checklists import (
    Checklist,
    ItemBrief,
    ItemsAnswer,
    LicenseBrief,
    LicenseTypeBrief,
    LicenseTypesAnswer,
    SubjectBrief,
    Verdict,
    VerdictCode,
)
from license_library.answers.deliveries import DeliveriesAnswer, DeliveryBrief, DeliveryCount
from license_library.answers.licenses import (
    FaceField,
    FieldChange,
    FieldMatch,
    LicenseAnswer,
    LicenseHit,
    LicenseVersion,
    Provenance,
    RecognisedAs,
    SearchAnswer,
    Validity,
    VerifyAnswer,
)
from license_library.answers.overviews import (
    ActivationBrief,
    DepartmentBrief,
    ExchangeBrief,
    ExchangesAnswer,
    FeedBrief,
    FieldShift,
    IncidentBrief,
    IncidentsAnswer,
    LibraryTotals,
    Overview,
    ProblemCount,
    ShadowAnswer,
)
from license_library.answers.spoken import (
    Advice,
    Answer,
    Freshness,
    Source,
    Words,
    as_plain,
)
from license_library.answers.waiting import (
    ProblemShown,
    QuarantineAnswer,
    QuarantineCase,
    QuarantineDetail,
)

__all__ = [
    "ActivationBrief",
    "Advice",
    "Answer",
    "Checklist",
    "DeliveriesAnswer",
    "DeliveryBrief",
    "DeliveryCount",
    "DepartmentBrief",
    "ExchangeBrief",
    "ExchangesAnswer",
    "FaceField",
    "FeedBrief",
    "FieldChange",
    "FieldMatch",
    "FieldShift",
    "Freshness",
    "IncidentBrief",
    "IncidentsAnswer",
    "ItemBrief",
    "ItemsAnswer",
    "LibraryTotals",
    "LicenseAnswer",
    "LicenseBrief",
    "LicenseHit",
    "LicenseTypeBrief",
    "LicenseTypesAnswer",
    "LicenseVersion",
    "Overview",
    "ProblemCount",
    "ProblemShown",
    "Provenance",
    "QuarantineAnswer",
    "QuarantineCase",
    "QuarantineDetail",
    "RecognisedAs",
    "SearchAnswer",
    "ShadowAnswer",
    "Source",
    "SubjectBrief",
    "Validity",
    "Verdict",
    "VerdictCode",
    "VerifyAnswer",
    "Words",
    "as_plain",
]

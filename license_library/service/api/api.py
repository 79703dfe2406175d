"""The JSON interface of whoever has a case open: every answer is the library's own struct, encoded as it is.

Routes only: a question in, an answer out. Searches are posted, so nothing personal stands in an address.
"""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import (
    AsOfAnswer,
    Checklist,
    HeldAnswer,
    LicenseAlertsAnswer,
    LicenseAnswer,
    RelianceBrief,
    SearchAnswer,
    VerifyAnswer,
)
from license_library.service.access import Settings, Someone
from license_library.service.acts import asking, relying
from license_library.service.acts.asking import (
    AsOfRequest,
    ChecklistRequest,
    HeldRequest,
    LicenseRequest,
    SearchRequest,
    VerifyRequest,
)
from license_library.service.acts.purposes import HeaderPurpose
from license_library.service.acts.relying import RelianceRequest
from license_library.service.bodies import Body, read_question
from license_library.service.filters import (
    AsOf,
    LicenseAlerts,
    Reference,
)
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")

SHAPES = (
    LicenseAlertsAnswer,
    RelianceBrief,
    RelianceRequest,
    AsOfAnswer,
    Checklist,
    ChecklistRequest,
    HeldAnswer,
    HeldRequest,
    LicenseAnswer,
    SearchAnswer,
    SearchRequest,
    VerifyAnswer,
    VerifyRequest,
)


class JSON(Response):
    """Encode an answer struct as it is."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the struct's JSON."""
        return msgspec.json.encode(content)


@router.post("/search", openapi_extra=describe(SearchAnswer, SearchRequest))
def search(settings: Settings, asker: Someone, body: Body) -> Response:
    """Find licenses by number, identifier, holder code, holder name or anything typed."""
    return JSON(asking.search(settings, asker.actor, read_question(body, SearchRequest)))


@router.get("/licenses/{license_id}", openapi_extra=describe(LicenseAnswer, purpose=True))
def license_by_reference(settings: Settings, asker: Someone, license_id: Reference, purpose: HeaderPurpose) -> Response:
    """Show one license with its history and where it came from; the purpose stands in the header X-Purpose."""
    return JSON(asking.show_license(settings, asker.actor, LicenseRequest(license_id, purpose)))


@router.get("/licenses/{license_id}/as-of", openapi_extra=describe(AsOfAnswer, purpose=True))
def license_as_of(
    settings: Settings, asker: Someone, license_id: Reference, chosen: AsOf, purpose: HeaderPurpose
) -> Response:
    """Say what held of one license on a day, as known at an instant; the same question has the same answer ever after."""
    return JSON(asking.show_as_of(settings, asker.actor, AsOfRequest(license_id, purpose, chosen.on, chosen.known_at)))


@router.post("/holdings", openapi_extra=describe(HeldAnswer, HeldRequest))
def holdings(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say what a holder held on a day, as known at an instant; the same question has the same answer ever after."""
    return JSON(asking.show_held(settings, asker.actor, read_question(body, HeldRequest)))


@router.post("/verify", openapi_extra=describe(VerifyAnswer, VerifyRequest))
def verify(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say whether a license exists, as described, and is valid today."""
    return JSON(asking.verify(settings, asker.actor, read_question(body, VerifyRequest)))


@router.post("/checklist", openapi_extra=describe(Checklist, ChecklistRequest))
def checklist(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say of every material of an item whether this applicant must still bring it."""
    return JSON(asking.check_materials(settings, asker.actor, read_question(body, ChecklistRequest)))


@router.post("/reliances", openapi_extra=describe(RelianceBrief, RelianceRequest))
def note_reliance(settings: Settings, asker: Someone, body: Body) -> Response:
    """Note that a case relies on a license as it stands; the same again is the same reliance."""
    return JSON(relying.note_reliance(settings, asker.actor, read_question(body, RelianceRequest)))


@router.get("/license-alerts", openapi_extra=describe(LicenseAlertsAnswer))
def license_alerts(settings: Settings, chosen: LicenseAlerts) -> Response:
    """List the cases that relied on a license whose state has changed since, newest first."""
    return JSON(relying.license_alerts(settings, chosen.wanted()))

"""The JSON interface of facts: what a form may be filled with, where sources differ, and what was decided about it.

Routes only. A question about a person or an organisation is posted, or says its purpose in a header.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import ConflictDetail, ConflictsAnswer, ElementsAnswer, FactsAnswer, Prefill
from license_library.service.access import Settings, Someone
from license_library.service.acts import asking, settling
from license_library.service.acts.asking import FactsRequest, PrefillRequest
from license_library.service.acts.purposes import HeaderPurpose
from license_library.service.acts.settling import ConflictDecision, MasterOrder
from license_library.service.api.api import JSON
from license_library.service.bodies import Body, read_question
from license_library.service.fact_filters import Conflicts, ElementCode
from license_library.service.filters import Reference
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")

SHAPES = (
    ConflictDetail,
    ConflictDecision,
    ConflictsAnswer,
    ElementsAnswer,
    FactsAnswer,
    FactsRequest,
    MasterOrder,
    Prefill,
    PrefillRequest,
)


@router.post("/prefill", openapi_extra=describe(Prefill, PrefillRequest))
def prefill(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say of every field of an item's form what is already known of this applicant, and from where."""
    return JSON(asking.fill_form(settings, asker.actor, read_question(body, PrefillRequest)))


@router.post("/facts", openapi_extra=describe(FactsAnswer, FactsRequest))
def facts(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say what is known of a subject by data element, now or on a day as known at an instant."""
    return JSON(asking.show_facts(settings, asker.actor, read_question(body, FactsRequest)))


@router.get("/conflicts", openapi_extra=describe(ConflictsAnswer))
def conflicts(settings: Settings, chosen: Conflicts) -> Response:
    """List where sources differ, in the order of subjects; values are masked. A page looks at 10,000 subjects at the most."""
    return JSON(settling.conflicts(settings, chosen.wanted()))


@router.get("/conflicts/{subject_id}/{element}", openapi_extra=describe(ConflictDetail, purpose=True))
def conflict(
    settings: Settings, asker: Someone, subject_id: Reference, element: ElementCode, purpose: HeaderPurpose
) -> Response:
    """Show one conflict with its values and what was decided; the purpose stands in the header X-Purpose."""
    return JSON(settling.conflict(settings, asker.actor, subject_id, element, purpose))


@router.post(
    "/conflicts/{subject_id}/{element}/decision", openapi_extra=describe(ConflictDetail, ConflictDecision, purpose=True)
)
def decide(
    settings: Settings, asker: Someone, subject_id: Reference, element: ElementCode, body: Body, purpose: HeaderPurpose
) -> Response:
    """Assign, settle, tell the department, or reopen a conflict; and who decides."""
    settling.decide(settings, asker.actor, subject_id, element, read_question(body, ConflictDecision))
    return JSON(settling.conflict(settings, asker.actor, subject_id, element, purpose))


@router.get("/elements", openapi_extra=describe(ElementsAnswer))
def elements(settings: Settings) -> Response:
    """List the data elements with their masters and other sources."""
    return JSON(settling.elements(settings))


@router.post("/elements/{element}/master", openapi_extra=describe(ElementsAnswer, MasterOrder))
def prefer(settings: Settings, asker: Someone, element: ElementCode, body: Body) -> Response:
    """Put a source of an element before the declared order, or back; and who decides."""
    return JSON(settling.prefer(settings, asker.actor, element, read_question(body, MasterOrder)))

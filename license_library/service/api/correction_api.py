"""The JSON interface of correction requests: listed, shown, made, answered.

Routes only. A request is recorded here and brought to its department by the hub.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import CorrectionDetail, CorrectionsAnswer
from license_library.service.access import Settings, Someone
from license_library.service.acts import correcting
from license_library.service.acts.case_deciding import RevealRequest
from license_library.service.acts.correcting import CorrectionAnswer, CorrectionOrder
from license_library.service.api.api import JSON
from license_library.service.bodies import Body, read_question
from license_library.service.filters import Corrections, Reference
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")

SHAPES = (CorrectionAnswer, CorrectionDetail, CorrectionOrder, CorrectionsAnswer)


@router.get("/corrections", openapi_extra=describe(CorrectionsAnswer))
def corrections(settings: Settings, chosen: Corrections) -> Response:
    """List what departments are asked to put right, the open requests first, by their last day."""
    return JSON(correcting.corrections(settings, chosen.wanted()))


@router.post("/corrections", openapi_extra=describe(CorrectionDetail, CorrectionOrder))
def ask(settings: Settings, asker: Someone, body: Body) -> Response:
    """Ask a department to put one field of a license or of a waiting record right; the hub brings it."""
    return JSON(correcting.ask(settings, asker.actor, read_question(body, CorrectionOrder)))


@router.get("/corrections/{request_id}", openapi_extra=describe(CorrectionDetail))
def correction(settings: Settings, request_id: Reference) -> Response:
    """Show one request with its history; values are masked."""
    return JSON(correcting.correction(settings, request_id))


@router.post("/corrections/{request_id}/reveal", openapi_extra=describe(CorrectionDetail, RevealRequest))
def reveal(settings: Settings, asker: Someone, request_id: Reference, body: Body) -> Response:
    """Show the values and the evidence of a request; the act is recorded with its purpose."""
    purpose = read_question(body, RevealRequest).purpose
    return JSON(correcting.reveal(settings, asker.actor, request_id, purpose))


@router.post("/corrections/{request_id}/answer", openapi_extra=describe(CorrectionDetail, CorrectionAnswer))
def answer(settings: Settings, asker: Someone, request_id: Reference, body: Body) -> Response:
    """Write down what the department answered, or withdraw the request."""
    return JSON(correcting.answer(settings, asker.actor, request_id, read_question(body, CorrectionAnswer)))

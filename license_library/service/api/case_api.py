"""The JSON interface of cases: decided, revealed, acted on many at a time.

Routes only. A decision is recorded here and carried out by the hub.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import BatchBrief, BatchesAnswer, QuarantineDetail
from license_library.service.access import Settings, Someone
from license_library.service.acts import case_deciding
from license_library.service.acts.case_deciding import BatchDecision, BatchOrder, CaseDecision, RevealRequest
from license_library.service.api.api import JSON
from license_library.service.bodies import Body, read_question
from license_library.service.filters import Reference
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")

SHAPES = (BatchBrief, BatchDecision, BatchOrder, BatchesAnswer, CaseDecision, RevealRequest)


@router.post("/quarantine/{quarantine_id}/decision", openapi_extra=describe(QuarantineDetail, CaseDecision))
def decide_case(settings: Settings, asker: Someone, quarantine_id: Reference, body: Body) -> Response:
    """Assign, edit, waive, discard a case, or ask that it be checked again; and who decides, and why."""
    return JSON(case_deciding.decide(settings, asker.actor, quarantine_id, read_question(body, CaseDecision)))


@router.post("/quarantine/{quarantine_id}/reveal", openapi_extra=describe(QuarantineDetail, RevealRequest))
def reveal_case(settings: Settings, asker: Someone, quarantine_id: Reference, body: Body) -> Response:
    """Show the source values of a case as they came; the act is recorded with its purpose."""
    purpose = read_question(body, RevealRequest).purpose
    return JSON(case_deciding.reveal(settings, asker.actor, quarantine_id, purpose))


@router.get("/case-batches", openapi_extra=describe(BatchesAnswer))
def batches(settings: Settings) -> Response:
    """List the newest batches over cases, those that are not over first."""
    return JSON(case_deciding.batches(settings))


@router.post("/case-batches", openapi_extra=describe(BatchBrief, BatchOrder))
def begin_batch(settings: Settings, asker: Someone, body: Body) -> Response:
    """Have the hub do one thing to every open case that is chosen."""
    return JSON(case_deciding.begin_batch(settings, asker.actor, read_question(body, BatchOrder)))


@router.post("/case-batches/{batch_id}/decision", openapi_extra=describe(BatchBrief, BatchDecision))
def change_batch(settings: Settings, asker: Someone, batch_id: Reference, body: Body) -> Response:
    """Pause, resume or cancel a batch; and who decides."""
    return JSON(case_deciding.change(settings, asker.actor, batch_id, read_question(body, BatchDecision)))

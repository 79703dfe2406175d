"""Pages of reconciliations: what comparing feeds with their departments found, and which records differ.

Routes only; nothing personal stands here, so filters may stand in the address.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from license_library.service.access import Settings
from license_library.service.acts import overseeing
from license_library.service.filters import Pages, Reconciliations, Reference
from license_library.service.rendering import render

router = APIRouter()


@router.get("/reconciliations")
def reconciliations(request: Request, settings: Settings, chosen: Reconciliations) -> Response:
    """Show what was compared, newest first."""
    departments = overseeing.named_departments(settings)
    answer = overseeing.reconciliations(settings, chosen.wanted())
    return render(request, "reconciliations.html", answer=answer, chosen=chosen, departments=departments)


@router.get("/reconciliations/{reconciliation_id}")
def reconciliation(request: Request, settings: Settings, reconciliation_id: Reference, chosen: Pages) -> Response:
    """Show the records that are not the same at both ends."""
    answer = overseeing.reconciliation(settings, reconciliation_id, chosen.limit, chosen.after)
    return render(request, "reconciliation.html", answer=answer)

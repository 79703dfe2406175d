"""The page of what is owed to departments, and the two buttons that end a doubt.

Routes only; nothing personal stands here, so filters may stand in the address.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import deciding, overseeing
from license_library.service.acts.deciding import DeliveryDecision
from license_library.service.bodies import Form, as_question
from license_library.service.filters import Deliveries, Reference
from license_library.service.rendering import render

router = APIRouter()


@router.get("/deliveries")
def deliveries(request: Request, settings: Settings, chosen: Deliveries) -> Response:
    """Show what is owed, newest first, and what a person must decide."""
    departments = overseeing.named_departments(settings)
    answer = overseeing.deliveries(settings, chosen.wanted())
    return render(request, "deliveries.html", answer=answer, chosen=chosen, departments=departments)


@router.post("/deliveries/{delivery_id}")
def decide(settings: Settings, asker: Someone, delivery_id: Reference, form: Form) -> Response:
    """Take a decision and show what became of it, among all that is owed for its case."""
    given = {"choice": form.get("choice", ""), "who": form.get("who", "")}
    decided = deciding.decide(settings, asker.actor, delivery_id, as_question(given, DeliveryDecision))
    case = urlencode({"case_number": decided.case_number})
    return RedirectResponse(f"/deliveries?{case}#delivery-{delivery_id}", 303)

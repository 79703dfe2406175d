"""The pages of correction requests: the list, one with its history and its answer, and the form that makes one.

Routes only; nothing personal stands in an address. A request begins on the page of a license or of a case.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import correcting, overseeing
from license_library.service.acts.case_deciding import RevealRequest
from license_library.service.acts.correcting import CorrectionAnswer, CorrectionOrder
from license_library.service.bodies import Form, as_question
from license_library.service.filters import Corrections, Reference
from license_library.service.rendering import render

router = APIRouter()
NUMBERS = ("license_id", "quarantine_id", "days")


@router.get("/corrections")
def corrections(request: Request, settings: Settings, chosen: Corrections) -> Response:
    """Show what departments are asked to put right, and what is late."""
    departments = overseeing.named_departments(settings)
    answer = correcting.corrections(settings, chosen.wanted())
    return render(request, "corrections.html", answer=answer, chosen=chosen, departments=departments)


@router.post("/corrections")
def ask(settings: Settings, asker: Someone, form: Form) -> Response:
    """Note a request and show it."""
    given: dict[str, Any] = {
        name: form.get(name, "") for name in ("field", "basis", "who", "proposed", "seen", "evidence")
    }
    for name in NUMBERS:
        text = form.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 19:
            given[name] = int(text)
    made = correcting.ask(settings, asker.actor, as_question(given, CorrectionOrder))
    return RedirectResponse(f"/corrections/{made.correction.request_id}", 303)


@router.get("/corrections/{request_id}")
def correction(request: Request, settings: Settings, request_id: Reference) -> Response:
    """Show one request, what became of it, and the form that answers it."""
    return render(request, "correction.html", answer=correcting.correction(settings, request_id))


@router.post("/corrections/{request_id}/reveal")
def reveal(request: Request, settings: Settings, asker: Someone, request_id: Reference, form: Form) -> Response:
    """Show the values and the evidence of a request, once; the act is recorded."""
    purpose = as_question({"purpose": form.get("purpose", "")}, RevealRequest).purpose
    answer = correcting.reveal(settings, asker.actor, request_id, purpose)
    return render(request, "correction.html", page=f"/corrections/{request_id}", answer=answer)


@router.post("/corrections/{request_id}")
def answer(settings: Settings, asker: Someone, request_id: Reference, form: Form) -> Response:
    """Write the answer down and show the request again."""
    given = {name: form.get(name, "") for name in ("answer", "who", "note")}
    correcting.answer(settings, asker.actor, request_id, as_question(given, CorrectionAnswer))
    return RedirectResponse(f"/corrections/{request_id}#history", 303)

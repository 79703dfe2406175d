"""Pages of the steward: where sources differ, one conflict with what can be done about it, the data elements.

Routes only; nothing personal stands in an address, and values are shown only where a purpose is stated.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import overseeing, settling
from license_library.service.acts.purposes import check_purpose, keep_purpose, kept_purpose
from license_library.service.acts.settling import ConflictDecision, MasterOrder
from license_library.service.bodies import Form, as_question
from license_library.service.fact_filters import Conflicts, ElementCode
from license_library.service.filters import Reference
from license_library.service.rendering import render

router = APIRouter()
TEXTS = ("action", "who", "note", "owner", "until", "proposed", "mark")
NUMBERS = ("license_id", "days")


@router.get("/conflicts")
def conflicts(request: Request, settings: Settings, chosen: Conflicts) -> Response:
    """Show where sources differ, with masked values."""
    return render(
        request,
        "conflicts.html",
        answer=settling.conflicts(settings, chosen.wanted()),
        chosen=chosen,
        departments=overseeing.named_departments(settings),
        elements=[element for element in settling.elements(settings).elements if not element.many],
    )


@router.get("/conflicts/{subject_id}/{element}")
def conflict(
    request: Request, settings: Settings, asker: Someone, subject_id: Reference, element: ElementCode
) -> Response:
    """Show one conflict; ask for the purpose first where none is kept."""
    purpose = kept_purpose(request)
    if not purpose:
        return render(request, "purpose.html")
    answer = settling.conflict(settings, asker.actor, subject_id, element, check_purpose(purpose))
    return render(request, "conflict.html", answer=answer)


@router.post("/conflicts/{subject_id}/{element}")
def decide(
    settings: Settings, asker: Someone, request: Request, subject_id: Reference, element: ElementCode, form: Form
) -> Response:
    """Take a decision, or keep the purpose that was stated; then show the conflict."""
    response = RedirectResponse(f"/conflicts/{subject_id}/{element}", 303)
    if "action" not in form:
        keep_purpose(request, response, check_purpose(form.get("purpose", "")))
        return response
    settling.decide(settings, asker.actor, subject_id, element, as_question(_order(form), ConflictDecision))
    return response


@router.get("/elements")
def elements(request: Request, settings: Settings) -> Response:
    """Show the data elements, their masters, and the form that puts another source first."""
    return render(request, "elements.html", answer=settling.elements(settings))


@router.post("/elements/{element}")
def prefer(settings: Settings, asker: Someone, element: ElementCode, form: Form) -> Response:
    """Put a source first, or back as declared, and show the elements again."""
    given = {"who": form.get("who", ""), "reason": form.get("reason", ""), "source": form.get("source") or None}
    settling.prefer(settings, asker.actor, element, as_question(given, MasterOrder))
    return RedirectResponse(f"/elements#{element}", 303)


def _order(form: dict[str, str]) -> dict[str, Any]:
    order: dict[str, Any] = {name: form[name] for name in TEXTS if form.get(name)} | {"who": form.get("who", "")}
    for name in NUMBERS:
        text = form.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 19:
            order[name] = int(text)
    return order

"""The page of the auditor and the approver who looks back: what a holder held on a day, as known at an instant.

Routes only; the holder never stands in an address.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import asking
from license_library.service.acts.asking import FactsRequest, HeldRequest
from license_library.service.acts.purposes import check_purpose, keep_purpose
from license_library.service.bodies import Form, as_question
from license_library.service.rendering import render
from schemas.errors import RequestError

router = APIRouter()


@router.get("/holdings")
def held_form(request: Request) -> Response:
    """Ask for the holder, the day and the instant."""
    return render(request, "held.html")


@router.post("/holdings")
def held_result(request: Request, settings: Settings, asker: Someone, form: Form) -> Response:
    """Show what was held then, or say in words why it cannot be asked."""
    try:
        asked = as_question(_question_of(form), HeldRequest)
        answer = asking.show_held(settings, asker.actor, asked)
        known = asking.show_facts(settings, asker.actor, _same_of_facts(asked))
    except RequestError as fault:
        return render(request, "held.html", 422, fault=fault, asked=form)
    response = render(request, "held.html", answer=answer, known=known, asked=form, purpose_stated=asked.purpose)
    keep_purpose(request, response, asked.purpose)
    return response


def _same_of_facts(asked: HeldRequest) -> FactsRequest:
    """Return the same question about facts: a question of its own, and so recorded."""
    return FactsRequest(asked.holder_code, asked.purpose, asked.holder_code_type, None, asked.on, asked.known_at)


def _question_of(form: dict[str, str]) -> dict[str, Any]:
    minute = form.get("known_at", "")  # without a zone, as a browser gives it: Beijing's
    return {
        "purpose": check_purpose(form.get("purpose", "")),
        "holder_code": form.get("holder_code", ""),
        "holder_code_type": form.get("holder_code_type") or None,
        "on": form.get("on") or None,
        "known_at": f"{minute}{':00' if minute.count(':') == 1 else ''}+08:00" if minute else None,
    }

"""Pages of the approver with a case open: choose an item, name the applicant, see what is still to bring.

Routes only; the item stands in the address, the applicant never does.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from license_library.asking.refusals import NotInForm
from license_library.service.access import Settings, Someone
from license_library.service.acts import asking, overseeing
from license_library.service.acts.asking import ChecklistRequest, PrefillRequest
from license_library.service.acts.purposes import check_purpose, keep_purpose
from license_library.service.bodies import Form, as_question
from license_library.service.filters import Items
from license_library.service.rendering import render
from license_library.service.settings import ServiceSettings
from schemas.errors import RequestError

router = APIRouter()


@router.get("/checklist")
def item_list(request: Request, settings: Settings, chosen: Items) -> Response:
    """Show the items to choose from, by line and by words in their name."""
    answer = overseeing.items(settings)
    matching = {item.item_code for item in overseeing.items(settings, chosen.line, chosen.name).items}
    lines = list(dict.fromkeys(item.line for item in answer.items))
    # All rows are sent, the others hidden: the page's script can then show them again without asking.
    return render(request, "items.html", answer=answer, matching=matching, lines=lines, chosen=chosen)


@router.get("/checklist/{item_code}")
def checklist_form(request: Request, settings: Settings, item_code: str) -> Response:
    """Show one item and ask for the applicant."""
    return render(request, "checklist.html", item=overseeing.item(settings, item_code))


@router.post("/checklist/{item_code}")
def checklist_result(request: Request, settings: Settings, asker: Someone, item_code: str, form: Form) -> Response:
    """Show the verdict on every material, or say in words why it cannot be asked."""
    shown: dict[str, Any] = {"item": overseeing.item(settings, item_code), "asked": form}
    try:
        asked = as_question({**_applicant_of(form), "item_code": item_code}, ChecklistRequest)
        answer = asking.check_materials(settings, asker.actor, asked)
    except RequestError as fault:
        return render(request, "checklist.html", 422, fault=fault, **shown)
    shown |= _form_of(settings, asker.actor, asked)
    response = render(request, "checklist.html", answer=answer, purpose_stated=asked.purpose, **shown)
    keep_purpose(request, response, asked.purpose)
    return response


def _form_of(settings: ServiceSettings, actor: str, asked: ChecklistRequest) -> dict[str, Any]:
    """Return what is known of the form, or why it is not for this applicant; a question of its own, and so recorded."""
    question = PrefillRequest(asked.item_code, asked.holder_code, asked.purpose, asked.holder_code_type)
    try:
        return {"form": asking.fill_form(settings, actor, question)}
    except NotInForm as fault:
        return {"form_fault": fault}


def _applicant_of(form: dict[str, str]) -> dict[str, str | None]:
    return {
        "purpose": check_purpose(form.get("purpose", "")),
        "holder_code": form.get("holder_code", ""),
        "holder_code_type": form.get("holder_code_type") or None,
    }

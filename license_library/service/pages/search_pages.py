"""Pages of the approver: search, and one license with its history and where it came from.

Routes only. A personal page shows nothing before a purpose is stated, and keeps what was asked out of addresses.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import asking, correcting, filing, overseeing
from license_library.service.acts.asking import AsOfRequest, LicenseRequest, SearchRequest
from license_library.service.acts.purposes import check_purpose, keep_purpose, kept_purpose
from license_library.service.bodies import Form, as_question
from license_library.service.filters import AsOf, Reference
from license_library.service.rendering import render
from schemas.errors import RequestError

FILTERS = ("license_type", "issuer", "status", "valid_on")

router = APIRouter()


@router.get("/")
def search_form(request: Request, settings: Settings) -> Response:
    """Show the search box and what the library holds."""
    return render(request, "search.html", library=overseeing.totals(settings), types=_types(settings))


@router.post("/")
def search_result(request: Request, settings: Settings, asker: Someone, form: Form) -> Response:
    """Show what a search found, or say in words why it cannot be asked."""
    shown: dict[str, Any] = {"asked": form, "types": _types(settings)}
    try:
        asked = as_question(_search_of(form), SearchRequest)
        answer = asking.search(settings, asker.actor, asked)
    except RequestError as fault:
        return render(request, "search.html", 422, fault=fault, **shown)
    response = render(request, "search.html", answer=answer, purpose_stated=asked.purpose, **shown)
    keep_purpose(request, response, asked.purpose)
    return response


def _search_of(form: dict[str, str]) -> dict[str, object]:
    asked = {name: form[name] for name in ("text", *FILTERS, "after") if form.get(name)}
    chosen = {"counts": True, "look_alikes": bool(form.get("look_alikes"))}
    return {**asked, **chosen, "purpose": check_purpose(form.get("purpose", ""))}


def _types(settings: Settings) -> object:
    return overseeing.license_types(settings).license_types


@router.get("/licenses/{license_id}")
def license_page(request: Request, settings: Settings, asker: Someone, license_id: Reference, chosen: AsOf) -> Response:
    """Show one license, and what held of it on a day where one is chosen; ask for the purpose first where none is kept."""
    purpose = kept_purpose(request)
    if not purpose:
        return render(request, "purpose.html")
    stated = check_purpose(purpose)
    answer = asking.show_license(settings, asker.actor, LicenseRequest(license_id, stated))
    kept = filing.beside_license(settings, license_id)
    shown: dict[str, Any] = {"answer": answer, "kept": kept, "fields": correcting.fields(answer.face)}
    if chosen.on is None and chosen.known_at is None:
        return render(request, "license.html", **shown)
    then = asking.show_as_of(settings, asker.actor, AsOfRequest(license_id, stated, chosen.on, chosen.known_at))
    return render(request, "license.html", then=then, **shown)


@router.post("/licenses/{license_id}")
def state_purpose(request: Request, license_id: Reference, form: Form) -> Response:
    """Keep the purpose and lead on to the license."""
    response = RedirectResponse(f"/licenses/{license_id}", 303)
    keep_purpose(request, response, check_purpose(form.get("purpose", "")))
    return response

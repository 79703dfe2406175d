"""The page of cases whose licenses changed their state, and the button by which a case relies on a license.

Routes only; no holder stands here, so filters may stand in the address.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import relying
from license_library.service.acts.purposes import check_purpose, kept_purpose
from license_library.service.acts.relying import RelianceRequest
from license_library.service.bodies import Form, as_question
from license_library.service.filters import LicenseAlerts, Reference
from license_library.service.rendering import render

router = APIRouter()


@router.get("/license-alerts")
def license_alerts(request: Request, settings: Settings, chosen: LicenseAlerts) -> Response:
    """Show the cases that relied on a license whose state has changed since."""
    return render(
        request, "license_alerts.html", answer=relying.license_alerts(settings, chosen.wanted()), chosen=chosen
    )


@router.post("/licenses/{license_id}/reliances")
def note_reliance(request: Request, settings: Settings, asker: Someone, license_id: Reference, form: Form) -> Response:
    """Note that a case relies on the license and go back to it."""
    given = {
        "license_id": license_id,
        "case_number": form.get("case_number", ""),
        "item_code": form.get("item_code") or None,
    }
    asked = as_question({**given, "purpose": check_purpose(kept_purpose(request))}, RelianceRequest)
    relying.note_reliance(settings, asker.actor, asked)
    return RedirectResponse(f"/licenses/{license_id}#reliances", 303)

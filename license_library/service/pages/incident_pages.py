"""The pages of incidents: the list, and one with its history, its alerts and the form to decide it.

Routes only; nothing personal stands here, so filters may stand in the address.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import deciding, overseeing
from license_library.service.acts.deciding import IncidentDecision
from license_library.service.bodies import Form, as_question
from license_library.service.filters import Incidents, Reference
from license_library.service.rendering import render

router = APIRouter()


@router.get("/incidents")
def incidents(request: Request, settings: Settings, chosen: Incidents) -> Response:
    """Show what must be looked after, the gravest first."""
    departments = overseeing.named_departments(settings)
    answer = overseeing.incidents(settings, chosen.wanted())
    return render(request, "incidents.html", answer=answer, chosen=chosen, departments=departments)


@router.get("/incidents/{incident_id}")
def incident(request: Request, settings: Settings, incident_id: Reference) -> Response:
    """Show one incident, what became of it and who was told."""
    return render(request, "incident.html", answer=overseeing.incident(settings, incident_id))


@router.post("/incidents/{incident_id}")
def decide(settings: Settings, asker: Someone, incident_id: Reference, form: Form) -> Response:
    """Take a decision and show the incident again."""
    given: dict[str, Any] = {
        name: text for name in ("choice", "who", "note", "assignee", "mark") if (text := form.get(name, ""))
    }
    days = form.get("days", "")
    if days.isascii() and days.isdecimal() and len(days) < 4:
        given["days"] = int(days)
    deciding.decide_on_incident(settings, asker.actor, incident_id, as_question({"who": "", **given}, IncidentDecision))
    return RedirectResponse(f"/incidents/{incident_id}", 303)

"""Pages of the engineer and the steward: departments, exchanges and what is held of them, the license types.

Routes only; nothing personal stands here, so filters may stand in the address.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from license_library.service.access import Settings, Someone
from license_library.service.acts import deciding, overseeing
from license_library.service.acts.deciding import HoldDecision
from license_library.service.bodies import Form, as_question
from license_library.service.filters import Exchanges, Reference, TypeName
from license_library.service.rendering import render
from schemas.errors import RequestError

router = APIRouter()


@router.get("/departments")
def departments(request: Request, settings: Settings) -> Response:
    """Show how fresh every department is and how its last exchange went."""
    return render(request, "departments.html", answer=overseeing.departments(settings))


@router.get("/exchanges")
def exchanges(request: Request, settings: Settings, chosen: Exchanges) -> Response:
    """Show exchanges, newest first."""
    departments = overseeing.named_departments(settings)
    answer = overseeing.exchanges(settings, chosen.wanted())
    return render(request, "exchanges.html", answer=answer, chosen=chosen, departments=departments)


@router.get("/exchanges/{exchange_id}")
def exchange(request: Request, settings: Settings, exchange_id: Reference) -> Response:
    """Show one exchange, and of a held one the form to decide it."""
    return render(request, "exchange.html", answer=overseeing.exchange(settings, exchange_id))


@router.post("/exchanges/{exchange_id}")
def decide_on_held(settings: Settings, asker: Someone, exchange_id: Reference, form: Form) -> Response:
    """Release or discard a held batch and show the exchange again; refused where nobody confirmed it."""
    if form.get("confirmed") != "yes":
        raise RequestError(
            f"service: exchange {exchange_id}: expected the decision to be confirmed; nothing was changed",
            zh="请先勾选“已核对”；未作更改",
        )
    given = {name: form.get(name, "") for name in ("choice", "who", "reason")}
    deciding.decide_on_held(settings, asker.actor, exchange_id, as_question(given, HoldDecision))
    return RedirectResponse(f"/exchanges/{exchange_id}", 303)


@router.get("/exchanges/{exchange_id}/shadow")
def shadow(request: Request, settings: Settings, exchange_id: Reference) -> Response:
    """Show what a shadow exchange would have changed."""
    return render(request, "shadow.html", answer=overseeing.shadow(settings, exchange_id))


@router.get("/license-types")
def license_types(request: Request, settings: Settings) -> Response:
    """Show the license types, who issues them and which feeds deliver them."""
    return render(request, "license_types.html", answer=overseeing.license_types(settings))


@router.get("/license-types/{license_type}")
def license_type(request: Request, settings: Settings, license_type: TypeName) -> Response:
    """Show how one license type is defined."""
    return render(request, "license_type.html", answer=overseeing.license_type(settings, license_type))

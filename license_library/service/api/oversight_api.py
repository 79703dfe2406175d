"""The JSON interface of oversight: exchanges, deliveries, incidents, reconciliations, what waits; lists and decisions.

Routes only. A decision is recorded here and carried out by the hub.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import (
    DeliveriesAnswer,
    DeliveryBrief,
    ExchangeDetail,
    ExchangesAnswer,
    IncidentBrief,
    IncidentDetail,
    IncidentsAnswer,
    Overview,
    QuarantineAnswer,
    QuarantineDetail,
    ReconciliationDetail,
    ReconciliationsAnswer,
    ShadowAnswer,
)
from license_library.service.access import Settings, Someone
from license_library.service.acts import deciding, overseeing
from license_library.service.acts.deciding import DeliveryDecision, HoldDecision, IncidentDecision
from license_library.service.api.api import JSON
from license_library.service.bodies import Body, read_question
from license_library.service.filters import (
    Deliveries,
    Exchanges,
    Incidents,
    Pages,
    Quarantine,
    Reconciliations,
    Reference,
)
from license_library.service.openapi import describe
from schemas.deliveries import deliveries as owed

router = APIRouter(prefix="/api")

SHAPES = (
    *owed.KINDS.values(),
    DeliveriesAnswer,
    DeliveryBrief,
    DeliveryDecision,
    ExchangeDetail,
    ExchangesAnswer,
    HoldDecision,
    IncidentBrief,
    IncidentDecision,
    IncidentDetail,
    IncidentsAnswer,
    Overview,
    QuarantineAnswer,
    QuarantineDetail,
    ReconciliationDetail,
    ReconciliationsAnswer,
    ShadowAnswer,
)


@router.get("/departments", openapi_extra=describe(Overview))
def departments(settings: Settings) -> Response:
    """Show every department with the freshness and the last exchange of its feeds."""
    return JSON(overseeing.departments(settings))


@router.get("/exchanges", openapi_extra=describe(ExchangesAnswer))
def exchanges(settings: Settings, chosen: Exchanges) -> Response:
    """List exchanges, newest first."""
    return JSON(overseeing.exchanges(settings, chosen.wanted()))


@router.get("/exchanges/{exchange_id}", openapi_extra=describe(ExchangeDetail))
def exchange(settings: Settings, exchange_id: Reference) -> Response:
    """Show one exchange."""
    return JSON(overseeing.exchange(settings, exchange_id))


@router.post("/exchanges/{exchange_id}/decision", openapi_extra=describe(ExchangeDetail, HoldDecision))
def decide_on_held(settings: Settings, asker: Someone, exchange_id: Reference, body: Body) -> Response:
    """Release a held batch into the library or discard it; and who decides, and why."""
    decision = read_question(body, HoldDecision)
    return JSON(deciding.decide_on_held(settings, asker.actor, exchange_id, decision))


@router.get("/exchanges/{exchange_id}/shadow", openapi_extra=describe(ShadowAnswer))
def shadow(settings: Settings, exchange_id: Reference) -> Response:
    """Show what a shadow exchange would have changed."""
    return JSON(overseeing.shadow(settings, exchange_id))


@router.get("/deliveries", openapi_extra=describe(DeliveriesAnswer))
def deliveries(settings: Settings, chosen: Deliveries) -> Response:
    """List what is owed to departments, newest first, and where each stands."""
    return JSON(overseeing.deliveries(settings, chosen.wanted()))


@router.post("/deliveries", openapi_extra=describe(DeliveryBrief, owed.Delivery))
def owe_delivery(settings: Settings, body: Body) -> Response:
    """Hand in what a department must be told; the same `delivery_key` again is the same delivery."""
    return JSON(deciding.owe(settings, body))


@router.post("/deliveries/{delivery_id}/decision", openapi_extra=describe(DeliveryBrief, DeliveryDecision))
def decide_delivery(settings: Settings, asker: Someone, delivery_id: Reference, body: Body) -> Response:
    """Say that a delivery arrived, or have it sent again, or give it up; and who decides."""
    return JSON(deciding.decide(settings, asker.actor, delivery_id, read_question(body, DeliveryDecision)))


@router.get("/incidents", openapi_extra=describe(IncidentsAnswer))
def incidents(settings: Settings, chosen: Incidents) -> Response:
    """List what must be looked after, the gravest first."""
    return JSON(overseeing.incidents(settings, chosen.wanted()))


@router.get("/incidents/{incident_id}", openapi_extra=describe(IncidentDetail))
def incident(settings: Settings, incident_id: Reference) -> Response:
    """Show one incident with its history and who was told of it."""
    return JSON(overseeing.incident(settings, incident_id))


@router.post("/incidents/{incident_id}/decision", openapi_extra=describe(IncidentBrief, IncidentDecision))
def decide_on_incident(settings: Settings, asker: Someone, incident_id: Reference, body: Body) -> Response:
    """Acknowledge, assign, mute, resolve or reopen an incident; and who decides."""
    decision = read_question(body, IncidentDecision)
    return JSON(deciding.decide_on_incident(settings, asker.actor, incident_id, decision))


@router.get("/reconciliations", openapi_extra=describe(ReconciliationsAnswer))
def reconciliations(settings: Settings, chosen: Reconciliations) -> Response:
    """List what comparing feeds with their departments found, newest first."""
    return JSON(overseeing.reconciliations(settings, chosen.wanted()))


@router.get("/reconciliations/{reconciliation_id}", openapi_extra=describe(ReconciliationDetail))
def reconciliation(settings: Settings, reconciliation_id: Reference, chosen: Pages) -> Response:
    """Show one reconciliation with the records that differ, named by the department's own key."""
    return JSON(overseeing.reconciliation(settings, reconciliation_id, chosen.limit, chosen.after))


@router.get("/quarantine", openapi_extra=describe(QuarantineAnswer))
def quarantine(settings: Settings, chosen: Quarantine) -> Response:
    """List records that wait, newest first, with the reasons of each."""
    return JSON(overseeing.quarantine(settings, chosen.wanted()))


@router.get("/quarantine/{quarantine_id}", openapi_extra=describe(QuarantineDetail))
def quarantine_case(settings: Settings, quarantine_id: Reference) -> Response:
    """Show one record that waits and the page it was read from."""
    return JSON(overseeing.quarantine_case(settings, quarantine_id))

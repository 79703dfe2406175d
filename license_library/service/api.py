"""The JSON interface: every answer is the library's own struct, encoded as it is.

Routes only: a question in, an answer out. Searches are posted, so nothing personal stands in an address.
"""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Depends
from starlette.responses import Response

from license_library.answers import (
    AsOfAnswer,
    Checklist,
    DeliveriesAnswer,
    DeliveryBrief,
    ExchangeDetail,
    ExchangesAnswer,
    HeldAnswer,
    IncidentBrief,
    IncidentDetail,
    IncidentsAnswer,
    LicenseAlertsAnswer,
    LicenseAnswer,
    Overview,
    QuarantineAnswer,
    QuarantineDetail,
    ReconciliationDetail,
    ReconciliationsAnswer,
    RelianceBrief,
    SearchAnswer,
    ShadowAnswer,
    VerifyAnswer,
)
from license_library.service import asking, deciding, overseeing, relying
from license_library.service.access import Settings, Someone, demand_someone
from license_library.service.asking import (
    AsOfRequest,
    ChecklistRequest,
    HeldRequest,
    LicenseRequest,
    SearchRequest,
    VerifyRequest,
)
from license_library.service.bodies import Body, read_question
from license_library.service.deciding import DeliveryDecision, HoldDecision, IncidentDecision
from license_library.service.filters import (
    AsOf,
    Deliveries,
    Exchanges,
    Incidents,
    LicenseAlerts,
    Pages,
    Quarantine,
    Reconciliations,
    Reference,
    demand_known_query,
)
from license_library.service.openapi import describe
from license_library.service.purposes import HeaderPurpose
from license_library.service.relying import RelianceRequest
from schemas import deliveries as owed

router = APIRouter(prefix="/api", dependencies=[Depends(demand_someone), Depends(demand_known_query)])

SHAPES = (
    *owed.KINDS.values(),
    LicenseAlertsAnswer,
    RelianceBrief,
    RelianceRequest,
    AsOfAnswer,
    Checklist,
    ChecklistRequest,
    DeliveriesAnswer,
    DeliveryBrief,
    DeliveryDecision,
    ExchangeDetail,
    ExchangesAnswer,
    HeldAnswer,
    HeldRequest,
    HoldDecision,
    IncidentBrief,
    IncidentDecision,
    IncidentDetail,
    IncidentsAnswer,
    LicenseAnswer,
    Overview,
    QuarantineAnswer,
    QuarantineDetail,
    ReconciliationDetail,
    ReconciliationsAnswer,
    SearchAnswer,
    ShadowAnswer,
    SearchRequest,
    VerifyAnswer,
    VerifyRequest,
)


class JSON(Response):
    """Encode an answer struct as it is."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the struct's JSON."""
        return msgspec.json.encode(content)


@router.post("/search", openapi_extra=describe(SearchAnswer, SearchRequest))
def search(settings: Settings, asker: Someone, body: Body) -> Response:
    """Find licenses by number, identifier, holder code, holder name or anything typed."""
    return JSON(asking.search(settings, asker.actor, read_question(body, SearchRequest)))


@router.get("/licenses/{license_id}", openapi_extra=describe(LicenseAnswer, purpose=True))
def license_by_reference(settings: Settings, asker: Someone, license_id: Reference, purpose: HeaderPurpose) -> Response:
    """Show one license with its history and where it came from; the purpose stands in the header X-Purpose."""
    return JSON(asking.show_license(settings, asker.actor, LicenseRequest(license_id, purpose)))


@router.get("/licenses/{license_id}/as-of", openapi_extra=describe(AsOfAnswer, purpose=True))
def license_as_of(
    settings: Settings, asker: Someone, license_id: Reference, chosen: AsOf, purpose: HeaderPurpose
) -> Response:
    """Say what held of one license on a day, as known at an instant; the same question has the same answer ever after."""
    return JSON(asking.show_as_of(settings, asker.actor, AsOfRequest(license_id, purpose, chosen.on, chosen.known_at)))


@router.post("/holdings", openapi_extra=describe(HeldAnswer, HeldRequest))
def holdings(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say what a holder held on a day, as known at an instant; the same question has the same answer ever after."""
    return JSON(asking.show_held(settings, asker.actor, read_question(body, HeldRequest)))


@router.post("/verify", openapi_extra=describe(VerifyAnswer, VerifyRequest))
def verify(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say whether a license exists, as described, and is valid today."""
    return JSON(asking.verify(settings, asker.actor, read_question(body, VerifyRequest)))


@router.post("/checklist", openapi_extra=describe(Checklist, ChecklistRequest))
def checklist(settings: Settings, asker: Someone, body: Body) -> Response:
    """Say of every material of an item whether this applicant must still bring it."""
    return JSON(asking.check_materials(settings, asker.actor, read_question(body, ChecklistRequest)))


@router.post("/reliances", openapi_extra=describe(RelianceBrief, RelianceRequest))
def note_reliance(settings: Settings, asker: Someone, body: Body) -> Response:
    """Note that a case relies on a license as it stands; the same again is the same reliance."""
    return JSON(relying.note_reliance(settings, asker.actor, read_question(body, RelianceRequest)))


@router.get("/license-alerts", openapi_extra=describe(LicenseAlertsAnswer))
def license_alerts(settings: Settings, chosen: LicenseAlerts) -> Response:
    """List the cases that relied on a license whose state has changed since, newest first."""
    return JSON(relying.license_alerts(settings, chosen.wanted()))


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

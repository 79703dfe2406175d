"""What a person decides on a page or over the interface, of a delivery, an incident, a held batch; what others hand to the outbox.

Writes a decision with who made it; no license is within reach, and no payload is read.
"""

from __future__ import annotations

from datetime import date

import msgspec

from license_library.answers import DeliveryBrief, ExchangeDetail, IncidentBrief
from license_library.asking.questions import HoldDecision
from license_library.asking.refusals import NotDecidable, NotDeliverable
from license_library.deliveries.delivery_list import get_delivery
from license_library.deliveries.outbox import Choice, decide_delivery
from license_library.oversight.exchange_list import show_exchange
from license_library.oversight.incident_decisions import IncidentDecision, decide_incident
from license_library.service.acts.purposes import signed
from license_library.service.bodies import FieldProblem, InvalidQuestion, MalformedBody, invalid
from license_library.service.settings import ServiceSettings
from schemas.deliveries.deliveries import Delivery, WrongDelivery, read_delivery
from schemas.errors import DeclarationError, RequestError
from schemas.struct_readers import build_readers

__all__ = [
    "DeliveryDecision",
    "HoldDecision",
    "IncidentDecision",
    "decide",
    "decide_on_held",
    "decide_on_incident",
    "owe",
]


class DeliveryDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decide a delivery: it arrived, it is to be sent again, or it is given up; and who says so."""

    choice: Choice
    who: str


def owe(settings: ServiceSettings, body: bytes) -> DeliveryBrief:
    """Put a delivery into its department's outbox; the same key again is the same delivery, as it stands now."""
    owed = _read_owed(body, settings.today())
    if owed.delivery_key is None:
        raise invalid("delivery_key", "a key of the caller's own, the same whenever this delivery is handed in")
    if settings.owe is None:
        raise NotDeliverable("service: runs without declarations; expected `hub serve`; nothing was enqueued")
    try:
        delivery_id = settings.owe(owed)
    except DeclarationError as error:
        raise NotDeliverable(str(error)) from error
    with settings.engine.connect() as conn:
        return get_delivery(conn, delivery_id)


def _read_owed(body: bytes, today: date) -> Delivery:
    """Read a delivery as strictly as every other body, with the same errors."""
    try:
        return read_delivery(body, today)
    except WrongDelivery as error:
        raise InvalidQuestion(str(error), (FieldProblem(error.field, error.expected),)) from None
    except RequestError as error:
        raise MalformedBody(str(error)) from None


def decide(settings: ServiceSettings, actor: str, delivery_id: int, decision: DeliveryDecision) -> DeliveryBrief:
    """Write the decision and return the delivery as it stands now."""
    with settings.engine.begin() as conn:
        decide_delivery(conn, delivery_id, decision.choice, signed(decision.who, actor), settings.now())
        return get_delivery(conn, delivery_id)


def decide_on_incident(
    settings: ServiceSettings, actor: str, incident_id: int, decision: IncidentDecision
) -> IncidentBrief:
    """Write the decision and return the incident as it stands now."""
    decision = msgspec.structs.replace(decision, who=signed(decision.who, actor))
    with settings.engine.begin() as conn:
        return decide_incident(conn, incident_id, decision, settings.now())


def decide_on_held(settings: ServiceSettings, actor: str, exchange_id: int, decision: HoldDecision) -> ExchangeDetail:
    """Have the hub release or discard a held batch and return the exchange as it stands now."""
    if settings.settle_batch is None:
        raise NotDecidable(
            "service: runs without a hub that merges; expected `hub serve`; nothing was changed",
            zh="本服务未随枢纽运行，不能放行或作废；未作更改",
        )
    settings.settle_batch(exchange_id, msgspec.structs.replace(decision, who=signed(decision.who, actor)))
    with settings.engine.connect() as conn:
        return show_exchange(conn, exchange_id, settings.now())


build_readers(DeliveryDecision, HoldDecision)

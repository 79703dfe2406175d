"""What a person decides on a page or over the interface: whether a delivery arrived. The only door to that.

Writes a decision with who made it; no license and no payload is within reach.
"""

from __future__ import annotations

import msgspec

from license_library.answers import DeliveryBrief
from license_library.delivery_list import get_delivery
from license_library.outbox import Choice, decide_delivery
from license_library.service.settings import ServiceSettings
from schemas.struct_readers import build_readers


class DeliveryDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decide a delivery: it arrived, it is to be sent again, or it is given up; and who says so."""

    choice: Choice
    who: str


def decide(settings: ServiceSettings, actor: str, delivery_id: int, decision: DeliveryDecision) -> DeliveryBrief:
    """Write the decision and return the delivery as it stands now."""
    who = f"{decision.who.strip()} ({actor})" if decision.who.strip() else ""
    with settings.engine.begin() as conn:
        decide_delivery(conn, delivery_id, decision.choice, who, settings.now())
        return get_delivery(conn, delivery_id)


build_readers(DeliveryDecision)

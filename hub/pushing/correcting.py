"""Correction requests on their way: into the outbox where the department takes them, answered, told when they are late.

Introduces the library's requests to the declared deliveries; decides nothing about a value.
"""

from __future__ import annotations

import logging

from connectors.declarations.declaration import list_departments, load_department
from hub.context import HubContext
from hub.pushing.push import enqueue_delivery
from hub.settings import demand_folder
from license_library.oversight.incidents import Cause, tell_incidents
from license_library.quarantine.correction_following import (
    Late,
    Undelivered,
    list_late,
    list_undelivered,
    note_delivery,
    settle_corrected,
)
from schemas.bureau_time import local_day
from schemas.deliveries.deliveries import CorrectionRequest
from schemas.errors import DeclarationError, RequestError

log = logging.getLogger(__name__)

KIND = "correction_request"


def follow_corrections(hub: HubContext) -> dict[str, int]:
    """Settle what came back put right, hand new requests to the outbox, tell which are late; return the counts."""
    demand_folder(hub.connectors_folder)  # nobody would take a request any more
    with hub.engine.begin() as conn:
        settled = settle_corrected(conn, hub.clock())
    return {"settled": settled, **_hand_over(hub), "late": _escalate(hub)}


def _hand_over(hub: HubContext) -> dict[str, int]:
    """Owe every new request to its department; one that cannot be owed is told in the log and keeps no other back."""
    with hub.engine.connect() as conn:
        waiting = list_undelivered(conn, hub.keyring, _takers(hub))
    left = 0
    for one in waiting:
        try:
            delivery_id = enqueue_delivery(hub, _as_owed(one))
        except (RequestError, DeclarationError) as error:
            log.warning("correction request %s: not handed over: %s", one.request_id, error)
            left += 1
            continue
        with hub.engine.begin() as conn:
            note_delivery(conn, one.request_id, delivery_id)
    return {"handed_over": len(waiting) - left, "not_handed_over": left}


def _takers(hub: HubContext) -> list[str]:
    """Return the departments that declare how such a request is brought; the others are told by hand."""
    takers = []
    for name in list_departments(hub.connectors_folder):
        try:
            declared = load_department(name, hub.connectors_folder)
        except DeclarationError:
            continue
        if KIND in declared.deliveries:
            takers.append(name)
    return takers


def _as_owed(one: Undelivered) -> CorrectionRequest:
    """The same request has the same key, so that handing it over twice owes it once.

    A restored database gives the numbers of forgotten requests again, never their instants: a department must not take the new one for the old.
    """
    asked_at = f"{int(one.asked_at.timestamp()):x}"
    return CorrectionRequest(
        department=one.department,
        case_number=f"correction-{one.request_id}-{asked_at}",
        delivery_key=f"correction-{one.request_id:08d}-{asked_at}",
        record_id=one.record_id,
        field=one.field,
        seen=one.seen or None,
        proposed=one.proposed or None,
        evidence=one.evidence or None,
        basis=one.basis,
        due_on=one.due_on,
    )


def _escalate(hub: HubContext) -> int:
    """Tell of each department what it has not answered in time; an incident ends by itself with the answer."""
    now = hub.clock()
    day = local_day(now)
    with hub.engine.begin() as conn:
        by_department = list_late(conn, day)
        for department, late in by_department.items():
            tell_incidents(conn, department, "correction_late", [_cause(one) for one in late], now)
    return sum(map(len, by_department.values()))


def _cause(one: Late) -> Cause:
    zh = f"校核请求 {one.request_id}（字段 {one.field}）应于 {one.due_on}（含当日）前答复，部门尚未答复"
    en = f"correction request {one.request_id} (field {one.field}) was to be answered by {one.due_on}"
    return Cause(one.feed, f"correction {one.request_id}", "warning", zh, en)

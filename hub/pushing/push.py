"""Deliveries pushed to a department here and now, and put into its outbox. Introduces the declaration to both sides."""

from __future__ import annotations

from dataclasses import replace

from connectors.declarations.declaration import Delivery, Department, load_department
from connectors.deliveries.delivering import Parcel, opened_courier, write_fields
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.progress import Progress, no_progress
from hub.pushing.license_alerts import owe_license_alerts
from hub.pushing.push_pass import PushPass
from hub.pushing.push_summary import PushBounds, PushSummary
from hub.registration import register_unknown, register_when_free
from license_library.deliveries.outbox import Owing, enqueue, find_enqueued
from license_library.deliveries.push_holds import demand_free, note_restore
from schemas.deliveries.deliveries import Delivery as Owed
from schemas.deliveries.deliveries import kind_of, payload_of
from schemas.errors import DeclarationError, HubError

__all__ = ["PushBounds", "PushSummary", "enqueue_delivery", "push"]


def push(
    hub: HubContext,
    department: str,
    connection: Connection,
    *,
    progress: Progress = no_progress,
    bounds: PushBounds | None = None,
) -> PushSummary:
    """Bring what is due to a department, alerts among it, and ask for its receipts; return what became of it.

    What ended the pass early, or went wrong with one delivery, is the summary's failure: what was done stands beside it.
    """
    declared = hub.amend(load_department(department, hub.connectors_folder))
    if not declared.deliveries:
        raise DeclarationError(f"{department}: declares no deliveries; expected [deliveries.<kind>]; nothing was sent")
    summary = PushSummary(department)
    try:
        with plain_database_errors_at(f"{department}: deliveries"):
            _pass(hub, declared, connection, summary, bounds or PushBounds(), progress)
    except HubError as error:
        summary.failure = error
    return summary


def _pass(
    hub: HubContext,
    declared: Department,
    connection: Connection,
    summary: PushSummary,
    bounds: PushBounds,
    progress: Progress,
) -> None:
    with hub.engine.begin() as conn:
        note_restore(conn, hub.clock())
    register_when_free(hub, declared)
    owe_license_alerts(hub, declared)  # also while nothing may leave: then it is in doubt, as all that is owed
    with hub.engine.connect() as conn:
        demand_free(conn)
    with opened_courier(declared, connection) as courier:
        run = PushPass(hub, declared, courier, bounds, summary)
        run.deliver(progress)
        run.poll(progress)


def enqueue_delivery(hub: HubContext, owed: Owed) -> int:
    """Put a delivery into its department's outbox; refused at once where the declaration cannot write it.

    What stands there already is the same delivery, whatever the declaration says by now.
    """
    where, payload = f"{owed.department}.{kind_of(owed)}", payload_of(owed)
    owing = Owing(owed.department, kind_of(owed), owed.case_number, "", payload, owed.delivery_key)
    with plain_database_errors_at(f"{where}: enqueueing"):
        known = _find(hub, owing)
        if known is not None:
            return known
        declared = load_department(owed.department, hub.connectors_folder)
        delivery = _declared_delivery(declared, owing.kind)
        write_fields(delivery, Parcel(owing.kind, owing.delivery_key or "", owing.case_number, 1, payload), where)
        register_unknown(hub, declared)
        with hub.engine.begin() as conn:
            return enqueue(conn, hub.keyring, replace(owing, delivery_class=delivery.class_), hub.clock())


def _find(hub: HubContext, owing: Owing) -> int | None:
    if owing.delivery_key is None:
        return None
    with hub.engine.connect() as conn:
        return find_enqueued(conn, hub.keyring, owing)


def _declared_delivery(declared: Department, kind: str) -> Delivery:
    if kind not in declared.deliveries:
        there = ", ".join(declared.deliveries) or "none"
        raise DeclarationError(
            f"{declared.department}: declares no delivery {kind!r}; there are {there}; nothing was enqueued"
        )
    return declared.deliveries[kind]

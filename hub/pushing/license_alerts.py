"""Owe the approval platform the alerts about licenses that its cases relied on, where it declares that it takes them.

Safe to repeat and to break off: an alert is the same delivery however often it is handed in. No other department is told
of cases that are not its own; one that cannot be written is refused alone, by the push, and stops no other.
"""

from __future__ import annotations

from dataclasses import asdict

from connectors.declarations.declaration import Department
from hub.context import HubContext
from license_library.deliveries.outbox import Owing, enqueue
from license_library.deliveries.untold_alerts import BATCH, UntoldAlert, find_untold_alerts
from schemas.deliveries.deliveries import LicenseAlert, payload_of

KIND = "license_alert"
PLATFORM = "approval_platform"  # whose cases rely on licenses


def owe_license_alerts(hub: HubContext, declared: Department) -> int:
    """Enqueue every alert that the department was not told of yet; return how many."""
    owed = 0
    is_told = declared.department == PLATFORM and KIND in declared.deliveries
    while is_told and (untold := _owe_batch(hub, declared)):
        owed += untold
        if untold < BATCH:
            break
    return owed


def _owe_batch(hub: HubContext, declared: Department) -> int:
    with hub.engine.begin() as conn:
        untold = find_untold_alerts(conn, declared.department)
        for alert in untold:
            enqueue(conn, hub.keyring, _owing(declared, alert), hub.clock())
        return len(untold)


def _owing(declared: Department, alert: UntoldAlert) -> Owing:
    delivery = declared.deliveries[KIND]
    payload = payload_of(LicenseAlert(department=declared.department, **asdict(alert)))
    return Owing(declared.department, KIND, alert.case_number, delivery.class_, payload, alert.delivery_key)

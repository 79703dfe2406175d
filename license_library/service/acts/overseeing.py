"""Questions about how things stand: catalogue, departments, exchanges, quarantine. Nothing personal, nothing recorded.

The only door from routes to these parts of the library; reads only.
"""

from __future__ import annotations

from license_library.answers import (
    DeliveriesAnswer,
    DepartmentName,
    ExchangeDetail,
    ExchangesAnswer,
    IncidentDetail,
    IncidentsAnswer,
    ItemBrief,
    ItemsAnswer,
    LibraryTotals,
    LicenseTypeBrief,
    LicenseTypesAnswer,
    Overview,
    QuarantineAnswer,
    QuarantineDetail,
    ReconciliationDetail,
    ReconciliationsAnswer,
    ShadowAnswer,
)
from license_library.asking.questions import (
    DeliveryFilter,
    ExchangeFilter,
    IncidentFilter,
    QuarantineFilter,
    ReconciliationFilter,
)
from license_library.catalogue.items import get_license_type, list_items, list_license_types
from license_library.deliveries.delivery_list import list_deliveries
from license_library.oversight.exchange_list import list_exchanges, show_exchange
from license_library.oversight.incident_list import list_incidents, report_incident
from license_library.oversight.overview import estimate_library, name_departments, survey_library
from license_library.oversight.shadow_report import report_shadow
from license_library.quarantine.quarantine_list import get_quarantine_case, list_quarantine
from license_library.reconciliation.reconciliation_list import list_reconciliations, show_reconciliation
from license_library.service.settings import ServiceSettings
from schemas.errors import NotFound


def items(settings: ServiceSettings, line: str | None = None, name: str | None = None) -> ItemsAnswer:
    """List the item catalogue, all of it or a line or the items with a text in their name."""
    with settings.engine.connect() as conn:
        return list_items(conn, line or None, name or None)


def item(settings: ServiceSettings, item_code: str) -> ItemBrief:
    """Return one item; NotFound where the catalogue has none."""
    for one in items(settings).items:
        if one.item_code == item_code:
            return one
    raise NotFound("service: there is no such item; expected a code of the item catalogue; nothing was asked")


def license_types(settings: ServiceSettings) -> LicenseTypesAnswer:
    """List the license types."""
    with settings.engine.connect() as conn:
        return list_license_types(conn)


def license_type(settings: ServiceSettings, license_type: str) -> LicenseTypeBrief:
    """Return one license type; NotFound where the catalogue has none."""
    with settings.engine.connect() as conn:
        return get_license_type(conn, license_type)


def departments(settings: ServiceSettings) -> Overview:
    """Return how departments and the library stand."""
    with settings.engine.connect() as conn:
        return survey_library(conn, settings.now())


def named_departments(settings: ServiceSettings) -> list[DepartmentName]:
    """List the departments by name, to choose from; counts nothing."""
    with settings.engine.connect() as conn:
        return name_departments(conn)


def totals(settings: ServiceSettings) -> LibraryTotals:
    """Return about what the library holds."""
    with settings.engine.connect() as conn:
        return estimate_library(conn)


def exchanges(settings: ServiceSettings, wanted: ExchangeFilter) -> ExchangesAnswer:
    """List exchanges, newest first."""
    with settings.engine.connect() as conn:
        return list_exchanges(conn, wanted, settings.now(), declared=settings.declared())


def exchange(settings: ServiceSettings, exchange_id: int) -> ExchangeDetail:
    """Return one exchange; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return show_exchange(conn, exchange_id, settings.now())


def shadow(settings: ServiceSettings, exchange_id: int) -> ShadowAnswer:
    """Return what a shadow exchange would have changed; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return report_shadow(conn, exchange_id)


def deliveries(settings: ServiceSettings, wanted: DeliveryFilter) -> DeliveriesAnswer:
    """List what is owed to departments, newest first."""
    with settings.engine.connect() as conn:
        return list_deliveries(conn, wanted, settings.now(), declared=settings.declared())


def incidents(settings: ServiceSettings, wanted: IncidentFilter) -> IncidentsAnswer:
    """List incidents, the gravest first."""
    with settings.engine.connect() as conn:
        return list_incidents(conn, wanted, settings.now(), declared=settings.declared())


def incident(settings: ServiceSettings, incident_id: int) -> IncidentDetail:
    """Return one incident with its history; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return report_incident(conn, incident_id, settings.now())


def reconciliations(settings: ServiceSettings, wanted: ReconciliationFilter) -> ReconciliationsAnswer:
    """List reconciliations, newest first."""
    with settings.engine.connect() as conn:
        return list_reconciliations(conn, wanted, settings.now(), declared=settings.declared())


def reconciliation(settings: ServiceSettings, number: int, limit: int, after: str | None) -> ReconciliationDetail:
    """Return one reconciliation with the records that differ; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return show_reconciliation(conn, number, limit, after)


def quarantine(settings: ServiceSettings, wanted: QuarantineFilter) -> QuarantineAnswer:
    """List quarantine cases, newest first."""
    with settings.engine.connect() as conn:
        return list_quarantine(conn, wanted, settings.now(), declared=settings.declared())


def quarantine_case(settings: ServiceSettings, quarantine_id: int) -> QuarantineDetail:
    """Return one quarantine case; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return get_quarantine_case(conn, settings.keyring, quarantine_id, settings.now())

"""Questions about how things stand: catalogue, departments, exchanges, quarantine. Nothing personal, nothing recorded.

The only door from routes to these parts of the library; reads only.
"""

from __future__ import annotations

from license_library import overview, quarantine_list
from license_library.answers import (
    ExchangesAnswer,
    ItemBrief,
    ItemsAnswer,
    LicenseTypesAnswer,
    Overview,
    QuarantineAnswer,
    QuarantineDetail,
)
from license_library.service.filters import ExchangeFilter, ItemFilter, QuarantineFilter
from license_library.service.settings import ServiceSettings
from schemas.errors import NotFound


def items(settings: ServiceSettings, chosen: ItemFilter) -> ItemsAnswer:
    """List the item catalogue, all of it or a line or the items with a text in their name."""
    with settings.engine.connect() as conn:
        return overview.list_items(conn, chosen.line or None, chosen.name or None)


def item(settings: ServiceSettings, item_code: str) -> ItemBrief:
    """Return one item; NotFound where the catalogue has none."""
    for one in items(settings, ItemFilter()).items:
        if one.item_code == item_code:
            return one
    raise NotFound("service: there is no such item; expected a code of the item catalogue; nothing was asked")


def license_types(settings: ServiceSettings) -> LicenseTypesAnswer:
    """List the license types."""
    with settings.engine.connect() as conn:
        return overview.list_license_types(conn)


def departments(settings: ServiceSettings) -> Overview:
    """Return how departments and the library stand."""
    with settings.engine.connect() as conn:
        return overview.read_overview(conn, settings.now())


def exchanges(settings: ServiceSettings, chosen: ExchangeFilter) -> ExchangesAnswer:
    """List exchanges, newest first."""
    with settings.engine.connect() as conn:
        return overview.list_exchanges(
            conn, chosen.department or None, chosen.feed or None, chosen.limit, chosen.after, settings.now()
        )


def quarantine(settings: ServiceSettings, chosen: QuarantineFilter) -> QuarantineAnswer:
    """List quarantine cases, newest first."""
    with settings.engine.connect() as conn:
        return quarantine_list.list_quarantine(
            conn,
            chosen.department or None,
            chosen.code or None,
            chosen.state or None,
            chosen.limit,
            chosen.after,
            settings.now(),
        )


def quarantine_case(settings: ServiceSettings, quarantine_id: int) -> QuarantineDetail:
    """Return one quarantine case; NotFound where there is none."""
    with settings.engine.connect() as conn:
        return quarantine_list.get_case(conn, quarantine_id, settings.now())

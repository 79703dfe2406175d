"""The pages of one exchange, asked for and stored one by one, before anyone looks inside. Knows no record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from connectors.declarations.declaration import Department, Feed, duration
from connectors.formats.fetched_page import FetchedPage
from connectors.pages.asking_records import ask_records
from connectors.pages.pages import fetch_pages
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pulling.answering_files import taken_requests
from license_library.exchange.exchanges import Exchange, StoredPage, finish_landing, store_page


def land_pages(
    hub: HubContext,
    exchange: Exchange,
    department: Department,
    feed: Feed,
    connection: Connection,
    progress: Progress,
    keys: Sequence[str] | None = None,
) -> None:
    """Store page after page, each before anyone looks inside."""
    if exchange.is_shadow and feed.flag:  # claiming rows would take them from whoever reads them in earnest
        feed = msgspec.structs.replace(feed, flag=msgspec.structs.replace(feed.flag, batch=""))
    asked = _asked_pages(hub, exchange, department, feed, connection, keys)
    pass_by("before_fetch")
    for number, page in enumerate(asked, 1):
        pass_by("after_fetch")
        store_page(hub.engine, hub.keyring, exchange, _stored(page), hub.clock())
        pass_by("after_landing")
        progress("land", number)
    finish_landing(hub.engine, exchange, hub.clock())


def _asked_pages(
    hub: HubContext,
    exchange: Exchange,
    department: Department,
    feed: Feed,
    connection: Connection,
    keys: Sequence[str] | None,
) -> Iterator[FetchedPage]:
    if keys is not None:
        return ask_records(department, feed, connection, keys)
    since, taken = looks_back_to(exchange.since_at, feed), taken_requests(hub, department, feed)
    return fetch_pages(department, feed, connection, since, hub.bounds.pages, taken)


def looks_back_to(since_at: datetime | None, feed: Feed) -> datetime | None:
    """Return the time to ask from: the cursor less the overlap, since a source commits late now and then."""
    return None if since_at is None else since_at - duration(feed.cursor.overlap)


def _stored(page: FetchedPage) -> StoredPage:
    return StoredPage(
        page_number=page.number,
        request=page.request,
        media_type=page.media_type,
        http_status=page.status,
        body=page.body,
        requested_at=page.requested_at,
        first_byte_at=page.first_byte_at,
        received_at=page.received_at,
    )

"""What a department is told after its records are kept: which rows we have, and what is wrong with the others.

Runs only after the library's own transaction, from the landed pages; safe to repeat. What is not acknowledged is simply
read again by the next exchange, so nothing has to be remembered here.
"""

from __future__ import annotations

import logging

from connectors.declarations.declaration import Department, Feed
from connectors.front.front_marking import FrontMarker, Marked
from connectors.pages.pages import read_page
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pulling.answering_files import DAMAGE
from hub.pulling.row_reasons import wrong_rows
from license_library.exchange.exchanges import Exchange
from license_library.exchange.landing import PageDamaged
from license_library.exchange.page_requests import list_requests, read_landed_page
from schemas.errors import HubError

_log = logging.getLogger(__name__)


def acknowledge_rows(
    hub: HubContext,
    exchange: Exchange,
    department: Department,
    feed: Feed,
    connection: Connection,
    progress: Progress,
) -> Marked:
    """Mark every row of a merged exchange as read or as wrong, page by page; return how many."""
    marked, number, damage = Marked(), 0, list[HubError]()
    progress("acknowledge", number)
    with FrontMarker(department, feed, connection, hub.clock) as front:
        for page_number, _ in list_requests(hub.engine, exchange.exchange_id):
            try:
                page = read_landed_page(hub.engine, hub.keyring, exchange.exchange_id, page_number)
            except DAMAGE as error:  # the rows of the others are still marked
                damage.append(_left(exchange, page_number, error))
                continue
            digests = read_page(department, feed, page.body, page.media_type).digests()
            pass_by("before_send")
            marked += front.mark(page.body, wrong_rows(hub, exchange, feed, digests))
            pass_by("after_mark")
            number += 1
            progress("acknowledge", number)
    if damage:
        raise damage[0]
    return marked


def _left(exchange: Exchange, page_number: int, error: HubError) -> HubError:
    """Tell of a page whose rows stay unread: what landed of it is damaged."""
    told = PageDamaged(
        f"{exchange.department}/{exchange.feed}: page {page_number} of exchange {exchange.exchange_id} is damaged "
        f"({error.code}); expected what was received; its rows stay unread, the others are marked; the next exchange reads "
        "them anew"
    )
    _log.warning("[%s] %s", told.code, told)
    return told

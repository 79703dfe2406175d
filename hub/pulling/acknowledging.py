"""What a department is told after its records are kept: which rows we have, and what is wrong with the others.

Runs only after the library's own transaction, from the landed pages; safe to repeat. What is not acknowledged is simply
read again by the next exchange, so nothing has to be remembered here.
"""

from __future__ import annotations

from connectors.declarations.declaration import Department, Feed
from connectors.front.front_marking import FrontMarker, Marked
from connectors.pages.pages import read_page
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pulling.row_reasons import wrong_rows
from license_library.exchange.exchanges import Exchange, read_pages


def acknowledge_rows(
    hub: HubContext,
    exchange: Exchange,
    department: Department,
    feed: Feed,
    connection: Connection,
    progress: Progress,
) -> Marked:
    """Mark every row of a merged exchange as read or as wrong, page by page; return how many."""
    marked, number = Marked(), 0
    progress("acknowledge", number)
    with FrontMarker(department, feed, connection, hub.clock) as front:
        for page in read_pages(hub.engine, hub.keyring, exchange.exchange_id):
            digests = read_page(department, feed, page.body, page.media_type).digests()
            pass_by("before_send")
            marked += front.mark(page.body, wrong_rows(hub, exchange, feed, digests))
            pass_by("after_mark")
            number += 1
            progress("acknowledge", number)
    return marked

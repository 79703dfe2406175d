"""What a department is told after its records are kept: which rows we have, and what is wrong with the others.

Runs only after the library's own transaction, from the landed pages; safe to repeat. What is not acknowledged is simply
read again by the next exchange, so nothing has to be remembered here.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.connection import Connection
from connectors.declaration import Department, Feed
from connectors.front_marking import FrontMarker, Marked
from connectors.pages import read_page
from hub.context import HubContext
from hub.progress import Progress
from license_library.exchanges import Exchange, read_pages
from license_library.quarantining import Reason, find_reasons
from schemas.license import LICENSE
from schemas.problems import PROBLEM_CODES


def acknowledge_rows(  # noqa: PLR0913, PLR0917 - the exchange, its declaration, and who listens
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
            marked += front.mark(page.body, _wrong_rows(hub, exchange, feed, digests))
            number += 1
            progress("acknowledge", number)
    return marked


def _wrong_rows(hub: HubContext, exchange: Exchange, feed: Feed, digests: Sequence[bytes]) -> dict[int, str]:
    """Return the words for the rows of a page that are in quarantine. A row is known by what it said, not by its place."""
    with hub.engine.connect() as conn:
        found = find_reasons(conn, exchange, digests)
    return {row: _in_words(feed, found[digest]) for row, digest in enumerate(digests) if digest in found}


def _in_words(feed: Feed, reasons: Sequence[Reason]) -> str:
    return "；".join(dict.fromkeys(f"{_place(feed, one.field)}{PROBLEM_CODES[one.code].zh}" for one in reasons))


def _place(feed: Feed, field: str) -> str:
    """Name a field as the department does: its own column, and what it is."""
    own = {"record_id": "/".join(feed.key), "source_updated_at": feed.cursor.field}
    column = own.get(field) or (feed.fields[field].from_ if field in feed.fields else "")
    known = {one.name: one.zh for one in LICENSE.fields}
    named = known.get(field, "")
    return f"{named}({column})：" if column else f"{named}：" if named else ""

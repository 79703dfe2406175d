"""Why rows of a department wait in quarantine, in words it can act on: its own columns, and never a value."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.declarations.declaration import Feed
from hub.context import HubContext
from license_library.exchange.exchanges import Exchange
from license_library.quarantine.quarantining import Reason, find_reasons
from schemas.license.license import LICENSE
from schemas.license.problems import PROBLEM_CODES


def wrong_rows(hub: HubContext, exchange: Exchange, feed: Feed, digests: Sequence[bytes]) -> dict[int, str]:
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

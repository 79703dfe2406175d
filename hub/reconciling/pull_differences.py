"""What a reconciliation found to be missing or different, pulled by a normal exchange: by key where that can be asked for.

Where it cannot, or where it is too much, the feed is swept. What the library has too much of stays: a person decides.
"""

from __future__ import annotations

from typing import Final

from connectors.pages.asking_records import can_ask
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.progress import Progress, no_progress
from hub.pulling.pull import declared_feed, pull
from license_library.exchange.summaries import ExchangeSummary
from license_library.reconciliation.reconciliation_list import get_reconciliation, keys_to_pull

MOST_KEYS: Final = 2_000  # asked for one by one; more of them are swept


def pull_differences(
    hub: HubContext, reconciliation_id: int, connection: Connection, progress: Progress = no_progress
) -> ExchangeSummary | None:
    """Run one exchange for what differs; None where there is nothing that an exchange could bring."""
    with hub.engine.connect() as conn:
        found = get_reconciliation(conn, reconciliation_id)
        keys = keys_to_pull(conn, reconciliation_id)
    if not keys:
        return None
    department, feed = declared_feed(hub, found.department, found.feed)
    wanted = found.missing + found.different
    if can_ask(department, feed) and wanted == len(keys) <= MOST_KEYS:
        return pull(hub, found.department, found.feed, connection, keys=keys, progress=progress)
    return pull(hub, found.department, found.feed, connection, full=True, progress=progress)

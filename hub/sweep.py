"""Everything asked of a feed again: what was committed late comes, what is listed no more is marked."""

from __future__ import annotations

from connectors.connection import Connection
from hub.context import HubContext
from hub.pull import acknowledge, land
from hub.task_steps import check, merge
from license_library.merging import Counts


def sweep(hub: HubContext, department: str, feed: str, connection: Connection) -> Counts:
    """Run one exchange that asks for everything; return how many records became a version."""
    exchange_id = land(hub, department, feed, connection, full=True)
    check(hub, exchange_id)
    counts = merge(hub, exchange_id)
    acknowledge(hub, exchange_id, connection)
    return counts

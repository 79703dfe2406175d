"""Check and merge as tasks of their own, and a sweep that is one: no step outlives its process, so a killed one frees the feed.

Each holds its exchange as long as its process lives; between two nobody holds it, and its lease decides. What the steps do
is pull's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.pulling import pull
from license_library.exchange.exchanges import get_exchange
from license_library.merge.attendance import attended, let_go, take_hold, this_process
from license_library.merge.merging import Counts


def check(hub: HubContext, exchange_id: int) -> None:
    """Check what landed; safe to repeat. DataHeld when the batch breaks its bounds."""
    with _held(hub, exchange_id):
        pull.check(hub, exchange_id)


def merge(hub: HubContext, exchange_id: int) -> Counts:
    """Merge what was staged, then make the search keys of whom it brought; safe to repeat."""
    with _held(hub, exchange_id):
        counts = pull.merge(hub, exchange_id)
    pull.make_keys(hub)
    return counts


def sweep(hub: HubContext, department: str, feed: str, connection: Connection) -> Counts:
    """Ask for everything again, so that what was committed late comes and what is listed no more is marked."""
    exchange_id = pull.land(hub, department, feed, connection, full=True)
    check(hub, exchange_id)
    counts = merge(hub, exchange_id)
    pull.acknowledge(hub, exchange_id, connection)
    return counts


@contextmanager
def _held(hub: HubContext, exchange_id: int) -> Iterator[None]:
    with plain_database_errors_at(f"exchange {exchange_id}"):
        exchange = get_exchange(hub.engine, exchange_id)
        with attended(hub.engine, exchange.department, exchange.feed) as is_alone:
            if is_alone:
                take_hold(hub.engine, exchange, this_process())
            try:
                yield
            finally:
                let_go(hub.engine, exchange)

"""What a run that was ended in the middle leaves in the library: exchanges nobody will go on with.

Only for feeds whose run is known to have ended; elsewhere a lease decides who is alive.
"""

from __future__ import annotations

from collections.abc import Collection

from hub.context import HubContext
from license_library.asking.questions import MAX_LIMIT, ExchangeFilter
from license_library.exchange.exchanges import fail_exchange
from license_library.oversight.exchange_list import list_exchanges
from schemas.errors import ProcessFailed

OPEN_STATES = {"landing", "landed", "checked"}


def end_left_exchanges(hub: HubContext, feeds: Collection[str]) -> list[str]:
    """Fail the open exchanges of these feeds ("department/feed"), so that they are free at once; return their names."""
    with hub.engine.connect() as conn:
        found = list_exchanges(conn, ExchangeFilter(limit=MAX_LIMIT), hub.clock()).exchanges
    left = {
        exchange.exchange_id: f"exchange {exchange.exchange_id} of {exchange.department}/{exchange.feed}"
        for exchange in found
        if exchange.state in OPEN_STATES and f"{exchange.department}/{exchange.feed}" in feeds
    }
    for exchange_id, name in left.items():
        message = f"hub: {name} was left open by a run that was ended; nothing of it was applied; ask again"
        fail_exchange(hub.engine, exchange_id, ProcessFailed.code, message, hub.clock())
    return list(left.values())

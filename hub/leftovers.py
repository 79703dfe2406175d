"""What a run that was ended in the middle leaves in the library: exchanges nobody will go on with.

Only for a hub that one run has to itself; elsewhere a lease decides who is alive.
"""

from __future__ import annotations

from hub.context import HubContext
from license_library.exchange_list import list_exchanges
from license_library.exchanges import fail_exchange
from license_library.questions import MAX_LIMIT, ExchangeFilter
from schemas.errors import ProcessFailed

OPEN_STATES = {"landing", "landed", "checked"}


def end_left_exchanges(hub: HubContext) -> list[str]:
    """Fail every open exchange, so that its feed is free at once; return what was ended."""
    with hub.engine.connect() as conn:
        found = list_exchanges(conn, ExchangeFilter(limit=MAX_LIMIT), hub.clock()).exchanges
    left = [exchange for exchange in found if exchange.state in OPEN_STATES]
    names = [f"exchange {exchange.exchange_id} of {exchange.department}/{exchange.feed}" for exchange in left]
    for exchange, name in zip(left, names, strict=True):
        message = f"hub: {name} was left open by a run that was ended; nothing of it was applied; ask again"
        fail_exchange(hub.engine, exchange.exchange_id, ProcessFailed.code, message, hub.clock())
    return names

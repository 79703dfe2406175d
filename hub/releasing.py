"""A held batch let go by the steward: merged, made findable and told of, as after any other merge."""

from __future__ import annotations

from hub.context import HubContext
from hub.pull import make_keys
from hub.reversals import tell_reversals
from hub.unlisted import tell_unlisted
from license_library.exchanges import get_exchange
from license_library.merging import Counts, release_held


def release(hub: HubContext, exchange_id: int) -> Counts:
    """Merge a held batch after all, and tell what it changed; safe to repeat. NotHeld where there is nothing to release."""
    counts = release_held(hub.engine, exchange_id, hub.clock)
    department = get_exchange(hub.engine, exchange_id).department
    tell_unlisted(hub, department)
    tell_reversals(hub, department)
    make_keys(hub)
    return counts

"""Who may write to an exchange: the newest one of its feed, and nobody after it was overtaken.

Knows epochs and leases. Every write to an exchange asks here first, in its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from schemas.errors import LeaseLost

CHECKING = ("landed", "checked")  # the states in which an exchange may be checked, and checked again


@dataclass(frozen=True)
class Exchange:
    """Name one exchange and the epoch under which its holder may write."""

    exchange_id: int
    epoch: int
    department: str
    feed: str
    state: str
    mapping_version: str
    since_at: datetime | None
    started_at: datetime
    is_shadow: bool = False  # compared with the library, never merged
    kind: str = "pull"  # pull | replay | keys: only records that were asked for by key

    @property
    def is_replay(self) -> bool:
        """Say whether it takes up cases of the quarantine instead of asking the department."""
        return self.kind == "replay"


# The row stays locked until the caller's transaction ends: nobody overtakes in between.
_HOLD = text("""
select e.state from exchanges e join feeds f using (department, feed)
where e.exchange_id = :exchange_id and e.epoch = :epoch and f.epoch = :epoch and e.state = any(:states)
for no key update of e
""")
_RENEW = text("""
update exchanges set lease_until = greatest(lease_until, :now + make_interval(secs => lease_seconds))
where exchange_id = :exchange_id
""")


def hold_lease(conn: Connection, exchange: Exchange, states: Collection[str]) -> None:
    """Lock the exchange for this transaction; LeaseLost where it was overtaken or is in none of `states`."""
    found = {"exchange_id": exchange.exchange_id, "epoch": exchange.epoch, "states": list(states)}
    if conn.execute(_HOLD, found).first() is None:
        expected = " or ".join(states)
        raise LeaseLost(
            f"{exchange.department}/{exchange.feed}: exchange {exchange.exchange_id} may no longer write;"
            f" expected it {expected} at epoch {exchange.epoch}, but it was overtaken or ended; nothing was written"
        )


def renew_lease(conn: Connection, exchange: Exchange, now: datetime) -> None:
    """Give the exchange another full lease from `now` on."""
    conn.execute(_RENEW, {"exchange_id": exchange.exchange_id, "now": now})

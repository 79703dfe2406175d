"""What was counted of a feed's exchanges, kept and read again: the numbers that a new exchange is judged against.

Counts and times only; judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Connection, text

from license_library.merge.leases import CHECKING, Exchange, hold_lease

LOOK_BACK: Final = timedelta(days=90)
MOST: Final = 50
Count = tuple[int, int]  # found, of


class Counted(Protocol):
    """Have one count."""

    @property
    def measure(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def found(self) -> int: ...
    @property
    def of(self) -> int: ...


@dataclass(frozen=True)
class Past:
    """Hold one merged exchange of the feed: when, over how much time, how many, and what was counted."""

    started_at: datetime
    window: timedelta | None  # None: it covered everything
    received: int
    counts: Mapping[tuple[str, str], Count] = field(default_factory=dict)


_CLEAR = text("delete from exchange_measures where exchange_id = :exchange_id")
_SAVE = text("""
insert into exchange_measures (exchange_id, measure, name, found_count, of_count)
values (:exchange_id, :measure, :name, :found, :of)
""")
_PAST = text("""
select e.exchange_id, e.started_at, e.started_at - e.since_at as window, e.received_count,
  m.measure, m.name, m.found_count, m.of_count
from (select * from exchanges where department = :department and feed = :feed and exchange_id < :exchange_id
    and state = 'merged' and kind = 'pull' and started_at > :earliest order by exchange_id desc limit :most) as e
left join exchange_measures m using (exchange_id)
order by e.exchange_id desc
""")
_KNOWN = text("select count(*) from licenses where department = :department and feed = :feed")


def save_measures(conn: Connection, exchange: Exchange, counted: Sequence[Counted]) -> None:
    """Keep what was counted of an exchange, in place of what an earlier try of its check left."""
    hold_lease(conn, exchange, CHECKING)
    facts = {"exchange_id": exchange.exchange_id}
    conn.execute(_CLEAR, facts)
    rows = [{"measure": one.measure, "name": one.name, "found": one.found, "of": one.of} for one in counted]
    if rows:
        conn.execute(_SAVE, [facts | row for row in rows])


def read_history(conn: Connection, exchange: Exchange) -> list[Past]:
    """Return the feed's merged exchanges before this one, newest first."""
    facts = {
        "department": exchange.department,
        "feed": exchange.feed,
        "exchange_id": exchange.exchange_id,
        "earliest": exchange.started_at - LOOK_BACK,
        "most": MOST,
    }
    found: dict[int, tuple[Any, dict[tuple[str, str], Count]]] = {}
    for row in conn.execute(_PAST, facts):
        _, counts = found.setdefault(row.exchange_id, (row, {}))
        if row.measure is not None:
            counts[row.measure, row.name] = (row.found_count, row.of_count)
    return [Past(row.started_at, row.window, row.received_count, counts) for row, counts in found.values()]


def count_known(conn: Connection, exchange: Exchange) -> int:
    """Count the licenses that the library holds of the feed."""
    facts = {"department": exchange.department, "feed": exchange.feed}
    return int(conn.execute(_KNOWN, facts).scalar_one())

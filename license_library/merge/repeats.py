"""Held batches that repeat one another: a feed whose batch is held asks the same again, and is told the same again.

Of two that answer the same question and are held for the same the one goes whose every row the other holds too: all that waited still
waits. Who is told of it is for others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from license_library.merge.leases import Exchange
from license_library.merge.merging import lock_exchange, throw_away

Noted = Callable[[Connection, Exchange, Exchange], None]
_Batch = Row[Any]
# The same question: what the one held back, discarded, would bring again, the other would.
_HELD = text("""
select exchange_id, department, feed, since_at, (received_count, quarantined_count) as counts, (
    select array_agg(distinct reason ->> 'code' order by reason ->> 'code') from jsonb_array_elements(hold_reasons) reason) as codes
from exchanges where state = 'held' and kind = 'pull' order by department, feed, exchange_id
""")


def _tells_more(one: str, other: str) -> str:
    """What one batch says and another does not: of a record, or of what a whole list lacks."""
    said = (
        "select record_id, source_updated_at, digest from staged_licenses",
        "select license_id, is_listed from listing_changes",
    )
    more = (f"exists ({told} where exchange_id = :{one} except {told} where exchange_id = :{other})" for told in said)
    return f"({' or '.join(more)})"


# Of two contents under one time the later told stands: where another exchange was merged in between, it matters which came when.
_COMPARE = text(f"""
select {_tells_more("older", "newer")} as older, {_tells_more("newer", "older")} as newer, exists (
  select from exchanges e join exchanges o using (department, feed)
  where o.exchange_id = :older and e.state = 'merged' and e.exchange_id between :older and :newer) as is_merged_between
""")  # noqa: S608 - constants of this file


def settle_repeats(engine: Engine, now: datetime, noted: Noted) -> int:
    """Discard each held batch that another of its feed holds too, each in a transaction of its own; return how many.

    `noted` writes which went, and which holds all of it.
    """
    with engine.connect() as conn:
        held = conn.execute(_HELD).all()
    feeds = groupby(held, lambda one: (one.department, one.feed))
    return sum(_settle_feed(engine, list(batches), now, noted) for _, batches in feeds)


def _settle_feed(engine: Engine, batches: Sequence[_Batch], now: datetime, noted: Noted) -> int:
    kept, settled = batches[0], 0
    for one in batches[1:]:
        gone = None
        if (kept.since_at, kept.codes) == (one.since_at, one.codes):
            gone = _settle(engine, kept, one, now, noted)
        settled += gone is not None
        kept = kept if gone == one.exchange_id else one
    return settled


def _settle(engine: Engine, older: _Batch, newer: _Batch, now: datetime, noted: Noted) -> int | None:
    """Return which of both went. Of two that are the same the newer: somebody may be looking into the older already."""
    numbers = {"older": older.exchange_id, "newer": newer.exchange_id}
    with engine.begin() as conn:
        both = {number: lock_exchange(conn, number)[0] for number in numbers.values()}
        if any(one.state != "held" for one in both.values()):  # a person was quicker
            return None
        more = conn.execute(_COMPARE, numbers).one()
        if more.older:
            return None
        is_repeat = not (more.newer or more.is_merged_between) and older.counts == newer.counts
        gone, stays = (newer, older) if is_repeat else (older, newer)
        throw_away(conn, gone.exchange_id, now)
        noted(conn, both[gone.exchange_id], both[stays.exchange_id])
        return int(gone.exchange_id)

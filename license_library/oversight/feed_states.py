"""How each feed stands by its rows: up to when it is known, how its last exchanges went, when it last brought news.

Reads only; counts and times, and judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

NEWS_LOOK_BACK: Final = timedelta(days=180)


@dataclass(frozen=True)
class FeedState:
    """Hold where one feed stands; times are None where there was no such exchange."""

    department: str
    feed: str
    fresh_at: datetime | None  # the feed is known up to here
    fresh_seconds: int
    ran_at: datetime | None  # when its last exchange began, whatever became of it
    last_state: str | None
    held_exchange_id: int | None  # the latest that waits for the steward, whatever came after it
    held_count: int
    hold_reasons: Any  # of it, as they are kept
    error_code: str | None
    failed_in_a_row: int
    news_at: datetime | None  # the last exchange that merged something
    news_count: int
    longest_quiet: timedelta | None  # between two that merged something


_STATES = text("""
with news as (
  select department, feed, started_at,
    started_at - lag(started_at) over (partition by department, feed order by exchange_id) as quiet
  from exchanges where state = 'merged' and kind = 'pull' and merged_count > 0 and started_at > :news_from
), counted as (
  select department, feed, max(started_at) as news_at, count(*) as news_count, max(quiet) as longest_quiet
  from news group by department, feed
)
select f.department, f.feed, f.fresh_at, f.fresh_seconds, e.started_at as ran_at, e.state as last_state,
  held.exchange_id as held_exchange_id, coalesce(held.held_count, 0) as held_count, held.hold_reasons, e.error_code, coalesce(bad.failed_in_a_row, 0) as failed_in_a_row,
  c.news_at, coalesce(c.news_count, 0) as news_count, c.longest_quiet
from feeds f
left join lateral (select * from exchanges x where x.department = f.department and x.feed = f.feed
    and not x.is_shadow and x.kind = 'pull' and x.state not in ('landing', 'landed', 'checked')
  order by x.exchange_id desc limit 1) as e on true
left join lateral (select x.exchange_id, x.hold_reasons, count(*) over () as held_count from exchanges x
  where x.department = f.department and x.feed = f.feed and x.state = 'held' order by x.exchange_id desc limit 1) as held on true
left join lateral (select count(*) as failed_in_a_row from exchanges x
  where x.department = f.department and x.feed = f.feed and not x.is_shadow and x.kind = 'pull' and x.state = 'failed'
    and x.exchange_id > coalesce((select max(y.exchange_id) from exchanges y where y.department = f.department
      and y.feed = f.feed and not y.is_shadow and y.kind = 'pull' and y.state in ('merged', 'held', 'discarded')), 0)) as bad on true
left join counted c on c.department = f.department and c.feed = f.feed
where cast(:department as text) is null or f.department = :department
order by f.department, f.feed
""")


def read_feed_states(conn: Connection, now: datetime, department: str | None = None) -> list[FeedState]:
    """Return how every feed stands, or those of one department."""
    facts = {"department": department, "news_from": now - NEWS_LOOK_BACK}
    return [FeedState(**row._mapping) for row in conn.execute(_STATES, facts)]

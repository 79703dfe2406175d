"""Trends: how each expectation and the filling of each field went over the last exchanges of a department's feeds.

Reads only; counts and words of suites.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import FeedQuality, QualityAnswer, Trend, TrendPoint, Words
from license_library.asking.questions import QualityFilter
from license_library.asking.readings import check_text
from license_library.words.wording import field_words

EXCHANGES_SHOWN: Final = 30
_LAST: Final = """
with last as (
  select e.* from feeds f join lateral (select * from exchanges x where x.department = f.department and x.feed = f.feed
      and x.kind = 'pull' and not x.is_shadow and x.checked_at is not null and x.received_count > 0
    order by x.exchange_id desc limit :most) as e on true
  where f.department = :department and (cast(:feed as text) is null or f.feed = :feed)
)
"""
_RESULTS = text(f"""{_LAST}
select l.department, l.feed, l.exchange_id, l.started_at, r.expectation as name, r.severity, r.success,
  r.unexpected_count as found, r.evaluated_count as of, r.words_zh, r.words_en
from last l join quality_results r using (exchange_id) order by l.feed, r.ordinal, l.exchange_id
""")  # noqa: S608 - constants of this file
_FILLED = text(f"""{_LAST}
select l.department, l.feed, l.exchange_id, l.started_at, m.name, 'measure' as severity, true as success,
  m.found_count as found, m.of_count as of, null as words_zh, null as words_en
from last l join exchange_measures m using (exchange_id) where m.measure = 'filled' order by l.feed, m.name, l.exchange_id
""")  # noqa: S608
_NAME = text("select name from departments where department = :department")


def list_quality(conn: Connection, wanted: QualityFilter, now: datetime) -> QualityAnswer:
    """Return the trends of a department's feeds; none where nothing was checked yet."""
    check_text(f"{wanted.department}{wanted.feed or ''}", "quality")
    facts = {"department": wanted.department, "feed": wanted.feed, "most": EXCHANGES_SHOWN}
    name = conn.scalar(_NAME, facts) or wanted.department
    expectations, fields = _trends(conn.execute(_RESULTS, facts)), _trends(conn.execute(_FILLED, facts))
    feeds = [
        FeedQuality(wanted.department, name, feed, expectations.get(feed, []), fields.get(feed, []))
        for feed in sorted(expectations.keys() | fields.keys())
    ]
    return QualityAnswer(feeds, now)


def _trends(rows: Any) -> dict[str, list[Trend]]:
    """Gather the rows of one name after the other, as they are ordered."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.feed][row.name].append(row)
    return {feed: [_trend(name, points) for name, points in names.items()] for feed, names in found.items()}


def _trend(name: str, rows: list[Any]) -> Trend:
    rows = sorted(rows, key=lambda row: row.exchange_id)
    newest = rows[-1]
    words = Words(newest.words_zh, newest.words_en) if newest.words_zh else None
    points = [TrendPoint(row.exchange_id, row.started_at, row.success, row.found, row.of) for row in rows]
    return Trend(name, words or field_words(name), newest.severity, points)

"""Scorecards: each department and dimension in a month, computed from rows that exchanges left behind.

Reads only. A month that is over always gives the same: nothing here depends on how things stand today.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.answers import DepartmentScores, MonthShare, Score, Scorecard, Words
from license_library.asking.known_filters import check_department
from license_library.asking.questions import ScorecardFilter
from license_library.asking.readings import check_text
from license_library.asking.refusals import WrongQuestion
from schemas.bureau_time import ZONE
from schemas.suites.measures import CONTRADICTIONS

DIMENSIONS: Final = {
    "completeness": Words("完整性", "completeness"),
    "validity": Words("准确性", "validity"),
    "timeliness": Words("及时性", "timeliness"),
    "uniqueness": Words("唯一性", "uniqueness"),
    "consistency": Words("一致性", "consistency"),
    "corrections": Words("校核按期答复", "corrections answered in time"),
}
MONTHS_SHOWN: Final = 6
# Fields that describe a change, or that most licenses do not need, say nothing of completeness.
_NOT_SCORED: Final = (
    "changed_on",
    "change_reason",
    "file_url",
    "version_number",
    "replaces",
    "face",
    "item_code",
    "item_name",
)
# Data is there from the moment it was merged until its promise ends; what was released later was not there before.
_STATEMENT: Final = text("""
with judged as (
  select * from exchanges where kind = 'pull' and not is_shadow and state in ('merged', 'held', 'discarded')
    and started_at >= :from_at and started_at < :until_at
), totals as (
  select department, sum(received_count) as received, sum(quarantined_count) as quarantined from judged group by department
), counted as (
  select j.department,
    sum(m.found_count) filter (where m.measure = 'filled' and not m.name = any(:not_scored)) as filled,
    sum(m.of_count) filter (where m.measure = 'filled' and not m.name = any(:not_scored)) as fields,
    sum(m.found_count) filter (where m.measure = 'duplicate') as doubles,
    sum(m.of_count) filter (where m.measure = 'duplicate') as numbers,
    sum(m.found_count) filter (where m.measure = 'contradiction' or m.name = any(:contradicting)) as contradictions
  from judged j join exchange_measures m using (exchange_id) group by j.department
), known as (
  select e.department, e.feed, e.finished_at,
    max(e.started_at + make_interval(secs => m.found_count)) over so_far as fresh_until,
    lead(e.finished_at) over (partition by e.department, e.feed order by e.finished_at, e.exchange_id) as next_at
  from exchanges e join exchange_measures m on m.exchange_id = e.exchange_id and m.measure = 'promise'
  where e.kind = 'pull' and e.state = 'merged' and e.finished_at < :until_at
  window so_far as (partition by e.department, e.feed order by e.finished_at, e.exchange_id)
), fresh as (
  select department, feed, min(finished_at) as first_at,
    sum(greatest(extract(epoch from least(fresh_until, coalesce(next_at, :until_at), :until_at)
      - greatest(finished_at, :from_at)), 0)) as seconds
  from known group by department, feed
), timely as (
  select department, sum(seconds) as seconds,
    sum(extract(epoch from :until_at - greatest(first_at, :from_at))) as whole
  from fresh group by department
), asked as (
  -- what fell due in the month; a request that was withdrawn says nothing
  select department, count(*) as due,
    count(*) filter (where cast(answered_at at time zone 'Asia/Shanghai' as date) <= due_on) as in_time
  from correction_requests
  where state <> 'withdrawn' and due_on >= cast(cast(:from_at as timestamptz) at time zone 'Asia/Shanghai' as date)
    and due_on < cast(cast(:until_at as timestamptz) at time zone 'Asia/Shanghai' as date)
  group by department
)
select d.department, d.name as department_name,
  coalesce(c.filled, 0) as completeness, coalesce(c.fields, 0) as completeness_of,
  coalesce(t.received - t.quarantined, 0) as validity, coalesce(t.received, 0) as validity_of,
  coalesce(round(y.seconds), 0) as timeliness, coalesce(round(y.whole), 0) as timeliness_of,
  coalesce(c.numbers - c.doubles, 0) as uniqueness, coalesce(c.numbers, 0) as uniqueness_of,
  greatest(case when c.department is null then 0 else t.received - coalesce(c.contradictions, 0) end, 0) as consistency,
  case when c.department is null then 0 else t.received end as consistency_of,
  coalesce(a.in_time, 0) as corrections, coalesce(a.due, 0) as corrections_of
from departments d left join totals t using (department) left join counted c using (department)
  left join timely y using (department) left join asked a using (department)
where cast(:department as text) is null or d.department = :department
order by d.department
""")


def score_month(
    conn: Connection, wanted: ScorecardFilter, now: datetime, *, declared: Collection[str] = ()
) -> Scorecard:
    """Return the scorecard of a month, by default the one that goes on; WrongQuestion for one that is none or to come."""
    check_text(f"{wanted.department or ''}{wanted.month or ''}", "scorecards")
    check_department(conn, wanted.department, declared)
    first = _first_day(wanted.month, now)
    months = [_months_before(first, back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    found = {month: _score(conn, month, wanted.department, now) for month in months}
    trend = [share for month in months for share in _together(month, found[month])]
    return Scorecard(_name(first), _next(first) <= now, found[first], trend, now)


def _score(conn: Connection, first: datetime, department: str | None, now: datetime) -> list[DepartmentScores]:
    if first > now:
        return []
    facts = {
        "from_at": first,
        "until_at": min(_next(first), now),
        "department": department,
        "not_scored": list(_NOT_SCORED),
        "contradicting": list(CONTRADICTIONS),
    }
    return [_scores(row) for row in conn.execute(_STATEMENT, facts)]


def _scores(row: Any) -> DepartmentScores:
    counts = row._mapping
    scores = [_one(name, int(counts[name]), int(counts[f"{name}_of"])) for name in DIMENSIONS]
    return DepartmentScores(row.department, row.department_name, scores)


def _one(dimension: str, found: int, of: int) -> Score:
    return Score(dimension, DIMENSIONS[dimension], found, of, found / of if of else None)


def _together(month: datetime, departments: Sequence[DepartmentScores]) -> list[MonthShare]:
    """Return each dimension over all departments: a large one weighs as much as a small one."""
    shares: dict[str, list[float]] = {name: [] for name in DIMENSIONS}
    for one in (score for department in departments for score in department.scores):
        if one.share is not None:
            shares[one.dimension].append(one.share)
    return [
        MonthShare(_name(month), name, sum(found) / len(found) if found else None) for name, found in shares.items()
    ]


def _first_day(month: str | None, now: datetime) -> datetime:
    local = now.astimezone(ZONE)
    if month is None:
        return datetime(local.year, local.month, 1, tzinfo=ZONE)
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZONE)
    except ValueError:
        first = None
    if first is None or len(month) != 7 or not 2000 <= first.year <= 2199 or first > now:
        en = "the month cannot be scored; expected one like 2026-11 that has begun; nothing was computed"
        raise WrongQuestion("scorecard.no_month", Words("月份有误，应如 2026-11 且已开始；未作统计", en))
    return first


def _months_before(first: datetime, back: int) -> datetime:
    months = first.year * 12 + first.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=ZONE)


def _next(first: datetime) -> datetime:
    return _months_before(first, -1)


def _name(first: datetime) -> str:
    return f"{first:%Y-%m}"

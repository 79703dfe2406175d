"""Answers about the quality of data: scorecards by month, trends of expectations, what a steward must do today.

Counts, shares and words; nothing of any record.
"""

from __future__ import annotations

from datetime import datetime

from license_library.answers.incidents import IncidentBrief
from license_library.answers.spoken import Answer, Words


class Score(Answer, frozen=True):
    """Tell one dimension of one department in one month: so much of so much."""

    dimension: str  # completeness | validity | timeliness | uniqueness | consistency | corrections
    words: Words
    found: int
    of: int
    share: float | None  # None where there was nothing to judge


class DepartmentScores(Answer, frozen=True):
    """Tell how one department did in a month; every dimension, in a fixed order."""

    department: str
    department_name: str
    scores: list[Score]


class MonthShare(Answer, frozen=True):
    """Tell one dimension of all departments together in one month."""

    month: str
    dimension: str
    share: float | None


class Scorecard(Answer, frozen=True):
    """Answer for a month: every department, every dimension; `trend` holds the months before and this one."""

    month: str  # 2026-11, as the bureau counts days
    is_over: bool  # a month that goes on may still change
    departments: list[DepartmentScores]
    trend: list[MonthShare]  # of the departments shown, together; oldest first
    asked_at: datetime


class TrendPoint(Answer, frozen=True):
    """Tell how an expectation or a field fared in one exchange."""

    exchange_id: int
    started_at: datetime
    success: bool
    found: int
    of: int


class Trend(Answer, frozen=True):
    """Tell how one expectation, or how far one field is filled, went over the last exchanges of a feed."""

    name: str
    words: Words
    severity: str  # row | batch | warning; of a field: measure
    points: list[TrendPoint]  # oldest first; found: what did not fit, of a field: what was filled


class FeedQuality(Answer, frozen=True):
    """Tell the trends of one feed."""

    department: str
    department_name: str
    feed: str
    expectations: list[Trend]
    fields: list[Trend]


class QualityAnswer(Answer, frozen=True):
    """List the trends of one department's feeds."""

    feeds: list[FeedQuality]
    asked_at: datetime


class Task(Answer, frozen=True):
    """Tell one thing that a steward must do: what, how many, and where."""

    kind: str  # quarantine | to_verify | refused
    words: Words
    count: int
    path: str  # of the page where it is done


class StewardDepartment(Answer, frozen=True):
    """Tell what is wrong with one department and what to do."""

    department: str
    department_name: str
    worst: str  # critical | warning | notice | good
    incidents: list[IncidentBrief]  # not resolved, not muted; the gravest first, at most twenty
    incident_count: int  # all of them
    tasks: list[Task]


class StewardAnswer(Answer, frozen=True):
    """Answer what is wrong today, the worst department first."""

    departments: list[StewardDepartment]
    well: list[Words]  # names of the departments in which nothing is to do
    asked_at: datetime

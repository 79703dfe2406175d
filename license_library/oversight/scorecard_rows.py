"""A scorecard as the rows of a table, for export."""

from __future__ import annotations

from typing import Final

from license_library.answers import DepartmentScores, Score, Scorecard
from license_library.asking.table_export import write_csv

COLUMNS: Final = ["month", "department", "department_name", "dimension", "维度", "found", "of", "share"]


def scorecard_csv(card: Scorecard) -> str:
    """Return one row for each department and dimension, as CSV; a share is empty where there was nothing to judge."""
    return write_csv(COLUMNS, [_row(card, one, score) for one in card.departments for score in one.scores])


def _row(card: Scorecard, one: DepartmentScores, score: Score) -> list[object]:
    share = None if score.share is None else round(score.share, 6)
    named = [card.month, one.department, one.department_name, score.dimension, score.words.zh]
    return [*named, score.found, score.of, share]

"""What the days of a record must be: possible, in order, and not ahead of today.

Today is an argument. A department's clock may be off by two days; further ahead, its time would poison the cursor.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from schemas.checking.rules import Rule
from schemas.license.license import Field, RecordType
from schemas.phrases import Phrases, phrase, phrases

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
CLOCK_TOLERANCE = timedelta(days=2)


def date_rules(record: RecordType, today: date) -> list[Rule]:
    """Return the rules for a record's days and instants."""
    in_range = [_out_of_range(field) for field in record.fields if field.kind in ("date", "instant")]
    return [*in_range, _reversed("valid_from"), _reversed("issued_on"), _two_ends(), *_in_future(today)]


def _text(field: str) -> Phrases:
    return phrases("value", pl.col(field).dt.to_string("iso:strict"))


def _out_of_range(field: Field) -> Rule:
    impossible = ~pl.col(field.name).dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)
    expected = phrase("day_between", EARLIEST_YEAR, LATEST_YEAR)
    return Rule("record.date_out_of_range", field.name, impossible, expected, _text(field.name))


def _reversed(first: str) -> Rule:
    backwards = pl.col("valid_to") < pl.col(first)
    return Rule("record.dates_reversed", "valid_to", backwards, phrase("day_not_before", first), _text("valid_to"))


def _two_ends() -> Rule:
    both = pl.col("open_ended") & pl.col("valid_to").is_not_null()
    return Rule("record.open_ended_with_end", "valid_to", both, phrase("no_end"), _text("valid_to"))


def _in_future(today: date) -> list[Rule]:
    latest = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1) + CLOCK_TOLERANCE
    ahead = pl.col("source_updated_at") > latest
    said = phrase("days_after", CLOCK_TOLERANCE.days, today)
    return [
        Rule(
            "record.issued_in_future",
            "issued_on",
            pl.col("issued_on") > today,
            phrase("day_at_most", today),
            _text("issued_on"),
        ),
        Rule("record.updated_in_future", "source_updated_at", ahead, said, _text("source_updated_at")),
    ]

"""Whether records are what their type promises, each on its own and against its neighbours in the frame.

Returns problems and changes nothing. Knows the rules, not who delivered the records or what becomes of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl

from schemas.checking.code_rules import code_rules, judge_codes
from schemas.checking.date_rules import date_rules
from schemas.checking.holder_checks import holder_problems
from schemas.checking.rules import Rule, broken_rules
from schemas.checking.text_rules import text_rules
from schemas.identifiers.license_identifier import classify_license_identifiers
from schemas.license.digests import record_digests
from schemas.license.license import RecordType
from schemas.license.problems import Problem
from schemas.license.records import require_records
from schemas.phrases import Phrases, phrase

__all__ = ["RULE_VERSION", "check_records", "classify_license_identifiers", "find_conflicts"]

RULE_VERSION = "license-3"  # raised whenever a rule changes what it lets through


def check_records(frame: pl.DataFrame, record: RecordType, license_types: Collection[str], today: date) -> pl.DataFrame:
    """Return the problems frame of a license records frame: row (index into it), code, field, expected, got."""
    require_records(frame, record)
    judged = judge_codes(frame, today).with_columns(_conflict=find_conflicts(frame, record))
    rules = [*text_rules(frame, record), *date_rules(record, today), *code_rules(record, license_types, today)]
    found = pl.concat([broken_rules(judged, [*rules, _CONFLICT]), holder_problems(frame, today)])
    return found.sort("row", maintain_order=True)


# What is wrong with each of several records that share key and source time but differ.
CONTRADICTED = Problem(
    "record.duplicate_key",
    "record_id",
    phrase("one_content"),
    phrase("another_content"),
)
_CONFLICT = Rule(
    CONTRADICTED.code, CONTRADICTED.field, pl.col("_conflict"), CONTRADICTED.expected, Phrases(pl.lit(CONTRADICTED.got))
)


def find_conflicts(frame: pl.DataFrame, record: RecordType) -> pl.Series:
    """Mark records that share key and source time but differ: neither can be trusted. Exact repeats are harmless."""
    unmarked = pl.repeat(False, len(frame), dtype=pl.Boolean, eager=True)
    rows = (frame["record_id"].is_duplicated() & frame["record_id"].is_not_null()).arg_true()
    if rows.is_empty():
        return unmarked
    twice = frame[rows]
    contents = twice.select("record_id", "source_updated_at", digest=record_digests(twice, record))
    several = contents.select(pl.col("digest").n_unique().over("record_id", "source_updated_at") > 1).to_series()
    return unmarked.scatter(rows.filter(several), values=True)

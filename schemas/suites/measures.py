"""What is counted of a batch: filled fields, problems, doubles, contradictions. Numbers only, so that batches compare.

Counts; judges nothing and keeps no value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

from schemas.license.license import RecordType

Measure = Literal["filled", "problem", "duplicate", "contradiction", "promise"]
# Problem codes that say that two fields of one record contradict each other.
CONTRADICTIONS: Final = (
    "record.dates_reversed",
    "record.open_ended_with_end",
    "record.issued_in_future",
    "record.updated_in_future",
    "identifier.holder_type_mismatch",
)
# 1.2.156.3005.2.<type>.<issuer>.<…>: GB/T 36904 has the issuer's credit code in it.
_ISSUER_IN_IDENTIFIER: Final = r"^1\.2\.156\.3005\.2\.[0-9A-Z]+\.([0-9A-Z]{18})\."


@dataclass(frozen=True)
class Measured:
    """Hold one count: so many of so many."""

    measure: Measure
    name: str  # a field, a problem code, a rule
    found: int
    of: int


@dataclass
class Measures:
    """Add up counts over the chunks of an exchange."""

    found: Counter[tuple[Measure, str]] = field(default_factory=Counter)
    of: Counter[tuple[Measure, str]] = field(default_factory=Counter)

    def add(self, one: Measured) -> None:
        """Add a count of one chunk."""
        self.found[one.measure, one.name] += one.found
        self.of[one.measure, one.name] += one.of

    def all(self) -> list[Measured]:
        """Return every count, in a fixed order."""
        return [Measured(*key, self.found[key], self.of[key]) for key in sorted(self.of)]


def measure_records(
    frame: pl.DataFrame, problems: pl.DataFrame, record: RecordType, mapped: Collection[str]
) -> Iterator[Measured]:
    """Yield the counts of one chunk: of the `mapped` fields how many are filled, of each problem in how many records."""
    rows = frame.height
    filled = frame.select(_filled(one.name) for one in record.fields if one.name in mapped and one.kind != "flag")
    for name, count in filled.row(0, named=True).items():
        yield Measured("filled", name, count, rows)
    for code, count in problems.group_by("code").agg(pl.col("row").n_unique()).iter_rows():
        yield Measured("problem", code, count, rows)
    yield _duplicates(frame)
    yield _issuers(frame)


def _filled(name: str) -> pl.Expr:
    """A license without end needs no last day."""
    filled = pl.col(name).is_not_null()
    return (filled | pl.col("open_ended") if name == "valid_to" else filled).sum().alias(name)


def _duplicates(frame: pl.DataFrame) -> Measured:
    """Count records that share type and number with another record of the batch; versions of one record do not count."""
    number = ["license_type", "license_number"]
    records = frame.select("record_id", *number).drop_nulls().unique()
    return Measured("duplicate", "license_number", records.height - records.n_unique(number), records.height)


def _issuers(frame: pl.DataFrame) -> Measured:
    """Count records whose identifier names another issuer than their issuer code."""
    told = frame.select(
        inside=pl.col("license_identifier").str.extract(_ISSUER_IN_IDENTIFIER), beside=pl.col("issuer_code")
    ).filter(pl.col("inside").is_not_null() & (pl.col("beside").str.len_chars() == 18))
    return Measured(
        "contradiction", "identifier_issuer", told.filter(pl.col("inside") != pl.col("beside")).height, told.height
    )

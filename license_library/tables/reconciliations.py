"""Tables: what comparing a feed with its department found. The evidence is only added to; the database refuses the rest."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
)

from license_library.tables.columns import instant, metadata

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("reconciliation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("method", Text, nullable=False),  # listing | buckets | sample
    Column("state", Text, nullable=False),  # same | different
    Column("mapping_version", Text, nullable=False),
    instant("started_at", required=True),
    instant("finished_at", required=True),
    instant("cursor_at"),  # what changed later than this is the next exchange's, and no difference
    Column("department_count", BigInteger, nullable=False),  # records there; of a sample, records asked for
    Column("library_count", BigInteger, nullable=False),
    Column("compared_count", BigInteger, nullable=False),  # records looked at one by one; the others by their bucket
    Column("bucket_count", Integer, nullable=False),  # buckets looked into
    Column("missing_count", BigInteger, nullable=False),
    Column("extra_count", BigInteger, nullable=False),
    Column("different_count", BigInteger, nullable=False),
    Column("waiting_count", BigInteger, nullable=False),  # in quarantine or held: neither missing nor different
    Column("pending_count", BigInteger, nullable=False),  # changed after the last merge: the next exchange brings them
    ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
    CheckConstraint("(state = 'same') = (missing_count + extra_count + different_count = 0)", name="state_is_counts"),
    Index("ix_reconciliations_department_feed", "department", "feed", "reconciliation_id"),
)

reconciliation_buckets = Table(
    "reconciliation_buckets",
    metadata,
    Column("reconciliation_id", BigInteger, ForeignKey("reconciliations.reconciliation_id"), primary_key=True),
    Column("bucket", Text, primary_key=True),  # only those that differ
    Column("department_count", BigInteger, nullable=False),
    Column("department_digest", Text, nullable=False),  # over the mapped records
    Column("library_count", BigInteger, nullable=False),
    Column("library_digest", Text, nullable=False),
)

reconciliation_differences = Table(
    "reconciliation_differences",
    metadata,
    Column("reconciliation_id", BigInteger, ForeignKey("reconciliations.reconciliation_id"), primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # missing | extra | different
    Column("bucket", Text, nullable=False),
    instant("department_updated_at"),
    instant("library_updated_at"),
)

# No evidence: which buckets were found the same, so that they need not be listed while neither end changes.
matched_buckets = Table(
    "matched_buckets",
    metadata,
    Column("department", Text, primary_key=True),
    Column("feed", Text, primary_key=True),
    Column("bucket", Text, primary_key=True),
    Column("mapping_version", Text, nullable=False),
    Column("department_sum", Text, nullable=False),
    Column("library_sum", Text, nullable=False),
    Column("waiting_count", Integer, nullable=False),
    ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
)

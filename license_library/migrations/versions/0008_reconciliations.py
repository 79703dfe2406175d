"""Add reconciliations: what comparing both ends of a feed found, kept as evidence.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Text,
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EVIDENCE = ("reconciliations", "reconciliation_buckets", "reconciliation_differences")


def upgrade() -> None:
    """Create the tables; let the database refuse what would change evidence."""
    _allow_kinds("'pull', 'replay', 'keys'")
    _create_reconciliations()
    _create_details()
    _create_matched_buckets()
    for table in EVIDENCE:
        op.execute(
            f"create trigger {table}_only_added before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )


def downgrade() -> None:
    """Forget all of it."""
    for table in ("matched_buckets", *reversed(EVIDENCE)):
        op.drop_table(table)
    op.execute("update exchanges set kind = 'pull' where kind = 'keys'")
    _allow_kinds("'pull', 'replay'")


def _allow_kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_exchanges_kind"), "exchanges")
    op.create_check_constraint(op.f("ck_exchanges_kind"), "exchanges", f"kind in ({kinds})")


def _of_feed() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"])


def _create_reconciliations() -> None:
    counts = ("missing_count", "extra_count", "different_count", "waiting_count", "pending_count")
    op.create_table(
        "reconciliations",
        Column("reconciliation_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("mapping_version", Text, nullable=False),
        Column("started_at", DateTime(timezone=True), nullable=False),
        Column("finished_at", DateTime(timezone=True), nullable=False),
        Column("cursor_at", DateTime(timezone=True)),
        Column("department_count", BigInteger, nullable=False),
        Column("library_count", BigInteger, nullable=False),
        Column("compared_count", BigInteger, nullable=False),
        Column("bucket_count", Integer, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in counts),
        _of_feed(),
        CheckConstraint(
            "(state = 'same') = (missing_count + extra_count + different_count = 0)", name="state_is_counts"
        ),
        Index("ix_reconciliations_department_feed", "department", "feed", "reconciliation_id"),
    )


def _create_details() -> None:
    op.create_table(
        "reconciliation_buckets",
        Column("reconciliation_id", BigInteger, ForeignKey("reconciliations.reconciliation_id"), primary_key=True),
        Column("bucket", Text, primary_key=True),
        Column("department_count", BigInteger, nullable=False),
        Column("department_digest", Text, nullable=False),
        Column("library_count", BigInteger, nullable=False),
        Column("library_digest", Text, nullable=False),
    )
    op.create_table(
        "reconciliation_differences",
        Column("reconciliation_id", BigInteger, ForeignKey("reconciliations.reconciliation_id"), primary_key=True),
        Column("record_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("bucket", Text, nullable=False),
        Column("department_updated_at", DateTime(timezone=True)),
        Column("library_updated_at", DateTime(timezone=True)),
    )


def _create_matched_buckets() -> None:
    op.create_table(
        "matched_buckets",
        Column("department", Text, primary_key=True),
        Column("feed", Text, primary_key=True),
        Column("bucket", Text, primary_key=True),
        Column("mapping_version", Text, nullable=False),
        Column("department_sum", Text, nullable=False),
        Column("library_sum", Text, nullable=False),
        Column("waiting_count", Integer, nullable=False),
        _of_feed(),
    )

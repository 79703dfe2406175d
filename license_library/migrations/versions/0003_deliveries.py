"""Add the outbox: what the hub owes departments, and what became of it.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the outbox."""
    op.create_table(
        "deliveries",
        Column("delivery_id", BigInteger, Identity(always=True), primary_key=True),
        Column("delivery_key", Text, nullable=False),
        Column("department", Text, ForeignKey("departments.department"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("case_number", Text, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("class", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("is_doubtful", Boolean, nullable=False, server_default=text("false")),
        Column("tries", Integer, nullable=False, server_default=text("0")),
        Column("epoch", BigInteger, nullable=False, server_default=text("0")),
        Column("lease_until", DateTime(timezone=True)),
        Column("next_try_at", DateTime(timezone=True), nullable=False),
        Column("number", Text),
        Column("reason_code", Text),
        Column("answer", Text),
        Column("enqueued_at", DateTime(timezone=True), nullable=False),
        Column("owed_at", DateTime(timezone=True), nullable=False),
        Column("sent_at", DateTime(timezone=True)),
        Column("answered_at", DateTime(timezone=True)),
        Column("failed_at", DateTime(timezone=True)),
        Column("acknowledged_at", DateTime(timezone=True)),
        Column("finished_at", DateTime(timezone=True)),
        Column("verified_by", Text),
        Column("decision", Text),
        Column("verified_at", DateTime(timezone=True)),
        UniqueConstraint("delivery_key"),
        UniqueConstraint("department", "case_number", "sequence"),
        CheckConstraint("class in ('A', 'B', 'C')", name="class"),
        CheckConstraint(
            "state in ('waiting', 'claimed', 'sent', 'acknowledged', 'done', 'refused', 'to_verify', 'cancelled')",
            name="state",
        ),
        CheckConstraint("(state in ('claimed', 'sent')) = (lease_until is not null)", name="leased_when"),
        CheckConstraint("(state in ('done', 'cancelled')) = (finished_at is not null)", name="finished_when"),
        CheckConstraint("(verified_by is null) = (verified_at is null)", name="verified_when"),
        Index(
            "ix_deliveries_open",
            "department",
            "next_try_at",
            postgresql_where=text("state in ('waiting', 'claimed', 'sent', 'acknowledged')"),
        ),
        Index("ix_deliveries_answered_at", "department", "answered_at"),
        Index("ix_deliveries_failed_at", "department", "failed_at", postgresql_where=text("failed_at is not null")),
    )


def downgrade() -> None:
    """Forget what is owed."""
    op.drop_table("deliveries")

"""Add what stewards decide about facts: conflicts settled, and which source of an element goes first.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
)

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "fact_decisions",
        Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
        Column("subject_id", BigInteger, nullable=False),
        Column("element", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("owner", Text),
        Column("license_id", BigInteger),
        Column("values_digest", LargeBinary),
        Column("until", Date),
        Column("request_id", BigInteger, ForeignKey("correction_requests.request_id")),
        Column("note", Text),
        Column("decided_by", Text, nullable=False),
        Column("decided_at", DateTime(timezone=True), nullable=False),
        CheckConstraint("action in ('assigned', 'settled', 'told', 'reopened')", name="action"),
        CheckConstraint("(action = 'settled') = (values_digest is not null)", name="settled_what"),
        CheckConstraint("(action = 'told') = (request_id is not null)", name="told_how"),
        Index("ix_fact_decisions_conflict", "subject_id", "element", "decision_id"),
    )
    op.create_table(
        "element_masters",
        Column("change_id", BigInteger, Identity(always=True), primary_key=True),
        Column("element", Text, nullable=False),
        Column("source", Text),
        Column("reason", Text, nullable=False),
        Column("decided_by", Text, nullable=False),
        Column("decided_at", DateTime(timezone=True), nullable=False),
        Index("ix_element_masters_element", "element", "change_id"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("element_masters")
    op.drop_table("fact_decisions")

"""Add correction requests and the calendar of working days.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    text,
)

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "calendar_days",
        Column("day", Date, primary_key=True),
        Column("is_workday", Boolean, nullable=False),
        Column("note", Text),
        Column("changed_by", Text),
    )
    op.create_table(
        "correction_requests",
        Column("request_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, ForeignKey("departments.department"), nullable=False),
        Column("feed", Text, nullable=False),
        Column("record_id", Text, nullable=False),
        Column("quarantine_id", BigInteger, ForeignKey("quarantined_records.quarantine_id")),
        Column("license_id", BigInteger),
        Column("field", Text, nullable=False),
        Column("seen", LargeBinary),
        Column("proposed", LargeBinary),
        Column("evidence", LargeBinary),
        Column("basis", Text, nullable=False),
        Column("asked_by", Text, nullable=False),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("due_on", Date, nullable=False),
        Column("delivery_id", BigInteger, ForeignKey("deliveries.delivery_id")),
        Column("state", Text, nullable=False),
        Column("answer", Text),
        Column("answer_note", Text),
        Column("answered_by", Text),
        Column("answered_at", DateTime(timezone=True)),
        CheckConstraint("(quarantine_id is null) <> (license_id is null)", name="about_one"),
        CheckConstraint("state in ('open', 'answered', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (answered_at is null)", name="answered_when"),
        CheckConstraint("(state = 'answered') = (answer is not null)", name="answered_what"),
        Index("ix_correction_requests_open", "department", "due_on", postgresql_where=text("state = 'open'")),
        Index("ix_correction_requests_license_id", "license_id", postgresql_where=text("state = 'open'")),
        Index("ix_correction_requests_quarantine_id", "quarantine_id"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("correction_requests")
    op.drop_table("calendar_days")

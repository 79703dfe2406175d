"""Let several numbers be one person or organisation: decisions over pairs of subjects, and the groups that follow.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Text,
    text,
)

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables, and the index by which numbers in an old form are found."""
    _create_decisions()
    op.create_table(
        "subject_groups",
        Column("membership_id", BigInteger, Identity(always=True), primary_key=True),
        Column("subject_id", BigInteger, nullable=False),
        Column("group_id", BigInteger, nullable=False),
        Column("known_from", DateTime(timezone=True), nullable=False),
        Column("known_to", DateTime(timezone=True)),
    )
    op.create_index(
        "ix_subject_groups_now",
        "subject_groups",
        ["subject_id"],
        unique=True,
        postgresql_where=text("known_to is null"),
    )
    op.create_index("ix_subject_groups_subject_id", "subject_groups", ["subject_id"])
    op.create_index("ix_subject_groups_group_id", "subject_groups", ["group_id"])
    op.create_index(
        "ix_subjects_old_form",
        "subjects",
        ["subject_id"],
        postgresql_where=text("code_type = '099' or code_type = '111' and octet_length(code_encrypted) = 44"),
    )


def _create_decisions() -> None:
    op.create_table(
        "subject_decisions",
        Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
        Column("subject_id", BigInteger, nullable=False),
        Column("other_id", BigInteger, nullable=False),
        Column("decision", Text, nullable=False),
        Column("ground", Text, nullable=False),
        Column("rule", Text),
        Column("doubt", Text),
        Column("reason", LargeBinary),
        Column("license_ids", ARRAY(BigInteger), nullable=False),
        Column("request_id", BigInteger, ForeignKey("correction_requests.request_id")),
        Column("undoes", BigInteger, ForeignKey("subject_decisions.decision_id")),
        Column("owner", Text),
        Column("decided_by", Text, nullable=False),
        Column("decided_at", DateTime(timezone=True), nullable=False),
        CheckConstraint("subject_id < other_id", name="pair"),
        CheckConstraint("decision in ('proposed', 'same', 'different', 'none')", name="decision"),
        CheckConstraint("ground in ('derived', 'decided')", name="ground"),
        CheckConstraint("ground = 'derived' or reason is not null", name="decided_why"),
    )
    for name, columns in (
        ("pair", ["subject_id", "other_id", "decision_id"]),
        ("other_id", ["other_id", "subject_id", "decision_id"]),
        ("decision", ["decision", "decision_id"]),
    ):
        op.create_index(f"ix_subject_decisions_{name}", "subject_decisions", columns)
    op.execute("""
create trigger subject_decisions_are_kept before update or delete or truncate on subject_decisions
for each statement execute function refuse_change()
""")


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_subjects_old_form", "subjects")
    op.drop_table("subject_groups")
    op.drop_table("subject_decisions")

"""Seal the record of questions, and let nobody change it by mistake.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of seals; refuse changes of what was recorded, but for the count of calls that nobody known made."""
    op.create_table(
        "inquiry_seals",
        Column("seal_id", BigInteger, Identity(always=True), nullable=False),
        Column("after_id", BigInteger, nullable=False),
        Column("last_id", BigInteger, nullable=False),
        Column("row_count", Integer, nullable=False),
        Column("sealed_at", DateTime(timezone=True), nullable=False),
        Column("rows", LargeBinary, nullable=False),
        Column("mark", LargeBinary, nullable=False),
        PrimaryKeyConstraint("seal_id"),
        UniqueConstraint("after_id"),
        UniqueConstraint("last_id"),
        CheckConstraint("last_id > after_id", name="covers_something"),
    )
    op.execute("""
    create trigger inquiry_seals_are_kept before update or delete or truncate on inquiry_seals
    for each statement execute function refuse_change()
    """)
    op.execute("""
    create trigger inquiries_are_kept before delete or truncate on inquiries
    for each statement execute function refuse_change()
    """)
    op.execute("""
    create trigger inquiries_stay before update on inquiries
    for each row when (old.action <> 'share not listed') execute function refuse_change()
    """)


def downgrade() -> None:
    """Take the table and both rules away."""
    op.execute("drop trigger inquiries_stay on inquiries")
    op.execute("drop trigger inquiries_are_kept on inquiries")
    op.drop_table("inquiry_seals")

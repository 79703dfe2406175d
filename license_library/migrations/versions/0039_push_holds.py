"""Note on which line of history the database runs, and hold deliveries back where it is another.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin with the line of today."""
    op.create_table(
        "database_line",
        sa.Column("only_one", sa.Boolean, primary_key=True),
        sa.Column("system_identifier", sa.Text, nullable=False),
        sa.Column("timeline", sa.Integer, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("only_one", name="only_one"),
    )
    op.execute("""
        insert into database_line (only_one, system_identifier, timeline, noted_at)
        select true, cast((pg_control_system()).system_identifier as text),
          cast(cast('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8) as bit(32)) as integer), now()
    """)
    op.create_table(
        "push_holds",
        sa.Column("hold_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("began_by", sa.Text),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Text),
        sa.Column("end_reason", sa.Text),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("cause in ('restored', 'person')", name="cause"),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)", name="ended_whole"
        ),
    )
    op.create_index("ix_push_holds_open", "push_holds", ["cause"], postgresql_where=sa.text("ended_at is null"))


def downgrade() -> None:
    """Forget the line."""
    op.drop_table("push_holds")
    op.drop_table("database_line")

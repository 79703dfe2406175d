"""Note until when a department that an exchange found down is left alone.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("exchanges", Column("retry_at", DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("exchanges", "retry_at")

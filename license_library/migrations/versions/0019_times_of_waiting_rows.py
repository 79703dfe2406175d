"""Let a waiting row carry its time of change: what a newer row said of the same record is then known to be newer.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what waits already has no time until it is seen again."""
    op.add_column("quarantined_records", Column("source_updated_at", DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("quarantined_records", "source_updated_at")

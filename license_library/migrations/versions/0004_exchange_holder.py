"""Note which process holds an exchange, so that the next one sees at once that it is gone.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("exchanges", Column("holder", Text))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("exchanges", "holder")

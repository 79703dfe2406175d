"""Keep with each reliance what spoke against the license when the case relied on it.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what was noted before, nobody knows it any more."""
    op.add_column("reliances", Column("doubt_codes", ARRAY(Text)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("reliances", "doubt_codes")

"""Let a license file tell from where at its department it was fetched.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whatever is kept was brought by somebody."""
    op.add_column("license_files", Column("fetched_from", Text))


def downgrade() -> None:
    """Drop it; the files stay."""
    op.drop_column("license_files", "fetched_from")

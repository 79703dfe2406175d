"""Keep every declaration that ever mapped a record, so that old pages can be read by it.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime, LargeBinary, Text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "kept_declarations",
        Column("mapping_version", Text, primary_key=True),
        Column("department", Text, nullable=False),
        Column("packed", LargeBinary, nullable=False),
        Column("kept_at", DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("kept_declarations")

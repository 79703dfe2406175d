"""Note the versions whose state no law lets follow the state before.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Integer, Text

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; what was merged before is not judged again."""
    op.create_table(
        "license_reversals",
        Column("license_id", BigInteger, primary_key=True),
        Column("version_count", Integer, primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        Column("status_before", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("exchange_id", BigInteger, nullable=False),
        Column("noticed_at", DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_license_reversals_department", "license_reversals", ["department", "feed"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("license_reversals")

"""Mark licenses that their department's whole list lacks.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark, and what a check finds for the merge to mark."""
    op.add_column("licenses", Column("unlisted_at", DateTime(timezone=True)))
    op.create_index(
        "ix_licenses_unlisted", "licenses", ["department", "feed"], postgresql_where=text("unlisted_at is not null")
    )
    op.create_table(
        "listing_changes",
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True, autoincrement=False),
        Column("license_id", BigInteger, primary_key=True, autoincrement=False),
        Column("is_listed", Boolean, nullable=False),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("listing_changes")
    op.drop_index("ix_licenses_unlisted", "licenses")
    op.drop_column("licenses", "unlisted_at")

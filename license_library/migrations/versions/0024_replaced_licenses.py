"""Let a license name the one it replaces.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("staged_licenses", "licenses", "license_versions")


def upgrade() -> None:
    """Add the column; no license has named one so far."""
    for table in TABLES:
        op.add_column(table, Column("replaces", Text))
    op.create_index("ix_licenses_replaces", "licenses", ["replaces"], postgresql_where=text("replaces is not null"))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_licenses_replaces")
    for table in reversed(TABLES):
        op.drop_column(table, "replaces")

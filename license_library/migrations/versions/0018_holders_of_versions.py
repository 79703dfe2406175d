"""Let the history be asked by its holder.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_license_versions_subject_id", "license_versions", ["subject_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_license_versions_subject_id", "license_versions")

"""Look former versions up by the number and the identifier they bore.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index what a license was called before."""
    op.create_index("ix_license_versions_number_key", "license_versions", [text("number_key(license_number)")])
    op.create_index(
        "ix_license_versions_license_identifier",
        "license_versions",
        ["license_identifier"],
        postgresql_where=text("license_identifier is not null"),
    )


def downgrade() -> None:
    """Look for no former number."""
    op.drop_index("ix_license_versions_license_identifier")
    op.drop_index("ix_license_versions_number_key")

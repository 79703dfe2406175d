"""Let an alert say what changed: the state, the holder, the term, or whether the department lists the license.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

TABLE = "license_alerts"
BY_VERSION = ["reliance_id", "version_count"]
BY_CHANGE = [*BY_VERSION, "change", "exchange_id"]

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whatever was noted before told a state. One version may have several, as it is unlisted and listed."""
    op.add_column(TABLE, Column("change", Text, nullable=False, server_default="status"))
    op.alter_column(TABLE, "change", server_default=None)
    op.drop_constraint("uq_license_alerts_reliance_id_version_count", TABLE)
    op.create_unique_constraint("uq_license_alerts_reliance_id_version_count_change_exchange_id", TABLE, BY_CHANGE)


def downgrade() -> None:
    """Drop it, and with it the alerts that told anything but a state."""
    op.execute("delete from license_alerts where change <> 'status'")
    op.drop_constraint("uq_license_alerts_reliance_id_version_count_change_exchange_id", TABLE)
    op.create_unique_constraint("uq_license_alerts_reliance_id_version_count", TABLE, BY_VERSION)
    op.drop_column(TABLE, "change")

"""What cases relied on, and the alerts when it is no longer good.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Integer, Text, UniqueConstraint

# One place says which delivery tells an alert to a department; it is the same delivery however often it is handed in.
ALERT_KEY = """
create function license_alert_key(alert_id bigint, department text) returns text
language sql immutable strict parallel safe
return 'license-alert-' || alert_id || '-' || left(md5(department), 8)
"""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "reliances",
        Column("reliance_id", BigInteger, Identity(always=True), primary_key=True),
        Column("case_number", Text, nullable=False),
        Column("item_code", Text, ForeignKey("items.item_code", name="fk_reliances_item_code")),
        Column("license_id", BigInteger, nullable=False),
        Column("version_count", Integer, nullable=False),
        Column("relied_by", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("relied_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint(
            "case_number", "license_id", "version_count", name="uq_reliances_case_number_license_id_version_count"
        ),
    )
    op.create_index("ix_reliances_license_id", "reliances", ["license_id"])
    op.create_table(
        "license_alerts",
        Column("alert_id", BigInteger, Identity(always=True), primary_key=True),
        Column(
            "reliance_id",
            BigInteger,
            ForeignKey("reliances.reliance_id", name="fk_license_alerts_reliance_id"),
            nullable=False,
        ),
        Column("version_count", Integer, nullable=False),
        Column("status_before", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("exchange_id", BigInteger, nullable=False),
        Column("noticed_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("reliance_id", "version_count", name="uq_license_alerts_reliance_id_version_count"),
    )
    op.create_index("ix_deliveries_case_number", "deliveries", ["case_number"])
    op.execute(ALERT_KEY)


def downgrade() -> None:
    """Drop them."""
    op.execute("drop function license_alert_key(bigint, text)")
    op.drop_index("ix_deliveries_case_number")
    op.drop_table("license_alerts")
    op.drop_table("reliances")

"""Keep everyone whom a license lists, version by version, and where they wait between check and merge.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "staged_holders",
        Column("exchange_id", BigInteger, nullable=False),
        Column("page_number", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        Column("ordinal", Integer, nullable=False),
        Column("holder_hash", LargeBinary, nullable=False),
        Column("holder_code_type", Text, nullable=False),
        Column("holder_code_encrypted", LargeBinary, nullable=False),
        Column("holder_name", Text, nullable=False),
        Column("holder_name_key", Text, nullable=False),
        Column("share", Text),
        PrimaryKeyConstraint("exchange_id", "page_number", "position", "ordinal"),
    )
    op.create_table(
        "license_holders",
        Column("license_id", BigInteger, primary_key=True),
        Column("version_count", Integer, primary_key=True),
        Column("ordinal", Integer, primary_key=True),
        Column("subject_id", BigInteger, nullable=False),
        Column("name", Text, nullable=False),
        Column("share", Text),
        Index("ix_license_holders_subject_id", "subject_id", "license_id", "version_count"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("license_holders")
    op.drop_table("staged_holders")

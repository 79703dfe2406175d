"""Let a license type carry its definition: face fields, sensitivity, term, and what took its place.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Date, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the catalogue fills them when it is loaded next."""
    for column in (
        Column("sensitivity", Text),
        Column("term", Text),
        Column("face_fields", JSONB),
        Column("replaced_by", Text),
        Column("ended_on", Date),
        Column("basis", Text),
    ):
        op.add_column("license_types", column)
    op.create_foreign_key(
        "fk_license_types_replaced_by_license_types",
        "license_types",
        "license_types",
        ["replaced_by"],
        ["license_type"],
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_constraint("fk_license_types_replaced_by_license_types", "license_types")
    for name in ("basis", "ended_on", "replaced_by", "face_fields", "term", "sensitivity"):
        op.drop_column("license_types", name)

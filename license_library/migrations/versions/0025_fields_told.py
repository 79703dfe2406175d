"""Let an inquiry name the fields that were told: of a form only what it asks for is ever told, and that can be shown.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was asked before names none."""
    op.add_column("inquiries", Column("fields_told", ARRAY(Text)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("inquiries", "fields_told")

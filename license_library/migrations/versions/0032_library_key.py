"""Note under which key the library is kept.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, CheckConstraint, Column, LargeBinary

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the next process that opens the library notes the key, once that key reads what is there."""
    op.create_table(
        "library_key",
        Column("only_one", Boolean, primary_key=True),
        Column("mark", LargeBinary, nullable=False),
        CheckConstraint("only_one", name="only_one"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("library_key")

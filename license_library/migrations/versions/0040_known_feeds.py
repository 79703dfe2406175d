"""Find since when a feed is known without reading every exchange of it.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_exchanges_known",
        "exchanges",
        ["department", "feed", "finished_at"],
        postgresql_where=sa.text("state = 'merged' and kind = 'pull'"),
    )


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_exchanges_known", "exchanges")

"""Let an exchange remember how many bad rows only its own good rows have overtaken, since it may be discarded.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, of what is held now nobody counted them; and the index by which what is held is found."""
    op.add_column("exchanges", Column("overtaken_count", BigInteger, nullable=False, server_default=text("0")))
    op.create_index(
        "ix_exchanges_held", "exchanges", ["department", "feed", "exchange_id"], postgresql_where=text("state = 'held'")
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_exchanges_held", "exchanges")
    op.drop_column("exchanges", "overtaken_count")

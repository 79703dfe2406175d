"""Let a waiting record be found by everyone whom it lists, not by the first alone.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import ARRAY, Column, LargeBinary, text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLE = "quarantined_records"
_OPEN = text("state = 'open'")


def upgrade() -> None:
    """Keep a list of hashes in place of one; what waits already is known by its first holder until it is seen again."""
    op.add_column(_TABLE, Column("holder_hashes", ARRAY(LargeBinary), nullable=False, server_default="{}"))
    op.execute(f"update {_TABLE} set holder_hashes = array[holder_hash] where holder_hash is not null")  # noqa: S608
    op.alter_column(_TABLE, "holder_hashes", server_default=None)
    op.drop_column(_TABLE, "holder_hash")  # and its index
    op.create_index(
        "ix_quarantined_records_holder_hashes",
        _TABLE,
        ["holder_hashes"],
        postgresql_using="gin",
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Keep the first alone."""
    op.add_column(_TABLE, Column("holder_hash", LargeBinary))
    op.execute(f"update {_TABLE} set holder_hash = holder_hashes[1]")  # noqa: S608
    op.drop_column(_TABLE, "holder_hashes")
    op.create_index("ix_quarantined_records_holder_hash", _TABLE, ["holder_hash"], postgresql_where=_OPEN)

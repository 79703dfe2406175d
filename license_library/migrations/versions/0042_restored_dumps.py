"""Let a dump that is read back into its own cluster be another line of history.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go on from the place of today: an upgrade is no restore."""
    for name in ("database_oid", "table_oid"):
        op.add_column("database_line", sa.Column(name, sa.BigInteger))
    op.execute("""
        update database_line set table_oid = cast(cast('database_line' as regclass) as oid),
          database_oid = (select oid from pg_database where datname = current_database())
    """)
    for name in ("database_oid", "table_oid"):
        op.alter_column("database_line", name, nullable=False)


def downgrade() -> None:
    """Forget the place; the line stays."""
    for name in ("table_oid", "database_oid"):
        op.drop_column("database_line", name)

"""Let a dump that is read back into its own cluster be another line of history, and give no alert the key of a forgotten one.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

# A restored database gives the numbers of forgotten alerts again, never their salts. An alert of before has none, and is told under
# the key that it was told under.
OLD_KEY = """
create function license_alert_key(alert_id bigint, department text) returns text
language sql immutable strict parallel safe
return 'license-alert-' || alert_id || '-' || left(md5(department), 8)
"""
KEY = """
create function license_alert_key(alert_id bigint, key_salt text, department text) returns text
language sql immutable strict parallel safe
return 'license-alert-' || alert_id || '-' || left(md5(key_salt || department), 8)
"""

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
    op.add_column("license_alerts", sa.Column("key_salt", sa.Text, nullable=False, server_default=""))
    op.execute("drop function license_alert_key(bigint, text)")
    op.execute(KEY)


def downgrade() -> None:
    """Forget the place and the salts; the line stays."""
    op.execute("drop function license_alert_key(bigint, text, text)")
    op.execute(OLD_KEY)
    op.drop_column("license_alerts", "key_salt")
    for name in ("table_oid", "database_oid"):
        op.drop_column("database_line", name)

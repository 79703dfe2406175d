"""Look licenses up by the form in which numbers are compared.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

# "C": Latin letters only, whatever the database's locale makes of others.
FUNCTION = """
create function number_key(number text) returns text language sql immutable strict parallel safe as $$
  select upper(translate(normalize(number, nfkc), '[〔【]〕】 ', '((()))') collate "C")
$$
"""

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index for another: the same number is no longer looked for in every spelling."""
    op.execute(FUNCTION)
    op.drop_index("ix_licenses_license_number")
    op.drop_index("ix_licenses_replaces")
    op.create_index("ix_licenses_number_key", "licenses", [text("number_key(license_number)")])
    op.create_index(
        "ix_licenses_replaces",
        "licenses",
        [text("number_key(replaces)")],
        postgresql_where=text("replaces is not null"),
    )


def downgrade() -> None:
    """Look numbers up as they are spelt."""
    op.drop_index("ix_licenses_replaces")
    op.drop_index("ix_licenses_number_key")
    op.create_index("ix_licenses_replaces", "licenses", ["replaces"], postgresql_where=text("replaces is not null"))
    op.create_index("ix_licenses_license_number", "licenses", ["license_number"])
    op.execute("drop function number_key(text)")

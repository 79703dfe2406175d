"""Drop the holders whom exchanges listed that failed since: their records went, and the names stayed.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop whoever is staged of an exchange that is neither on its way nor held."""
    op.execute("""
    delete from staged_holders h where not exists (
      select from exchanges e where e.exchange_id = h.exchange_id and e.state in ('landing', 'landed', 'checked', 'held'))
    """)


def downgrade() -> None:
    """Leave everything as it is: nobody needs them back."""

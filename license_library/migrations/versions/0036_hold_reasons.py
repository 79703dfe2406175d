"""Keep why a batch is held as codes with values, so that each language has its own sentence.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB

TABLE = "exchanges"

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the sentences over as they were written: what they once were made of cannot be told from them."""
    op.add_column(TABLE, Column("hold_reasons", JSONB))
    op.execute("""
    update exchanges set hold_reasons = jsonb_build_array(jsonb_build_object(
      'code', 'batch.as_written', 'values', jsonb_build_object('sentence', hold_reason))) where hold_reason is not null
    """)
    op.drop_column(TABLE, "hold_reason")


def downgrade() -> None:
    """Write sentences back as they were, and of a code the code with its values."""
    op.add_column(TABLE, Column("hold_reason", Text))
    op.execute("""
    update exchanges e set hold_reason = (
      select string_agg(coalesce(one -> 'values' ->> 'sentence', (one ->> 'code') || ' ' || (one ->> 'values')), '; ' order by place)
      from jsonb_array_elements(e.hold_reasons) with ordinality as kept(one, place)) where e.hold_reasons is not null
    """)
    op.drop_column(TABLE, "hold_reasons")

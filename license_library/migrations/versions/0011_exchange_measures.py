"""Keep what is counted of each exchange, and what each expectation says in words.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "exchange_measures",
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
        Column("measure", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("found_count", BigInteger, nullable=False),
        Column("of_count", BigInteger, nullable=False),
        CheckConstraint("found_count between 0 and of_count", name="found_of"),
    )
    op.add_column("quality_results", Column("words_zh", Text))
    op.add_column("quality_results", Column("words_en", Text))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("quality_results", "words_en")
    op.drop_column("quality_results", "words_zh")
    op.drop_table("exchange_measures")

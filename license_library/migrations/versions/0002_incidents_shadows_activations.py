"""Add incidents, what a shadow exchange would have changed, and who activated which mapping.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CONSERVED = "received_count = merged_count + unchanged_count + quarantined_count + held_count"


def upgrade() -> None:
    """Create the tables; let a shadow exchange end in a state of its own."""
    op.add_column("exchanges", Column("is_shadow", Boolean, nullable=False, server_default=text("false")))
    op.add_column("feeds", Column("mapping_digest", Text))
    _conserve("'merged', 'held', 'discarded', 'shadowed'")
    op.create_check_constraint(
        op.f("ck_exchanges_shadow_is_not_merged"), "exchanges", "not is_shadow or state not in ('merged', 'held')"
    )
    _create_incidents()
    _create_shadow_changes()
    _create_activations()


def downgrade() -> None:
    """Forget all of it; what was shadowed becomes a failed exchange, for nothing of it was merged."""
    for table in ("activations", "shadow_changes", "incidents"):
        op.drop_table(table)
    op.execute("update exchanges set state = 'failed' where state = 'shadowed'")
    _conserve("'merged', 'held', 'discarded'")
    op.drop_constraint(op.f("ck_exchanges_shadow_is_not_merged"), "exchanges")
    op.drop_column("feeds", "mapping_digest")
    op.drop_column("exchanges", "is_shadow")


def _conserve(states: str) -> None:
    op.drop_constraint(op.f("ck_exchanges_conservation"), "exchanges")
    op.create_check_constraint(
        op.f("ck_exchanges_conservation"), "exchanges", f"state not in ({states}) or {CONSERVED}"
    )


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        Column("incident_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, ForeignKey("departments.department"), nullable=False),
        Column("feed", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("severity", Text, nullable=False),
        Column("words_zh", Text, nullable=False),
        Column("words_en", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("seen_count", Integer, nullable=False, server_default=text("1")),
        Column("first_seen_at", DateTime(timezone=True), nullable=False),
        Column("last_seen_at", DateTime(timezone=True), nullable=False),
        Column("decided_at", DateTime(timezone=True)),
        Column("decided_by", Text),
        Column("note", Text),
        Column("resolved_at", DateTime(timezone=True)),
        CheckConstraint("(state = 'resolved') = (resolved_at is not null)", name="resolved_when"),
        Index(
            "uq_incidents_one_for_each_cause",
            "department",
            "feed",
            "kind",
            "cause",
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
        ),
    )


def _create_shadow_changes() -> None:
    op.create_table(
        "shadow_changes",
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("found_count", BigInteger, nullable=False),
        Column("emptied_count", BigInteger, nullable=False, server_default=text("0")),
        Column("examples", ARRAY(Text), nullable=False),
    )


def _create_activations() -> None:
    op.create_table(
        "activations",
        Column("activation_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        Column("mapping_digest", Text, nullable=False),
        Column("declaration_digest", Text, nullable=False),
        Column("shadow_exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
        Column("state", Text, nullable=False),
        Column("proposed_by", Text, nullable=False),
        Column("proposed_at", DateTime(timezone=True), nullable=False),
        Column("approved_by", Text),
        Column("approved_at", DateTime(timezone=True)),
        ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
        CheckConstraint("lower(approved_by) <> lower(proposed_by)", name="two_persons"),
        CheckConstraint("(state in ('active', 'replaced')) = (approved_at is not null)", name="approved_when"),
        *(
            Index(
                f"uq_activations_one_{state}",
                "department",
                "feed",
                unique=True,
                postgresql_where=text(f"state = '{state}'"),
            )
            for state in ("proposed", "active")
        ),
    )

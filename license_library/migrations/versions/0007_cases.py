"""Make what waits in quarantine a case: owner, source row, edits, waivers, history, batches, replays.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CASE_COLUMNS = ("owner", "source", "edits", "waived_codes", "waived_until", "recheck_asked_at")


def upgrade() -> None:
    """Add the columns of a case, its history, batches and replays."""
    op.add_column("exchanges", Column("kind", Text, nullable=False, server_default=text("'pull'")))
    op.create_check_constraint("kind", "exchanges", "kind in ('pull', 'replay')")
    _extend_quarantine()
    op.create_table(
        "case_events",
        Column("event_id", BigInteger, Identity(always=True), primary_key=True),
        Column("quarantine_id", BigInteger, ForeignKey("quarantined_records.quarantine_id"), nullable=False),
        Column("happened_at", DateTime(timezone=True), nullable=False),
        Column("action", Text, nullable=False),
        Column("who", Text, nullable=False),
        Column("reason", Text),
        Column("detail", Text),
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id")),
        Index("ix_case_events_quarantine_id", "quarantine_id", "event_id"),
    )
    op.execute("""
create function refuse_change() returns trigger language plpgsql as $$
begin raise exception '% is append-only', tg_table_name; end $$
""")
    op.execute("""
create trigger case_events_are_kept before update or delete or truncate on case_events
for each statement execute function refuse_change()
""")
    _create_batches()
    op.create_table(
        "mappings",
        Column("department", Text, primary_key=True),
        Column("feed", Text, primary_key=True),
        Column("mapping_version", Text, primary_key=True),
        Column("described_at", DateTime(timezone=True), nullable=False),
        Column("fields", JSONB, nullable=False),
    )
    op.create_table(
        "replayed_records",
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
        Column("page_number", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        Column("quarantine_id", BigInteger, ForeignKey("quarantined_records.quarantine_id"), nullable=False),
        Column("source_exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
        Column("source_page_number", Integer, nullable=False),
        PrimaryKeyConstraint("exchange_id", "page_number", "position"),
        Index("ix_replayed_records_quarantine_id", "quarantine_id"),
    )


def _extend_quarantine() -> None:
    for column in (
        Column("owner", Text),
        Column("source", LargeBinary),
        Column("edits", LargeBinary),
        Column("waived_codes", ARRAY(Text)),
        Column("waived_until", Date),
        Column("recheck_asked_at", DateTime(timezone=True)),
    ):
        op.add_column("quarantined_records", column)
    op.create_index(
        "ix_quarantined_records_standing",
        "quarantined_records",
        ["department", "feed"],
        postgresql_where=text("edits is not null or waived_until is not null"),
    )
    op.create_check_constraint("waived_what", "quarantined_records", "(waived_until is null) = (waived_codes is null)")
    op.create_check_constraint(
        "state", "quarantined_records", "state in ('open', 'mended', 'waived', 'superseded', 'discarded')"
    )


def _create_batches() -> None:
    op.create_table(
        "case_batches",
        Column("batch_id", BigInteger, Identity(always=True), primary_key=True),
        Column("action", Text, nullable=False),
        Column("chosen", JSONB, nullable=False),
        Column("arguments", JSONB, nullable=False),
        Column("who", Text, nullable=False),
        Column("reason", Text),
        Column("state", Text, nullable=False),
        Column("after_id", BigInteger, nullable=False, server_default=text("0")),
        Column("last_id", BigInteger, nullable=False),
        Column("total_count", Integer, nullable=False),
        Column("done_count", Integer, nullable=False, server_default=text("0")),
        Column("skipped_count", Integer, nullable=False, server_default=text("0")),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Column("changed_by", Text),
        CheckConstraint("state in ('waiting', 'running', 'paused', 'cancelled', 'done')", name="state"),
        Index("ix_case_batches_open", "batch_id", postgresql_where=text("state in ('waiting', 'running', 'paused')")),
    )


def downgrade() -> None:
    """Forget owners, edits, waivers, history, batches and replays."""
    op.drop_table("replayed_records")
    op.drop_table("mappings")
    op.drop_table("case_batches")
    op.drop_table("case_events")
    op.execute("drop function refuse_change()")
    op.drop_constraint(op.f("ck_quarantined_records_state"), "quarantined_records")
    op.drop_constraint(op.f("ck_quarantined_records_waived_what"), "quarantined_records")
    op.drop_index("ix_quarantined_records_standing", "quarantined_records")
    for name in CASE_COLUMNS:
        op.drop_column("quarantined_records", name)
    op.drop_constraint(op.f("ck_exchanges_kind"), "exchanges")
    op.drop_column("exchanges", "kind")

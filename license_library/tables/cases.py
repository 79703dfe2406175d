"""Tables: what people and the hub do about records that wait: history, batches, what a replay took up again."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from license_library.tables.columns import instant, metadata

case_events = Table(  # a trigger refuses every change of a row
    "case_events",
    metadata,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("quarantine_id", BigInteger, ForeignKey("quarantined_records.quarantine_id"), nullable=False),
    instant("happened_at", required=True),
    Column("action", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text),
    Column("detail", Text),  # names of fields, codes, a day; nothing personal
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id")),
    Index("ix_case_events_quarantine_id", "quarantine_id", "event_id"),
)

case_batches = Table(
    "case_batches",
    metadata,
    Column("batch_id", BigInteger, Identity(always=True), primary_key=True),
    Column("action", Text, nullable=False),
    Column("chosen", JSONB, nullable=False),  # the filter: department, feed, code, state, owner
    Column("arguments", JSONB, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text),
    Column("state", Text, nullable=False),  # waiting | running | paused | cancelled | done
    Column("after_id", BigInteger, nullable=False, server_default=text("0")),  # the cursor: what is behind it is done
    Column("last_id", BigInteger, nullable=False),  # cases that came later are not meant
    Column("total_count", Integer, nullable=False),
    Column("done_count", Integer, nullable=False, server_default=text("0")),
    Column("skipped_count", Integer, nullable=False, server_default=text("0")),
    instant("created_at", required=True),
    instant("changed_at", required=True),
    Column("changed_by", Text),
    CheckConstraint("state in ('waiting', 'running', 'paused', 'cancelled', 'done')", name="state"),
    Index("ix_case_batches_open", "batch_id", postgresql_where=text("state in ('waiting', 'running', 'paused')")),
)

replayed_records = Table(
    "replayed_records",
    metadata,
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
    # A page of its own for each source page, so that a place in the replay leads to one record and no other.
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("quarantine_id", BigInteger, ForeignKey("quarantined_records.quarantine_id"), nullable=False),
    Column("source_exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
    Column("source_page_number", Integer, nullable=False),
    PrimaryKeyConstraint("exchange_id", "page_number", "position"),
    Index("ix_replayed_records_quarantine_id", "quarantine_id"),
)

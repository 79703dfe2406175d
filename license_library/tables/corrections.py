"""Tables: what departments were asked to put right, and the days on which they work."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)

from license_library.tables.columns import instant, metadata

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_workday", Boolean, nullable=False),
    Column("note", Text),
    Column("changed_by", Text),  # null: as seeded
)

correction_requests = Table(
    "correction_requests",
    metadata,
    Column("request_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, ForeignKey("departments.department"), nullable=False),
    Column("feed", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("quarantine_id", BigInteger, ForeignKey("quarantined_records.quarantine_id")),  # a record that waits
    Column("license_id", BigInteger),  # or one in the library, which is disputed until it is answered
    Column("field", Text, nullable=False),
    Column("seen", LargeBinary),  # encrypted, as everything that may name a person
    Column("proposed", LargeBinary),
    Column("evidence", LargeBinary),
    Column("basis", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    instant("asked_at", required=True),
    Column("due_on", Date, nullable=False),
    Column("delivery_id", BigInteger, ForeignKey("deliveries.delivery_id")),
    Column("state", Text, nullable=False),  # open | answered | withdrawn
    Column("answer", Text),  # corrected | confirmed | refused
    Column("answer_note", Text),
    Column("answered_by", Text),
    instant("answered_at"),
    CheckConstraint("(quarantine_id is null) <> (license_id is null)", name="about_one"),
    CheckConstraint("state in ('open', 'answered', 'withdrawn')", name="state"),
    CheckConstraint("(state = 'open') = (answered_at is null)", name="answered_when"),
    CheckConstraint("(state = 'answered') = (answer is not null)", name="answered_what"),
    Index("ix_correction_requests_open", "department", "due_on", postgresql_where=text("state = 'open'")),
    Index("ix_correction_requests_license_id", "license_id", postgresql_where=text("state = 'open'")),
    Index("ix_correction_requests_quarantine_id", "quarantine_id"),
)

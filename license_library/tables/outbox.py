"""Tables: what the hub owes departments."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from license_library.tables.columns import instant, metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", BigInteger, Identity(always=True), primary_key=True),
    Column("delivery_key", Text, nullable=False),  # travels with it; the same key is the same delivery
    Column("department", Text, ForeignKey("departments.department"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("sequence", Integer, nullable=False),  # order within the case: a later one never overtakes
    Column("class", Text, nullable=False),  # A idempotency key | B can be asked | C neither
    Column("payload", LargeBinary, nullable=False),  # encrypted
    # waiting | claimed | sent | acknowledged | done | refused | to_verify | cancelled
    Column("state", Text, nullable=False),
    Column("is_doubtful", Boolean, nullable=False, server_default=text("false")),  # it may have arrived
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("epoch", BigInteger, nullable=False, server_default=text("0")),  # fencing: raised by every claim
    instant("lease_until"),
    instant("next_try_at", required=True),  # while acknowledged: when its receipt is asked for
    Column("number", Text),  # the department's own
    Column("reason_code", Text),  # why it is where it is
    Column("answer", Text),  # the department's words or ours, short, nothing personal
    instant("enqueued_at", required=True),
    instant("owed_at", required=True),  # since when it is tried: enqueued, or sent again by a person
    instant("sent_at"),
    instant("answered_at"),  # the department last said something definite
    instant("failed_at"),  # the department was last found down
    instant("acknowledged_at"),
    instant("finished_at"),
    Column("verified_by", Text),
    Column("decision", Text),  # arrived | resend | cancel
    instant("verified_at"),
    UniqueConstraint("delivery_key"),
    UniqueConstraint("department", "case_number", "sequence"),
    CheckConstraint("class in ('A', 'B', 'C')", name="class"),
    CheckConstraint(
        "state in ('waiting', 'claimed', 'sent', 'acknowledged', 'done', 'refused', 'to_verify', 'cancelled')",
        name="state",
    ),
    CheckConstraint("(state in ('claimed', 'sent')) = (lease_until is not null)", name="leased_when"),
    CheckConstraint("(state in ('done', 'cancelled')) = (finished_at is not null)", name="finished_when"),
    CheckConstraint("(verified_by is null) = (verified_at is null)", name="verified_when"),
    Index(
        "ix_deliveries_open",
        "department",
        "next_try_at",
        postgresql_where=text("state in ('waiting', 'claimed', 'sent', 'acknowledged')"),
    ),
    Index("ix_deliveries_case_number", "case_number"),
    Index("ix_deliveries_answered_at", "department", "answered_at"),
    Index("ix_deliveries_failed_at", "department", "failed_at", postgresql_where=text("failed_at is not null")),
)

"""Tables: what people decided about facts. Facts themselves are computed from licenses and kept nowhere."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
)

from license_library.tables.columns import instant, metadata

# Only added to: the newest row of a conflict that is no assignment says where it stands.
fact_decisions = Table(
    "fact_decisions",
    metadata,
    Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
    Column("subject_id", BigInteger, nullable=False),
    Column("element", Text, nullable=False),
    Column("action", Text, nullable=False),  # assigned | settled | told | reopened
    Column("owner", Text),  # of an assignment; null: of nobody any more
    Column("license_id", BigInteger),  # whose value stands, or whose department was asked; null: the holder code itself
    Column("values_digest", LargeBinary),  # keyed hash of the values that differed and of the one that stands
    Column("until", Date),  # the last day on which the decision holds
    Column("request_id", BigInteger, ForeignKey("correction_requests.request_id")),
    Column("note", Text),
    Column("decided_by", Text, nullable=False),
    instant("decided_at", required=True),
    CheckConstraint("action in ('assigned', 'settled', 'told', 'reopened')", name="action"),
    CheckConstraint("(action = 'settled') = (values_digest is not null)", name="settled_what"),
    CheckConstraint("(action = 'told') = (request_id is not null)", name="told_how"),
    Index("ix_fact_decisions_conflict", "subject_id", "element", "decision_id"),
)

# Which source of an element goes first, whatever is declared; only added to, the newest row of an element counts.
element_masters = Table(
    "element_masters",
    metadata,
    Column("change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("element", Text, nullable=False),
    Column("source", Text),  # null: as declared again
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    instant("decided_at", required=True),
    Index("ix_element_masters_element", "element", "change_id"),
)

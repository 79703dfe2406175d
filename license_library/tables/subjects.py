"""Tables: which subjects are one person or organisation: what was decided of each pair, and the groups that follow.

Subjects and licenses are never rewritten: a decision is a row more, and so is the one that takes it back.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from license_library.tables.columns import instant, metadata

subject_decisions = Table(  # a trigger refuses every change of a row; the last one of a pair stands
    "subject_decisions",
    metadata,
    Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
    Column("subject_id", BigInteger, nullable=False),
    Column("other_id", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),  # proposed | same | different | none: as before anybody asked
    Column("ground", Text, nullable=False),  # derived: from the numbers alone | decided: by a person
    Column("rule", Text),  # fifteen_digits | organisation_code | tax_number | same_organisation_code
    Column("doubt", Text),  # why a rule did not decide: names_differ | several | contradicts | no_certainty
    Column("reason", LargeBinary),  # encrypted, as everything that may name a person
    Column("license_ids", ARRAY(BigInteger), nullable=False),  # what proves it
    Column("request_id", BigInteger, ForeignKey("correction_requests.request_id")),
    Column("undoes", BigInteger, ForeignKey("subject_decisions.decision_id")),
    Column("owner", Text),  # who looks after a proposal
    Column("decided_by", Text, nullable=False),
    instant("decided_at", required=True),
    CheckConstraint("subject_id < other_id", name="pair"),
    CheckConstraint("decision in ('proposed', 'same', 'different', 'none')", name="decision"),
    CheckConstraint("ground in ('derived', 'decided')", name="ground"),
    CheckConstraint("ground = 'derived' or reason is not null", name="decided_why"),
    Index("ix_subject_decisions_pair", "subject_id", "other_id", "decision_id"),
    Index("ix_subject_decisions_other_id", "other_id", "subject_id", "decision_id"),
    Index("ix_subject_decisions_decision", "decision", "decision_id"),
)

# Who belonged together, and when that was known; follows from the decisions and is kept with them in one transaction.
subject_groups = Table(
    "subject_groups",
    metadata,
    Column("membership_id", BigInteger, Identity(always=True), primary_key=True),
    Column("subject_id", BigInteger, nullable=False),
    Column(
        "group_id", BigInteger, nullable=False
    ),  # the subject that stands for all: the strongest number, first known
    instant("known_from", required=True),
    instant("known_to"),  # null: still so
    Index("ix_subject_groups_now", "subject_id", unique=True, postgresql_where=text("known_to is null")),
    Index("ix_subject_groups_subject_id", "subject_id"),
    Index("ix_subject_groups_group_id", "group_id"),
)

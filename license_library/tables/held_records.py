"""Tables: what held batches say, kept for questions under indexes that what is staged has none of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from license_library.tables.columns import instant, metadata

# Written once when a batch becomes held, gone with what it staged: whatever a question compares of a held record.
held_records = Table(
    "held_records",
    metadata,
    Column("exchange_id", BigInteger, nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("license_type", Text, nullable=False),
    Column("license_identifier", Text),
    Column("identifier_family", Text),  # what all editions have in common
    Column("number_key", Text, nullable=False),
    Column("replaces_key", Text),  # folded as a number is, also where it is an identifier
    Column("issued_on", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("changed_on", Date),
    instant("source_updated_at", required=True),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("exchange_id", "page_number", "position"),
    Index("ix_held_records_record_id", "record_id", "feed", "department"),
    Index("ix_held_records_type", "license_type", "exchange_id", "page_number", "position"),
    Index("ix_held_records_family", "identifier_family", postgresql_where=text("identifier_family is not null")),
    Index("ix_held_records_number_key", "number_key"),
    Index("ix_held_records_replaces_key", "replaces_key", postgresql_where=text("replaces_key is not null")),
)

# Everyone whom a held record names or lists.
held_holders = Table(
    "held_holders",
    metadata,
    Column("exchange_id", BigInteger, nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("holder_hash", LargeBinary, nullable=False),
    Column("holder_name_key", Text, nullable=False),
    PrimaryKeyConstraint("exchange_id", "page_number", "position", "holder_hash", "holder_name_key"),
    Index("ix_held_holders_holder_hash", "holder_hash"),
)

"""Tables: records between check and merge, and those that must wait."""

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
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from license_library.tables.columns import instant, license_columns, metadata

staged_licenses = Table(
    "staged_licenses",
    metadata,
    Column("exchange_id", BigInteger, nullable=False),
    Column("holder_hash", LargeBinary, nullable=False),  # keyed hash of holder_code_type and holder_code
    Column("holder_code_type", Text, nullable=False),
    Column("holder_code_encrypted", LargeBinary, nullable=False),
    Column("holder_name_key", Text, nullable=False),
    *license_columns(),
    # A record that is staged twice, by a task and its orphan, is refused here.
    PrimaryKeyConstraint("exchange_id", "page_number", "position"),
)

# Everyone whom a staged record lists, where it lists several.
staged_holders = Table(
    "staged_holders",
    metadata,
    Column("exchange_id", BigInteger, nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("holder_hash", LargeBinary, nullable=False),
    Column("holder_code_type", Text, nullable=False),
    Column("holder_code_encrypted", LargeBinary, nullable=False),
    Column("holder_name", Text, nullable=False),
    Column("holder_name_key", Text, nullable=False),
    Column("share", Text),
    PrimaryKeyConstraint("exchange_id", "page_number", "position", "ordinal"),
)

# What a check found of the department's list, for the merge to mark: missed, or listed again.
listing_changes = Table(
    "listing_changes",
    metadata,
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
    Column("license_id", BigInteger, primary_key=True),
    Column("is_listed", Boolean, nullable=False),
)

quarantined_records = Table(
    "quarantined_records",
    metadata,
    Column("quarantine_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("record_id", Text),
    Column("license_type", Text),
    Column("holder_hashes", ARRAY(LargeBinary), nullable=False),  # of everyone it names whose code could be read
    Column(
        "problems", JSONB, nullable=False
    ),  # [{code, field, expected, got}], the last two phrases as {code, values}; nothing personal in it
    Column("codes", ARRAY(Text), nullable=False),
    Column("digest", LargeBinary, nullable=False),  # sha256 of the source row, so that the same bad row is one case
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("mapping_version", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("state", Text, nullable=False),  # open | mended | waived | superseded | discarded
    Column("tries", Integer, nullable=False, server_default=text("1")),
    instant("first_seen_at", required=True),
    instant("last_seen_at", required=True),
    Column("owner", Text),
    Column("source", LargeBinary),  # the declared source values of the row as they came, encrypted
    Column("edits", LargeBinary),  # what a person put in place of some of them, encrypted
    Column("waived_codes", ARRAY(Text)),  # what a person lets pass in this very row
    Column("waived_until", Date),
    instant("recheck_asked_at"),
    instant("source_updated_at"),  # the time of change that the row carries, where it can be read
    UniqueConstraint("department", "feed", "digest"),
    Index("ix_quarantined_records_department", "department", "feed", "state"),
    Index(
        "ix_quarantined_records_holder_hashes",
        "holder_hashes",
        postgresql_using="gin",
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_quarantined_records_record_id", "record_id", postgresql_where=text("state = 'open'")),
    Index("ix_quarantined_records_codes", "codes", postgresql_using="gin"),
    # What stands for a row whenever it comes: few, and looked for by every check.
    Index(
        "ix_quarantined_records_standing",
        "department",
        "feed",
        postgresql_where=text("edits is not null or waived_until is not null"),
    ),
    CheckConstraint("(waived_until is null) = (waived_codes is null)", name="waived_what"),
    CheckConstraint("state in ('open', 'mended', 'waived', 'superseded', 'discarded')", name="state"),
)

quality_results = Table(
    "quality_results",
    metadata,
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("suite", Text, nullable=False),
    Column("expectation", Text, nullable=False),
    Column("column_name", Text),
    Column("severity", Text, nullable=False),  # row | batch | warning
    Column("success", Boolean, nullable=False),
    Column("evaluated_count", BigInteger, nullable=False),
    Column("unexpected_count", BigInteger, nullable=False),
    Column("detail", Text),
    Column("words_zh", Text),  # what is expected, as the suite says it
    Column("words_en", Text),
)

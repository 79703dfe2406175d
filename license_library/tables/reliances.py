"""Tables: what cases relied on, and what became of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY

from license_library.tables.columns import instant, metadata

reliances = Table(
    "reliances",
    metadata,
    Column("reliance_id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_number", Text, nullable=False),
    Column("item_code", Text, ForeignKey("items.item_code")),
    Column("license_id", BigInteger, nullable=False),
    Column("version_count", Integer, nullable=False),  # the version that stood there when it was relied on
    Column("relied_by", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    instant("relied_at", required=True),
    Column(
        "doubt_codes", ARRAY(Text)
    ),  # what spoke against it then, the gravest first; null: noted before that was kept
    UniqueConstraint("case_number", "license_id", "version_count"),
    Index("ix_reliances_license_id", "license_id"),
)

license_alerts = Table(
    "license_alerts",
    metadata,
    Column("alert_id", BigInteger, Identity(always=True), primary_key=True),
    Column("reliance_id", BigInteger, ForeignKey("reliances.reliance_id"), nullable=False),
    Column("version_count", Integer, nullable=False),  # the version that told it, or that is listed no more
    Column("change", Text, nullable=False),  # status | holder | term | unlisted | listed | contradicted | displaced
    Column("status_before", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("exchange_id", BigInteger, nullable=False),
    instant("noticed_at", required=True),
    # Part of the key under which a department is told: a restored database gives the numbers of forgotten alerts again, never this.
    Column("key_salt", Text, nullable=False, server_default=""),  # empty: told by a version that had none
    UniqueConstraint("reliance_id", "version_count", "change", "exchange_id"),
)

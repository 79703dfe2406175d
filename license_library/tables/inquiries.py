"""Tables: who asked what, and why."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from license_library.tables.columns import instant, metadata

inquiries = Table(
    "inquiries",
    metadata,
    Column("inquiry_id", BigInteger, Identity(always=True), primary_key=True),
    instant("asked_at", required=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("question_hash", LargeBinary),  # keyed hash of what was asked, never the value itself
    Column("result_count", Integer, nullable=False),  # of `share not listed`: the calls that are not listed
    Column("denied", Boolean, nullable=False, server_default=text("false")),
    Column("result_code", Text),  # how a call of the sharing service ended
    Column("fields_told", ARRAY(Text)),  # which fields of a form were told, with or without a value
    Index("ix_inquiries_asked_at", "asked_at"),
)

# Over what was recorded since the seal before; only added to.
inquiry_seals = Table(
    "inquiry_seals",
    metadata,
    Column("seal_id", BigInteger, Identity(always=True), primary_key=True),
    Column("after_id", BigInteger, nullable=False, unique=True),
    Column("last_id", BigInteger, nullable=False, unique=True),
    Column("row_count", Integer, nullable=False),
    instant("sealed_at", required=True),
    Column("rows", LargeBinary, nullable=False),  # id and digest of each inquiry
    Column("mark", LargeBinary, nullable=False),  # keyed, over all of it and the mark before
    CheckConstraint("last_id > after_id", name="covers_something"),
)

"""Tables: other departments that may ask, and which license types each may ask for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, LargeBinary, Table, Text, UniqueConstraint, text

from license_library.tables.columns import instant, metadata

consumers = Table(
    "consumers",
    metadata,
    Column("consumer_id", BigInteger, Identity(always=True), primary_key=True),
    Column("access_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),  # HMAC-SHA-256; the token itself was shown once
    instant("added_at", required=True),
    Column("added_by", Text, nullable=False),
    instant("ended_at"),
    Column("ended_by", Text),
    UniqueConstraint("access_id"),
)

consumer_grants = Table(
    "consumer_grants",
    metadata,
    Column("grant_id", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer_id", BigInteger, ForeignKey("consumers.consumer_id"), nullable=False),
    Column("license_type", Text, ForeignKey("license_types.license_type"), nullable=False),
    instant("granted_at", required=True),
    Column("granted_by", Text, nullable=False),
    instant("revoked_at"),
    Column("revoked_by", Text),
    Index(
        "uq_consumer_grants_standing",
        "consumer_id",
        "license_type",
        unique=True,
        postgresql_where=text("revoked_at is null"),
    ),
)

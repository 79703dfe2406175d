"""Add consumers and their grants, the result of an inquiry, the face fields of a feed, and QR payloads that can be found.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

QR = "(face ->> 'qr_payload')"


def upgrade() -> None:
    """Create what sharing needs."""
    op.create_table(
        "consumers",
        Column("consumer_id", BigInteger, Identity(always=True), primary_key=True),
        Column("access_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("token_hash", LargeBinary, nullable=False),
        Column("added_at", DateTime(timezone=True), nullable=False),
        Column("added_by", Text, nullable=False),
        Column("ended_at", DateTime(timezone=True)),
        Column("ended_by", Text),
        UniqueConstraint("access_id"),
    )
    op.create_table(
        "consumer_grants",
        Column("grant_id", BigInteger, Identity(always=True), primary_key=True),
        Column("consumer_id", BigInteger, ForeignKey("consumers.consumer_id"), nullable=False),
        Column("license_type", Text, ForeignKey("license_types.license_type"), nullable=False),
        Column("granted_at", DateTime(timezone=True), nullable=False),
        Column("granted_by", Text, nullable=False),
        Column("revoked_at", DateTime(timezone=True)),
        Column("revoked_by", Text),
        Index(
            "uq_consumer_grants_standing",
            "consumer_id",
            "license_type",
            unique=True,
            postgresql_where=text("revoked_at is null"),
        ),
    )
    op.add_column("inquiries", Column("result_code", Text))
    op.add_column("feeds", Column("face_fields", ARRAY(Text), nullable=False, server_default=text("'{}'")))
    for table in ("licenses", "license_versions"):
        where = text(f"{QR} is not null")
        op.create_index(f"ix_{table}_qr_payload", table, [text(QR)], postgresql_using="hash", postgresql_where=where)


def downgrade() -> None:
    """Take it away."""
    for table in ("license_versions", "licenses"):
        op.drop_index(f"ix_{table}_qr_payload", table)
    op.drop_column("feeds", "face_fields")
    op.drop_column("inquiries", "result_code")
    for table in ("consumer_grants", "consumers"):
        op.drop_table(table)

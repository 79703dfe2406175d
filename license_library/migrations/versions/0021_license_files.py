"""Add the files of licenses and the working copies made of them.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "license_files",
        Column("file_id", BigInteger, Identity(always=True), primary_key=True),
        Column("license_id", BigInteger, nullable=False),
        Column("version_count", Integer, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("kind", Text, nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
        Column("name", Text, nullable=False),
        Column("attached_by", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("attached_at", DateTime(timezone=True), nullable=False),
        Column("withdrawn_at", DateTime(timezone=True)),
        Column("withdrawn_by", Text),
        UniqueConstraint("license_id", "version_count", "digest"),
        Index("ix_license_files_digest", "digest"),
    )
    op.create_table(
        "working_copies",
        Column("copy_id", BigInteger, Identity(always=True), primary_key=True),
        Column("identifier", Text, nullable=False),
        Column("license_id", BigInteger, nullable=False),
        Column("version_count", Integer, nullable=False),
        Column("file_id", BigInteger, ForeignKey("license_files.file_id")),
        Column("case_number", Text),
        Column("purpose", Text, nullable=False),
        Column("made_by", Text, nullable=False),
        Column("consumer_id", BigInteger, ForeignKey("consumers.consumer_id")),
        Column("made_at", DateTime(timezone=True), nullable=False),
        Column("expires_at", DateTime(timezone=True), nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
        Column("link_hash", LargeBinary),
        Column("link_expires_at", DateTime(timezone=True)),
        CheckConstraint("expires_at > made_at", name="ends_after_it_was_made"),
        CheckConstraint("(link_hash is null) = (link_expires_at is null)", name="a_link_ends"),
        UniqueConstraint("identifier"),
        UniqueConstraint("link_hash"),
        Index("ix_working_copies_license_id", "license_id"),
        Index("ix_working_copies_digest", "digest"),
    )


def downgrade() -> None:
    """Drop both tables; what lies in the file store stays there."""
    op.drop_table("working_copies")
    op.drop_table("license_files")

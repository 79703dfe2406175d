"""Tables: the files of licenses, and the working copies that were made of licenses."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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
)

from license_library.tables.columns import instant, metadata

license_files = Table(
    "license_files",
    metadata,
    Column("file_id", BigInteger, Identity(always=True), primary_key=True),
    Column("license_id", BigInteger, nullable=False),
    Column("version_count", Integer, nullable=False),  # the version whose file it is
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the content, which lies in the file store
    Column("kind", Text, nullable=False),  # pdf | ofd | png | jpeg, told by the content
    Column("size_bytes", BigInteger, nullable=False),
    Column("name", Text, nullable=False),  # as it was called; only shown
    Column("fetched_from", Text),  # the address in the license's file_url; null: somebody attached it
    Column("attached_by", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    instant("attached_at", required=True),
    instant("withdrawn_at"),
    Column("withdrawn_by", Text),
    UniqueConstraint("license_id", "version_count", "digest"),
    Index("ix_license_files_digest", "digest"),
)

working_copies = Table(
    "working_copies",
    metadata,
    Column("copy_id", BigInteger, Identity(always=True), primary_key=True),
    Column("identifier", Text, nullable=False),  # what is printed on every page
    Column("license_id", BigInteger, nullable=False),
    Column("version_count", Integer, nullable=False),
    Column("file_id", BigInteger, ForeignKey("license_files.file_id")),  # its body; null: a data sheet
    Column("case_number", Text),
    Column("purpose", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("consumer_id", BigInteger, ForeignKey("consumers.consumer_id")),  # null: made by a person of the bureau
    instant("made_at", required=True),
    instant("expires_at", required=True),
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the PDF, which lies in the file store
    Column("size_bytes", BigInteger, nullable=False),
    Column("link_hash", LargeBinary),  # keyed hash of the id in a temporary address
    instant("link_expires_at"),
    CheckConstraint("expires_at > made_at", name="ends_after_it_was_made"),
    CheckConstraint("(link_hash is null) = (link_expires_at is null)", name="a_link_ends"),
    UniqueConstraint("identifier"),
    UniqueConstraint("link_hash"),
    Index("ix_working_copies_license_id", "license_id"),
    Index("ix_working_copies_digest", "digest"),
)

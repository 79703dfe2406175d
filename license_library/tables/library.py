"""Tables: the library itself: subjects, licenses and their versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from license_library.tables.columns import instant, license_columns, metadata

OLD_FORM = "code_type = '099' or code_type = '111' and octet_length(code_encrypted) = 44"  # 15 digits, sealed


def _qr_payload(name: str) -> Index:
    """Index what is printed as a QR code, where a department delivers it as the face field qr_payload, of any length."""
    payload = "(face ->> 'qr_payload')"
    where = text(f"{payload} is not null")
    return Index(name, text(payload), postgresql_using="hash", postgresql_where=where)


subjects = Table(
    "subjects",
    metadata,
    Column("subject_id", BigInteger, Identity(always=True), primary_key=True),
    Column("holder_hash", LargeBinary, nullable=False),
    Column("code_type", Text, nullable=False),
    Column("code_encrypted", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),  # person | organisation
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # match key: NFKC, upper case, blanks and marks stripped
    instant("named_at", required=True),  # source time of the record the name came from
    instant("known_from", required=True),
    UniqueConstraint("holder_hash"),
    # An exact name, and a name from its beginning: LIKE 'x%' needs pattern order whatever the collation. By subject, so that
    # some of the many who share a name come without a sort.
    Index("ix_subjects_name_key", "name_key", "subject_id", postgresql_ops={"name_key": "text_pattern_ops"}),
    # Two-character names hold no trigram, so pairs of characters have an index of their own.
    Index("ix_subjects_name_pairs", text("name_pairs(name_key)"), postgresql_using="gin"),
    # Numbers that a newer one may hold: few among many, and known by type and length without being read.
    Index("ix_subjects_old_form", "subject_id", postgresql_where=text(OLD_FORM)),
)

licenses = Table(
    "licenses",
    metadata,
    Column("license_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    # No foreign keys: the merge joins both in the statement that writes them, and checking each row again
    # would cost it a quarter of its time.
    Column("subject_id", BigInteger, nullable=False),
    *license_columns(),
    Column("version_count", Integer, nullable=False),
    instant("known_from", required=True),
    Column("exchange_id", BigInteger, nullable=False),
    Column("mapping_version", Text, nullable=False),
    instant("unlisted_at"),  # since when the department's whole list lacks it; null: it is listed
    UniqueConstraint("department", "feed", "record_id"),
    Index("ix_licenses_unlisted", "department", "feed", postgresql_where=text("unlisted_at is not null")),
    Index("ix_licenses_subject_id", "subject_id", "license_type"),
    Index("ix_licenses_number_key", text("number_key(license_number)")),
    Index(
        "ix_licenses_license_identifier",
        "license_identifier",
        postgresql_where=text("license_identifier is not null"),
    ),
    Index("ix_licenses_replaces", text("number_key(replaces)"), postgresql_where=text("replaces is not null")),
    _qr_payload("ix_licenses_qr_payload"),
    postgresql_with={"fillfactor": 90},  # room for a new version beside the old: no index need be touched
)

# Everyone whom one version of a license lists, where it lists several; never changed, as a version never is.
license_holders = Table(
    "license_holders",
    metadata,
    Column("license_id", BigInteger, primary_key=True),
    Column("version_count", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),  # as delivered, from 1
    Column("subject_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),  # as that version had it
    Column("share", Text),
    Index("ix_license_holders_subject_id", "subject_id", "license_id", "version_count"),
)

license_versions = Table(
    "license_versions",
    metadata,
    Column("license_id", BigInteger, primary_key=True),
    Column("version_count", Integer, primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    *license_columns(),
    instant("known_from", required=True),
    instant("known_to", required=True),
    Column("exchange_id", BigInteger, nullable=False),
    Column("mapping_version", Text, nullable=False),
    Index("ix_license_versions_subject_id", "subject_id"),
    Index("ix_license_versions_number_key", text("number_key(license_number)")),
    Index(
        "ix_license_versions_license_identifier",
        "license_identifier",
        postgresql_where=text("license_identifier is not null"),
    ),
    _qr_payload("ix_license_versions_qr_payload"),
)

# Versions whose state no law lets follow the state before: told, and looked at by a person.
license_reversals = Table(
    "license_reversals",
    metadata,
    Column("license_id", BigInteger, primary_key=True),
    Column("version_count", Integer, primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("status_before", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("exchange_id", BigInteger, nullable=False),
    instant("noticed_at", required=True),
    Index("ix_license_reversals_department", "department", "feed"),
)

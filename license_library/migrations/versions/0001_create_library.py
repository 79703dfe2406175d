"""Create the library: every table, the function behind the name index, and the view over all versions.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "authorities",
    "license_types",
    "items",
    "item_materials",
    "departments",
    "feeds",
    "exchanges",
    "landed_pages",
    "staged_licenses",
    "quarantined_records",
    "quality_results",
    "subjects",
    "licenses",
    "license_versions",
    "inquiries",
)

# Pairs of adjacent characters; a name of one character is its own pair. A loop is twice as fast here as a query.
NAME_PAIRS = """
create function name_pairs(name text) returns text[]
language plpgsql immutable strict parallel safe
as $$
declare pairs text[] := '{}';
begin
  for i in 1..greatest(char_length(name) - 1, 1) loop
    pairs := pairs || substr(name, i, 2);
  end loop;
  return pairs;
end $$
"""

SHARED_COLUMNS = """license_id, version_count, department, feed, subject_id, record_id, license_identifier,
 identifier_class, license_type, license_name, license_number, version_number, issuer_name, issuer_code, issued_on,
 holder_name, valid_from, valid_to, open_ended, area_code, item_code, item_name, status, changed_on, change_reason,
 file_url, face, source_updated_at, digest, page_number, position, exchange_id, mapping_version, known_from"""

# Every version of every license in one shape; known_to is null for the one that is current.
LICENSE_HISTORY = f"""
create view license_history as
select {SHARED_COLUMNS}, null::timestamptz as known_to from licenses
union all
select {SHARED_COLUMNS}, known_to from license_versions
"""  # noqa: S608 - constants of this file


def upgrade() -> None:
    """Create everything."""
    # Only to prove that the locale reads Chinese; the library searches by pairs.
    op.execute("create extension if not exists pg_trgm")
    op.execute(NAME_PAIRS)
    _create_catalogue()
    _create_exchanges()
    _create_waiting_rooms()
    _create_library()
    _create_inquiries()
    op.execute(LICENSE_HISTORY)


def downgrade() -> None:
    """Drop everything again; the extension stays, others may use it."""
    op.execute("drop view license_history")
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute("drop function name_pairs(text)")


def _instant(name: str, *, required: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not required)


def _license_columns() -> list[Column[object]]:
    """The columns that staged, current and historical licenses share, fresh objects at each call."""
    return [
        Column("record_id", Text, nullable=False),
        Column("license_identifier", Text),
        Column("identifier_class", Text),  # valid | legacy
        Column("license_type", Text, nullable=False),
        Column("license_name", Text),
        Column("license_number", Text, nullable=False),
        Column("version_number", Text),
        Column("issuer_name", Text, nullable=False),
        Column("issuer_code", Text),
        Column("issued_on", Date, nullable=False),
        Column("holder_name", Text, nullable=False),
        Column("valid_from", Date),
        Column("valid_to", Date),
        Column("open_ended", Boolean, nullable=False),
        Column("area_code", Text, nullable=False),
        Column("item_code", Text),
        Column("item_name", Text),
        Column("status", Text, nullable=False),
        Column("changed_on", Date),
        Column("change_reason", Text),
        Column("file_url", Text),
        Column("face", JSONB),
        _instant("source_updated_at", required=True),
        Column("digest", LargeBinary, nullable=False),  # sha256 over the mapped record
        Column("page_number", Integer, nullable=False),
        Column("position", Integer, nullable=False),
    ]


def _create_catalogue() -> None:
    """The catalogue: who issues what, which item asks for which license."""
    op.create_table(
        "authorities",
        Column("authority_id", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("uscc", Text),
        Column("kind", Text, nullable=False),  # department | vertical | dept_sub | upper
        Column("line", Text),
    )

    op.create_table(
        "license_types",
        Column("license_type", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("issuer_id", Text, ForeignKey("authorities.authority_id"), nullable=False),
        Column("holder_code_type", Text, nullable=False),  # 001 | 111 | both
        Column("validity_years", Float),
        Column("type_code", Text),  # 证照类型代码, 21 characters, where known
    )

    op.create_table(
        "items",
        Column("item_code", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("line", Text, nullable=False),
        Column("department_id", Text, ForeignKey("authorities.authority_id"), nullable=False),
        Column("item_type", Text, nullable=False),
        Column("applicant_kind", Text, nullable=False),
        Column("case_type", Text, nullable=False),
        Column("legal_days", Integer),
        Column("promised_days", Integer),
        Column("delegation", Text),
        Column("produces_type", Text, ForeignKey("license_types.license_type")),
    )

    op.create_table(
        "item_materials",
        Column("item_code", Text, ForeignKey("items.item_code"), primary_key=True),
        Column("ordinal", Integer, primary_key=True),
        Column("name", Text, nullable=False),
        Column("origin", Text, nullable=False),  # license | self | agency
        Column("license_type", Text, ForeignKey("license_types.license_type")),
        Column("required", Boolean, nullable=False),
        Column("note", Text),
        CheckConstraint("(origin = 'license') = (license_type is not null)", name="license_origin_has_type"),
    )


def _create_exchanges() -> None:
    """Declared departments, their feeds, and every exchange with them."""
    op.create_table(
        "departments",
        Column("department", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("uscc", Text),
        Column("network", Text),
        Column("contact", Text),
        Column("transport", Text, nullable=False),
        Column("declaration_digest", Text, nullable=False),
        _instant("declared_at", required=True),
    )

    op.create_table(
        "feeds",
        Column("department", Text, ForeignKey("departments.department"), primary_key=True),
        Column("feed", Text, primary_key=True),
        Column("record_type", Text, nullable=False),
        Column("catalogue_code", Text),
        Column("basis", Text),
        Column("purpose", Text),
        Column("license_types", ARRAY(Text), nullable=False),
        Column("fresh_seconds", Integer, nullable=False),
        _instant("cursor_at"),  # newest source time that was merged
        _instant("fresh_at"),  # when the last merged exchange began to land: the feed is known up to here
        Column("epoch", BigInteger, nullable=False, server_default=text("0")),  # fencing: raised by every exchange
        Index("ix_feeds_license_types", "license_types", postgresql_using="gin"),
    )

    op.create_table(
        "exchanges",
        Column("exchange_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        # landing | landed | checked | merged | held | discarded | failed
        Column("state", Text, nullable=False),
        _instant("since_at"),
        _instant("cursor_at"),
        _instant("started_at", required=True),
        _instant("lease_until", required=True),
        Column("lease_seconds", Integer, nullable=False),  # how far every sign of life moves lease_until
        _instant("landed_at"),
        _instant("checked_at"),
        _instant("finished_at"),
        Column("mapping_version", Text, nullable=False),
        Column("rule_version", Text),
        Column("page_count", Integer, nullable=False, server_default=text("0")),
        Column("received_count", BigInteger, nullable=False, server_default=text("0")),
        Column("merged_count", BigInteger, nullable=False, server_default=text("0")),
        Column("unchanged_count", BigInteger, nullable=False, server_default=text("0")),
        Column("quarantined_count", BigInteger, nullable=False, server_default=text("0")),
        Column("held_count", BigInteger, nullable=False, server_default=text("0")),
        Column("hold_reason", Text),
        Column("error_code", Text),
        Column("error_message", Text),
        ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
        CheckConstraint(
            "state not in ('merged', 'held', 'discarded')"
            " or received_count = merged_count + unchanged_count + quarantined_count + held_count",
            name="conservation",
        ),
        Index("ix_exchanges_department_feed", "department", "feed", "exchange_id"),
        Index(
            "uq_exchanges_one_open",
            "department",
            "feed",
            unique=True,
            postgresql_where=text("state in ('landing', 'landed', 'checked')"),
        ),
    )

    op.create_table(
        "landed_pages",
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
        Column("page_number", Integer, primary_key=True),
        Column("request", Text, nullable=False),  # what was asked, without secrets
        Column("media_type", Text, nullable=False),
        Column("http_status", Integer, nullable=False),
        Column("digest", LargeBinary, nullable=False),  # sha256 of the bytes as received
        Column("size_bytes", BigInteger, nullable=False),
        Column("body", LargeBinary),  # compressed, then encrypted; null once its retention has passed
        _instant("requested_at", required=True),
        _instant("first_byte_at", required=True),
        _instant("received_at", required=True),
        _instant("stored_at", required=True),
    )


def _create_waiting_rooms() -> None:
    """Records between check and merge, and those that must wait."""
    op.create_table(
        "staged_licenses",
        Column("exchange_id", BigInteger, nullable=False),
        Column("holder_hash", LargeBinary, nullable=False),  # keyed hash of holder_code_type and holder_code
        Column("holder_code_type", Text, nullable=False),
        Column("holder_code_encrypted", LargeBinary, nullable=False),
        Column("holder_name_key", Text, nullable=False),
        *_license_columns(),
        # A record that is staged twice, by a task and its orphan, is refused here.
        PrimaryKeyConstraint("exchange_id", "page_number", "position"),
    )

    op.create_table(
        "quarantined_records",
        Column("quarantine_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        Column("record_id", Text),
        Column("license_type", Text),
        Column("holder_hash", LargeBinary),  # where the holder's code could be read
        Column("problems", JSONB, nullable=False),  # [{code, field, expected, got}], nothing personal in it
        Column("codes", ARRAY(Text), nullable=False),
        Column("digest", LargeBinary, nullable=False),  # sha256 of the source row, so that the same bad row is one case
        Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
        Column("page_number", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        Column("mapping_version", Text, nullable=False),
        Column("rule_version", Text, nullable=False),
        Column("state", Text, nullable=False),  # open | mended | discarded
        Column("tries", Integer, nullable=False, server_default=text("1")),
        _instant("first_seen_at", required=True),
        _instant("last_seen_at", required=True),
        UniqueConstraint("department", "feed", "digest"),
        Index("ix_quarantined_records_department", "department", "feed", "state"),
        Index("ix_quarantined_records_holder_hash", "holder_hash", postgresql_where=text("state = 'open'")),
        Index("ix_quarantined_records_record_id", "record_id", postgresql_where=text("state = 'open'")),
        Index("ix_quarantined_records_codes", "codes", postgresql_using="gin"),
    )

    op.create_table(
        "quality_results",
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
    )


def _create_library() -> None:
    """The library."""
    op.create_table(
        "subjects",
        Column("subject_id", BigInteger, Identity(always=True), primary_key=True),
        Column("holder_hash", LargeBinary, nullable=False),
        Column("code_type", Text, nullable=False),
        Column("code_encrypted", LargeBinary, nullable=False),
        Column("kind", Text, nullable=False),  # person | organisation
        Column("name", Text, nullable=False),
        Column("name_key", Text, nullable=False),  # match key: NFKC, upper case, blanks and marks stripped
        _instant("named_at", required=True),  # source time of the record the name came from
        _instant("known_from", required=True),
        UniqueConstraint("holder_hash"),
        # An exact name, and a name from its beginning: LIKE 'x%' needs pattern order whatever the collation.
        Index("ix_subjects_name_key", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}),
        # Two-character names hold no trigram, so pairs of characters have an index of their own.
        Index("ix_subjects_name_pairs", text("name_pairs(name_key)"), postgresql_using="gin"),
    )

    op.create_table(
        "licenses",
        Column("license_id", BigInteger, Identity(always=True), primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        # No foreign keys: the merge joins both in the statement that writes them, and checking each row again
        # would cost it a quarter of its time.
        Column("subject_id", BigInteger, nullable=False),
        *_license_columns(),
        Column("version_count", Integer, nullable=False),
        _instant("known_from", required=True),
        Column("exchange_id", BigInteger, nullable=False),
        Column("mapping_version", Text, nullable=False),
        UniqueConstraint("department", "feed", "record_id"),
        Index("ix_licenses_subject_id", "subject_id", "license_type"),
        Index("ix_licenses_license_number", "license_number"),
        Index(
            "ix_licenses_license_identifier",
            "license_identifier",
            postgresql_where=text("license_identifier is not null"),
        ),
        postgresql_with={"fillfactor": 90},  # room for a new version beside the old: no index need be touched
    )

    op.create_table(
        "license_versions",
        Column("license_id", BigInteger, primary_key=True),
        Column("version_count", Integer, primary_key=True),
        Column("department", Text, nullable=False),
        Column("feed", Text, nullable=False),
        Column("subject_id", BigInteger, nullable=False),
        *_license_columns(),
        _instant("known_from", required=True),
        _instant("known_to", required=True),
        Column("exchange_id", BigInteger, nullable=False),
        Column("mapping_version", Text, nullable=False),
    )


def _create_inquiries() -> None:
    """Who asked what, and why."""
    op.create_table(
        "inquiries",
        Column("inquiry_id", BigInteger, Identity(always=True), primary_key=True),
        _instant("asked_at", required=True),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("question_hash", LargeBinary),  # keyed hash of what was asked, never the value itself
        Column("result_count", Integer, nullable=False),
        Column("denied", Boolean, nullable=False, server_default=text("false")),
        Index("ix_inquiries_asked_at", "asked_at"),
    )

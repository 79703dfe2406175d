"""Every table of the library, in one place a DBA can read.

Only this room knows these names. Columns: `_id` ours, `_number` printed on the license, `_code` from a closed
list, `_on` a date, `_at` a UTC instant, `_count` a count, `department` and `feed` the names of a declaration.
"""

from __future__ import annotations

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
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _instant(name: str, *, required: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not required)


# --- the catalogue: who issues what, which item asks for which license -----------------------------------------

authorities = Table(
    "authorities",
    metadata,
    Column("authority_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("uscc", Text),
    Column("kind", Text, nullable=False),  # department | vertical | dept_sub | upper
    Column("line", Text),
)

license_types = Table(
    "license_types",
    metadata,
    Column("license_type", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issuer_id", Text, ForeignKey("authorities.authority_id"), nullable=False),
    Column("holder_code_type", Text, nullable=False),  # 001 | 111 | both
    Column("validity_years", Float),
    Column("type_code", Text),  # 证照类型代码, 21 characters, where known
)

items = Table(
    "items",
    metadata,
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

item_materials = Table(
    "item_materials",
    metadata,
    Column("item_code", Text, ForeignKey("items.item_code"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("origin", Text, nullable=False),  # license | self | agency
    Column("license_type", Text, ForeignKey("license_types.license_type")),
    Column("required", Boolean, nullable=False),
    Column("note", Text),
    CheckConstraint("(origin = 'license') = (license_type is not null)", name="license_origin_has_type"),
)

# --- declared departments, their feeds, and every exchange with them --------------------------------------------

departments = Table(
    "departments",
    metadata,
    Column("department", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("uscc", Text),
    Column("network", Text),
    Column("contact", Text),
    Column("transport", Text, nullable=False),
    Column("declaration_digest", Text, nullable=False),
    _instant("declared_at", required=True),
)

feeds = Table(
    "feeds",
    metadata,
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
    Column("mapping_digest", Text),  # of the declaration as last seen; what an activation is for
    Index("ix_feeds_license_types", "license_types", postgresql_using="gin"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("exchange_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    # landing | landed | checked | merged | held | discarded | shadowed | failed
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
    Column("holder", Text),  # host and process id, while one process holds it to its end; see attendance.py
    # Beside the library: compared with it, never merged, the feed's cursor untouched.
    Column("is_shadow", Boolean, nullable=False, server_default=text("false")),
    ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
    CheckConstraint(
        "state not in ('merged', 'held', 'discarded', 'shadowed')"
        " or received_count = merged_count + unchanged_count + quarantined_count + held_count",
        name="conservation",
    ),
    CheckConstraint("not is_shadow or state not in ('merged', 'held')", name="shadow_is_not_merged"),
    Index("ix_exchanges_department_feed", "department", "feed", "exchange_id"),
    Index(
        "uq_exchanges_one_open",
        "department",
        "feed",
        unique=True,
        postgresql_where=text("state in ('landing', 'landed', 'checked')"),
    ),
)

landed_pages = Table(
    "landed_pages",
    metadata,
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

# --- records between check and merge, and those that must wait --------------------------------------------------


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


staged_licenses = Table(
    "staged_licenses",
    metadata,
    Column("exchange_id", BigInteger, nullable=False),
    Column("holder_hash", LargeBinary, nullable=False),  # keyed hash of holder_code_type and holder_code
    Column("holder_code_type", Text, nullable=False),
    Column("holder_code_encrypted", LargeBinary, nullable=False),
    Column("holder_name_key", Text, nullable=False),
    *_license_columns(),
    # A record that is staged twice, by a task and its orphan, is refused here.
    PrimaryKeyConstraint("exchange_id", "page_number", "position"),
)

quarantined_records = Table(
    "quarantined_records",
    metadata,
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
)

# --- the library ------------------------------------------------------------------------------------------------

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
    _instant("named_at", required=True),  # source time of the record the name came from
    _instant("known_from", required=True),
    UniqueConstraint("holder_hash"),
    # An exact name, and a name from its beginning: LIKE 'x%' needs pattern order whatever the collation.
    Index("ix_subjects_name_key", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}),
    # Two-character names hold no trigram, so pairs of characters have an index of their own.
    Index("ix_subjects_name_pairs", text("name_pairs(name_key)"), postgresql_using="gin"),
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

license_versions = Table(
    "license_versions",
    metadata,
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

# --- what the hub owes departments -------------------------------------------------------------------------------

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", BigInteger, Identity(always=True), primary_key=True),
    Column("delivery_key", Text, nullable=False),  # travels with it; the same key is the same delivery
    Column("department", Text, ForeignKey("departments.department"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("sequence", Integer, nullable=False),  # order within the case: a later one never overtakes
    Column("class", Text, nullable=False),  # A idempotency key | B can be asked | C neither
    Column("payload", LargeBinary, nullable=False),  # encrypted
    # waiting | claimed | sent | acknowledged | done | refused | to_verify | cancelled
    Column("state", Text, nullable=False),
    Column("is_doubtful", Boolean, nullable=False, server_default=text("false")),  # it may have arrived
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("epoch", BigInteger, nullable=False, server_default=text("0")),  # fencing: raised by every claim
    _instant("lease_until"),
    _instant("next_try_at", required=True),  # while acknowledged: when its receipt is asked for
    Column("number", Text),  # the department's own
    Column("reason_code", Text),  # why it is where it is
    Column("answer", Text),  # the department's words or ours, short, nothing personal
    _instant("enqueued_at", required=True),
    _instant("owed_at", required=True),  # since when it is tried: enqueued, or sent again by a person
    _instant("sent_at"),
    _instant("answered_at"),  # the department last said something definite
    _instant("failed_at"),  # the department was last found down
    _instant("acknowledged_at"),
    _instant("finished_at"),
    Column("verified_by", Text),
    Column("decision", Text),  # arrived | resend | cancel
    _instant("verified_at"),
    UniqueConstraint("delivery_key"),
    UniqueConstraint("department", "case_number", "sequence"),
    CheckConstraint("class in ('A', 'B', 'C')", name="class"),
    CheckConstraint(
        "state in ('waiting', 'claimed', 'sent', 'acknowledged', 'done', 'refused', 'to_verify', 'cancelled')",
        name="state",
    ),
    CheckConstraint("(state in ('claimed', 'sent')) = (lease_until is not null)", name="leased_when"),
    CheckConstraint("(state in ('done', 'cancelled')) = (finished_at is not null)", name="finished_when"),
    CheckConstraint("(verified_by is null) = (verified_at is null)", name="verified_when"),
    Index(
        "ix_deliveries_open",
        "department",
        "next_try_at",
        postgresql_where=text("state in ('waiting', 'claimed', 'sent', 'acknowledged')"),
    ),
    Index("ix_deliveries_answered_at", "department", "answered_at"),
    Index("ix_deliveries_failed_at", "department", "failed_at", postgresql_where=text("failed_at is not null")),
)

# --- who asked what, and why ------------------------------------------------------------------------------------

inquiries = Table(
    "inquiries",
    metadata,
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

# --- what somebody must look after, and who let a mapping in ----------------------------------------------------

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, ForeignKey("departments.department"), nullable=False),
    Column("feed", Text, nullable=False),  # empty: the whole department
    Column("kind", Text, nullable=False),  # drift, …
    Column("cause", Text, nullable=False),  # what it is about, always the same for the same cause
    Column("severity", Text, nullable=False),  # notice | warning | critical
    Column("words_zh", Text, nullable=False),
    Column("words_en", Text, nullable=False),
    Column("state", Text, nullable=False),  # open | acknowledged | muted | resolved
    Column("seen_count", Integer, nullable=False, server_default=text("1")),
    _instant("first_seen_at", required=True),
    _instant("last_seen_at", required=True),
    _instant("decided_at"),  # acknowledged or muted
    Column("decided_by", Text),
    Column("note", Text),
    _instant("resolved_at"),
    CheckConstraint("(state = 'resolved') = (resolved_at is not null)", name="resolved_when"),
    Index(
        "uq_incidents_one_for_each_cause",
        "department",
        "feed",
        "kind",
        "cause",
        unique=True,
        postgresql_where=text("state <> 'resolved'"),
    ),
)

shadow_changes = Table(
    "shadow_changes",
    metadata,
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
    Column("kind", Text, primary_key=True),  # record | field | reason
    Column("name", Text, primary_key=True),  # new, changed, versions; a field of the record type; a problem code
    Column("found_count", BigInteger, nullable=False),
    Column("emptied_count", BigInteger, nullable=False, server_default=text("0")),  # of a field: had a value, has none
    Column("examples", ARRAY(Text), nullable=False),  # the department's own record ids, a few
)

activations = Table(
    "activations",
    metadata,
    Column("activation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("department", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column(
        "mapping_digest", Text, nullable=False
    ),  # what decides what a record means; see connectors/mapping_digest.py
    Column("declaration_digest", Text, nullable=False),
    Column("shadow_exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
    Column("state", Text, nullable=False),  # proposed | active | replaced | withdrawn
    Column("proposed_by", Text, nullable=False),
    _instant("proposed_at", required=True),
    Column("approved_by", Text),
    _instant("approved_at"),
    ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
    CheckConstraint("lower(approved_by) <> lower(proposed_by)", name="two_persons"),
    CheckConstraint("(state in ('active', 'replaced')) = (approved_at is not null)", name="approved_when"),
    *(
        Index(
            f"uq_activations_one_{state}",
            "department",
            "feed",
            unique=True,
            postgresql_where=text(f"state = '{state}'"),
        )
        for state in ("proposed", "active")
    ),
)

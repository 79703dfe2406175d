"""Tables: declared departments, their feeds, and every exchange with them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from license_library.tables.columns import instant, metadata

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
    instant("declared_at", required=True),
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
    instant("cursor_at"),  # newest source time that was merged
    instant("fresh_at"),  # when the last merged exchange began to land: the feed is known up to here
    Column("epoch", BigInteger, nullable=False, server_default=text("0")),  # fencing: raised by every exchange
    Column("mapping_digest", Text),  # of the declaration as last seen; what an activation is for
    Column("face_fields", ARRAY(Text), nullable=False, server_default=text("'{}'")),  # as declared
    Index("ix_feeds_license_types", "license_types", postgresql_using="gin"),
)

mappings = Table(
    "mappings",
    metadata,
    Column("department", Text, primary_key=True),
    Column("feed", Text, primary_key=True),
    Column("mapping_version", Text, primary_key=True),
    instant("described_at", required=True),
    Column("fields", JSONB, nullable=False),  # [{field, sources, paths, zh, en, is_personal}]
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
    instant("since_at"),
    instant("cursor_at"),
    instant("started_at", required=True),
    instant("lease_until", required=True),
    Column("lease_seconds", Integer, nullable=False),  # how far every sign of life moves lease_until
    instant("landed_at"),
    instant("checked_at"),
    instant("finished_at"),
    Column("mapping_version", Text, nullable=False),
    Column("rule_version", Text),
    Column("page_count", Integer, nullable=False, server_default=text("0")),
    Column("received_count", BigInteger, nullable=False, server_default=text("0")),
    Column("merged_count", BigInteger, nullable=False, server_default=text("0")),
    Column("unchanged_count", BigInteger, nullable=False, server_default=text("0")),
    # Bad rows among the unchanged that only good rows of this exchange have overtaken: they wait where it is discarded.
    Column("overtaken_count", BigInteger, nullable=False, server_default=text("0")),
    Column("quarantined_count", BigInteger, nullable=False, server_default=text("0")),
    Column("held_count", BigInteger, nullable=False, server_default=text("0")),
    Column("hold_reasons", JSONB),  # [{code, values}]: why it is or was held, or would be; see hold_reasons.py
    Column("error_code", Text),
    Column("error_message", Text),
    instant("retry_at"),  # of one that found the department down: until when that is left alone; see sparing.py
    # pull | replay | keys: only records that were asked for by key
    Column("kind", Text, nullable=False, server_default=text("'pull'")),
    Column("holder", Text),  # host and process id, while one process holds it to its end; see attendance.py
    # Beside the library: compared with it, never merged, the feed's cursor untouched.
    Column("is_shadow", Boolean, nullable=False, server_default=text("false")),
    ForeignKeyConstraint(["department", "feed"], ["feeds.department", "feeds.feed"]),
    CheckConstraint(
        "state not in ('merged', 'held', 'discarded', 'shadowed')"
        " or received_count = merged_count + unchanged_count + quarantined_count + held_count",
        name="conservation",
    ),
    CheckConstraint("kind in ('pull', 'replay', 'keys')", name="kind"),
    CheckConstraint("not is_shadow or state not in ('merged', 'held')", name="shadow_is_not_merged"),
    Index("ix_exchanges_department_feed", "department", "feed", "exchange_id"),
    Index("ix_exchanges_held", "department", "feed", "exchange_id", postgresql_where=text("state = 'held'")),
    Index(  # since when a feed is known
        "ix_exchanges_known",
        "department",
        "feed",
        "finished_at",
        postgresql_where=text("state = 'merged' and kind = 'pull'"),
    ),
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
    instant("requested_at", required=True),
    instant("first_byte_at", required=True),
    instant("received_at", required=True),
    instant("stored_at", required=True),
)

exchange_measures = Table(
    "exchange_measures",
    metadata,
    Column("exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), primary_key=True),
    Column("measure", Text, primary_key=True),  # filled | problem | duplicate | contradiction | promise
    Column("name", Text, primary_key=True),  # a field, a problem code, a rule
    Column("found_count", BigInteger, nullable=False),
    Column("of_count", BigInteger, nullable=False),
    CheckConstraint("found_count between 0 and of_count", name="found_of"),
)

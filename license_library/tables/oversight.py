"""Tables: what somebody must look after, and who let a mapping in."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from license_library.tables.columns import instant, metadata

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
    instant("first_seen_at", required=True),
    instant("last_seen_at", required=True),
    instant("decided_at"),  # acknowledged or muted
    Column("decided_by", Text),
    Column("note", Text),
    Column("assigned_to", Text),
    instant("muted_until"),
    Column("reopened_count", Integer, nullable=False, server_default=text("0")),
    instant("resolved_at"),
    CheckConstraint("(state = 'resolved') = (resolved_at is not null)", name="resolved_when"),
    CheckConstraint("(state = 'muted') = (muted_until is not null)", name="muted_until_when"),
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

incident_events = Table(
    "incident_events",
    metadata,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("incident_id", BigInteger, ForeignKey("incidents.incident_id"), nullable=False, index=True),
    instant("happened_at", required=True),
    # opened | acknowledged | assigned | muted | mute_ended | resolved | reopened; released | discarded: its held batch
    Column("what", Text, nullable=False),
    Column("who", Text),  # null: by itself
    Column("note", Text),
)

incident_alerts = Table(
    "incident_alerts",
    metadata,
    Column("alert_id", BigInteger, Identity(always=True), primary_key=True),
    Column("incident_id", BigInteger, ForeignKey("incidents.incident_id"), nullable=False),
    Column("channel", Text, nullable=False),  # mail | webhook
    instant("due_at", required=True),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    instant("claimed_until"),  # one run sends it now; another waits until then
    instant("tried_at"),
    Column("failure", Text),  # of the last try: in our words
    instant("sent_at"),
    Column("sent_on", Date),  # the bureau's day: one alert for each incident and channel a day
    CheckConstraint("(sent_at is null) = (sent_on is null)", name="sent_when"),
    UniqueConstraint("incident_id", "channel", "sent_on"),
    Index(
        "uq_incident_alerts_one_due", "incident_id", "channel", unique=True, postgresql_where=text("sent_at is null")
    ),
)

kept_declarations = Table(
    "kept_declarations",
    metadata,
    Column("mapping_version", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("packed", LargeBinary, nullable=False),  # declaration and contract; nothing of a connection
    instant("kept_at", required=True),
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
    ),  # what decides what a record means; see connectors/declarations/mapping_digest.py
    Column("declaration_digest", Text, nullable=False),
    Column("shadow_exchange_id", BigInteger, ForeignKey("exchanges.exchange_id"), nullable=False),
    Column("state", Text, nullable=False),  # proposed | active | replaced | withdrawn
    Column("proposed_by", Text, nullable=False),
    instant("proposed_at", required=True),
    Column("approved_by", Text),
    instant("approved_at"),
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

"""Let incidents be assigned, muted until a day and reopened; keep their history and what was alerted.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables; what was muted without an end is muted for another week."""
    op.add_column("incidents", Column("assigned_to", Text))
    op.add_column("incidents", Column("muted_until", DateTime(timezone=True)))
    op.add_column("incidents", Column("reopened_count", Integer, nullable=False, server_default=text("0")))
    op.execute("update incidents set muted_until = now() + interval '7 days' where state = 'muted'")
    op.create_check_constraint(
        op.f("ck_incidents_muted_until_when"), "incidents", "(state = 'muted') = (muted_until is not null)"
    )
    _create_events()
    _create_alerts()


def downgrade() -> None:
    """Forget them."""
    op.drop_table("incident_alerts")
    op.drop_table("incident_events")
    op.drop_constraint(op.f("ck_incidents_muted_until_when"), "incidents")
    for column in ("reopened_count", "muted_until", "assigned_to"):
        op.drop_column("incidents", column)


def _create_events() -> None:
    op.create_table(
        "incident_events",
        Column("event_id", BigInteger, Identity(always=True), primary_key=True),
        Column("incident_id", BigInteger, ForeignKey("incidents.incident_id"), nullable=False, index=True),
        Column("happened_at", DateTime(timezone=True), nullable=False),
        Column("what", Text, nullable=False),
        Column("who", Text),
        Column("note", Text),
    )


def _create_alerts() -> None:
    op.create_table(
        "incident_alerts",
        Column("alert_id", BigInteger, Identity(always=True), primary_key=True),
        Column("incident_id", BigInteger, ForeignKey("incidents.incident_id"), nullable=False),
        Column("channel", Text, nullable=False),
        Column("due_at", DateTime(timezone=True), nullable=False),
        Column("tries", Integer, nullable=False, server_default=text("0")),
        Column("claimed_until", DateTime(timezone=True)),
        Column("tried_at", DateTime(timezone=True)),
        Column("failure", Text),
        Column("sent_at", DateTime(timezone=True)),
        Column("sent_on", Date),
        CheckConstraint("(sent_at is null) = (sent_on is null)", name="sent_when"),
        UniqueConstraint("incident_id", "channel", "sent_on"),
        Index(
            "uq_incident_alerts_one_due",
            "incident_id",
            "channel",
            unique=True,
            postgresql_where=text("sent_at is null"),
        ),
    )

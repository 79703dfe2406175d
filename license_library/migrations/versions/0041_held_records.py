"""Keep what held batches say under indexes, so that no question reads all that is staged.

Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

# What is held today, as the library writes it from now on.
FILL = (
    """
    insert into held_records (exchange_id, page_number, position, department, feed, record_id, license_type,
      license_identifier, identifier_family, number_key, replaces_key, issued_on, status, changed_on, source_updated_at, digest)
    select s.exchange_id, s.page_number, s.position, e.department, e.feed, s.record_id, s.license_type, s.license_identifier,
      case when starts_with(s.license_identifier, '1.2.156.3005.2.') then left(s.license_identifier, -5)
        else s.license_identifier end,
      number_key(s.license_number), number_key(s.replaces), s.issued_on, s.status, s.changed_on, s.source_updated_at, s.digest
    from exchanges e join staged_licenses s using (exchange_id) where e.state = 'held'
    """,
    """
    insert into held_holders (exchange_id, page_number, position, holder_hash, holder_name_key)
    select s.exchange_id, s.page_number, s.position, s.holder_hash, s.holder_name_key
    from exchanges e join staged_licenses s using (exchange_id) where e.state = 'held'
    union
    select h.exchange_id, h.page_number, h.position, h.holder_hash, h.holder_name_key
    from exchanges e join staged_holders h using (exchange_id) where e.state = 'held'
    """,
    "analyze held_records",
    "analyze held_holders",
)

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and what is held today."""
    op.create_table(
        "held_records",
        *_place(),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("department", "feed", "record_id", "license_type")),
        *(sa.Column(name, sa.Text) for name in ("license_identifier", "identifier_family")),
        sa.Column("number_key", sa.Text, nullable=False),
        sa.Column("replaces_key", sa.Text),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("changed_on", sa.Date),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", "page_number", "position", name="pk_held_records"),
    )
    op.create_table(
        "held_holders",
        *_place(),
        sa.Column("holder_hash", sa.LargeBinary, nullable=False),
        sa.Column("holder_name_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(
            "exchange_id", "page_number", "position", "holder_hash", "holder_name_key", name="pk_held_holders"
        ),
    )
    _index()
    for statement in FILL:
        op.execute(statement)


def downgrade() -> None:
    """Drop both; what is held stays staged."""
    op.drop_table("held_holders")
    op.drop_table("held_records")


def _place() -> list[sa.Column[int]]:
    kinds = {"exchange_id": sa.BigInteger, "page_number": sa.Integer, "position": sa.Integer}
    return [sa.Column(name, kind, nullable=False) for name, kind in kinds.items()]


def _index() -> None:
    records = "held_records"
    op.create_index("ix_held_records_record_id", records, ["record_id", "feed", "department"])
    op.create_index("ix_held_records_type", records, ["license_type", "exchange_id", "page_number", "position"])
    for name, column in (("family", "identifier_family"), ("replaces_key", "replaces_key")):
        op.create_index(f"ix_held_records_{name}", records, [column], postgresql_where=sa.text(f"{column} is not null"))
    op.create_index("ix_held_records_number_key", records, ["number_key"])
    op.create_index("ix_held_holders_holder_hash", "held_holders", ["holder_hash"])

"""Add what subjects are found by beside their name: former names, plain forms, words of their own, sounds.

Every subject that is there waits for its keys, which `hub db up` and the next merge make.
Frozen: later changes of tables/ are later revisions.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and let every subject wait for its keys."""
    op.create_table(
        "former_names",
        Column("subject_id", BigInteger, primary_key=True, autoincrement=False),
        Column("ordinal", Integer, primary_key=True, autoincrement=False),
        Column("name", Text, nullable=False),
        Column("named_at", DateTime(timezone=True), nullable=False),
        Column("replaced_at", DateTime(timezone=True), nullable=False),
    )
    op.create_table("subjects_to_key", Column("subject_id", BigInteger, nullable=False))
    op.create_table(
        "subject_keys",
        Column("subject_id", BigInteger, primary_key=True, autoincrement=False),
        Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),
        Column("former_name", Text),
        Column("other_key", Text),
        Column("core_key", Text),
        Column("sounds", ARRAY(Text), nullable=False),
        Column("organisation_hash", LargeBinary),
        Column("keys_version", Integer, nullable=False),
    )
    _index()
    op.execute("insert into subjects_to_key select subject_id from subjects")


def _index() -> None:
    op.create_index("ix_subject_keys_sounds", "subject_keys", ["sounds"], postgresql_using="gin")
    for column in ("core_key", "organisation_hash"):
        where = text(f"{column} is not null")
        op.create_index(f"ix_subject_keys_{column}", "subject_keys", [column], postgresql_where=where)
    op.create_index(
        "ix_subject_keys_other_pairs",
        "subject_keys",
        [text("name_pairs(other_key)")],
        postgresql_using="gin",
        postgresql_where=text("other_key is not null"),
    )


def downgrade() -> None:
    """Forget them."""
    for name in ("subject_keys", "subjects_to_key", "former_names"):
        op.drop_table(name)

"""Tables: whether anything may leave at all, and on which line of history the database runs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, Index, Integer, Table, Text, text

from license_library.tables.columns import instant, metadata

# A restore or a failover begins a new timeline; a dump is read into another cluster, or into tables made anew; `create database …
# template` keeps the oid of a table and gives the database another. A row that is rewritten or moved keeps both.
database_line = Table(
    "database_line",
    metadata,
    Column("only_one", Boolean, primary_key=True),  # true: there is one row or none
    Column("system_identifier", Text, nullable=False),
    Column("timeline", Integer, nullable=False),
    Column("database_oid", BigInteger, nullable=False),
    Column("table_oid", BigInteger, nullable=False),  # of this very table
    instant("noted_at", required=True),
    CheckConstraint("only_one", name="only_one"),
)

push_holds = Table(
    "push_holds",
    metadata,
    Column("hold_id", BigInteger, Identity(always=True), primary_key=True),
    Column("cause", Text, nullable=False),  # restored: the database forgot what left later | person
    Column("reason", Text, nullable=False),
    Column("began_by", Text),  # null: the hub noticed it
    instant("began_at", required=True),
    Column("ended_by", Text),
    Column("end_reason", Text),
    instant("ended_at"),
    CheckConstraint("cause in ('restored', 'person')", name="cause"),
    CheckConstraint(
        "(ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)", name="ended_whole"
    ),
    Index("ix_push_holds_open", "cause", postgresql_where=text("ended_at is null")),
)

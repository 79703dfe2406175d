"""Tables: what subjects are found by beside their name, and the names they had before.

`former_names` is a fact and is kept; `subject_keys` is derived from it and from subjects, and can be made anew.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from license_library.tables.columns import instant, metadata

former_names = Table(
    "former_names",
    metadata,
    Column("subject_id", BigInteger, primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),  # the first that was known to be given up is 1
    Column("name", Text, nullable=False),
    instant("named_at", required=True),  # source time of the record that brought it
    instant("replaced_at", required=True),  # source time of the record whose name stood then
)

# Subjects that are new or were renamed, until their keys are made. In no order, and one may stand here twice.
subjects_to_key = Table("subjects_to_key", metadata, Column("subject_id", BigInteger, nullable=False))

subject_keys = Table(
    "subject_keys",
    metadata,
    Column("subject_id", BigInteger, primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),  # 0 the name of today, then former ones
    Column("former_name", Text),  # as it was written; null: the name of today
    Column("other_key", Text),  # match key in simplified characters, where it is not the subject's own name_key
    Column("core_key", Text),  # a company's words of its own
    Column(
        "sounds", ARRAY(Text), nullable=False
    ),  # pairs of syllables and whole initials; see schemas/naming/search_keys.py
    Column("organisation_hash", LargeBinary),  # keyed hash of the organisation code inside a credit code
    Column("keys_version", Integer, nullable=False),
    Index("ix_subject_keys_sounds", "sounds", postgresql_using="gin"),
    Index("ix_subject_keys_core_key", "core_key", "subject_id", postgresql_where=text("core_key is not null")),
    Index(
        "ix_subject_keys_other_pairs",
        text("name_pairs(other_key)"),
        postgresql_using="gin",
        postgresql_where=text("other_key is not null"),
    ),
    Index(
        "ix_subject_keys_organisation_hash",
        "organisation_hash",
        postgresql_where=text("organisation_hash is not null"),
    ),
)

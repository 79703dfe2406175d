"""Tables: under which key the library is kept."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, LargeBinary, Table

from license_library.tables.columns import metadata

library_key = Table(
    "library_key",
    metadata,
    Column("only_one", Boolean, primary_key=True),  # true: there is one row or none
    Column("mark", LargeBinary, nullable=False),  # keyed hash of a constant
    CheckConstraint("only_one", name="only_one"),
)

"""What all tables share: the names of constraints, instants, and the columns of a license wherever it is kept."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def instant(name: str, *, required: bool = False) -> Column[object]:
    """Make a column of UTC instants, `_at`."""
    return Column(name, DateTime(timezone=True), nullable=not required)


def license_columns() -> list[Column[object]]:
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
        Column("replaces", Text),  # identifier, or number of the same department and type
        Column("face", JSONB),
        instant("source_updated_at", required=True),
        Column("digest", LargeBinary, nullable=False),  # sha256 over the mapped record
        Column("page_number", Integer, nullable=False),
        Column("position", Integer, nullable=False),
    ]

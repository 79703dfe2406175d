"""Tables: the catalogue: who issues what, which item asks for which license."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Float, ForeignKey, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from license_library.tables.columns import metadata

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
    # Its definition; null where it has none.
    Column("sensitivity", Text),  # public | restricted | personal
    Column("term", Text),  # open_ended | has_end | either
    Column("face_fields", JSONB),  # [{name, zh, en, kind, codes, personal, severity, required}]
    Column("replaced_by", Text, ForeignKey("license_types.license_type")),
    Column("ended_on", Date),  # from this day nobody issues it
    Column("basis", Text),
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

"""Bring the catalogue of authorities, license types and items into the library.

Knows its tables; the catalogue's content and checks are schemas' business. Loading again changes only what changed.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, text

from schemas.catalogue.catalogue import Catalogue
from schemas.catalogue.license_types import load_license_types

_AUTHORITIES = text("""
insert into authorities (authority_id, name, uscc, kind, line)
select authority_id, name, uscc, kind, line
  from jsonb_populate_recordset(cast(null as authorities), cast(:rows as jsonb))
    on conflict (authority_id) do update
   set name = excluded.name, uscc = excluded.uscc, kind = excluded.kind, line = excluded.line
""")

_LICENSE_TYPES = text("""
insert into license_types (license_type, name, kind, issuer_id, holder_code_type, validity_years, type_code,
                           sensitivity, term, face_fields, replaced_by, ended_on, basis)
select license_type, name, kind, issuer_id, holder_code_type, validity_years, type_code,
       sensitivity, term, face_fields, replaced_by, ended_on, basis
  from jsonb_populate_recordset(cast(null as license_types), cast(:rows as jsonb))
    on conflict (license_type) do update
   set name = excluded.name, kind = excluded.kind, issuer_id = excluded.issuer_id,
       holder_code_type = excluded.holder_code_type, validity_years = excluded.validity_years,
       type_code = excluded.type_code, sensitivity = excluded.sensitivity, term = excluded.term,
       face_fields = excluded.face_fields, replaced_by = excluded.replaced_by, ended_on = excluded.ended_on,
       basis = excluded.basis
""")

_ITEMS = text("""
insert into items (item_code, name, line, department_id, item_type, applicant_kind, case_type,
                   legal_days, promised_days, delegation, produces_type)
select item_code, name, line, department_id, item_type, applicant_kind, case_type,
       legal_days, promised_days, delegation, produces_type
  from jsonb_populate_recordset(cast(null as items), cast(:rows as jsonb))
    on conflict (item_code) do update
   set name = excluded.name, line = excluded.line, department_id = excluded.department_id,
       item_type = excluded.item_type, applicant_kind = excluded.applicant_kind, case_type = excluded.case_type,
       legal_days = excluded.legal_days, promised_days = excluded.promised_days,
       delegation = excluded.delegation, produces_type = excluded.produces_type
""")

_MATERIALS = text("""
insert into item_materials (item_code, ordinal, name, origin, license_type, required, note)
select item_code, ordinal, name, origin, license_type, required, note
  from jsonb_populate_recordset(cast(null as item_materials), cast(:rows as jsonb))
    on conflict (item_code, ordinal) do update
   set name = excluded.name, origin = excluded.origin, license_type = excluded.license_type,
       required = excluded.required, note = excluded.note
""")

_FORGET_MATERIALS = text("""
delete from item_materials as kept
 using jsonb_to_recordset(cast(:rows as jsonb)) as item (item_code text, material_count integer)
 where kept.item_code = item.item_code and kept.ordinal > item.material_count
""")


def load_catalogue(conn: Connection, catalogue: Catalogue) -> None:
    """Store the catalogue with the definitions of its license types; an item's materials become exactly those listed."""
    for statement, rows in (
        (_AUTHORITIES, catalogue.authorities),
        (_LICENSE_TYPES, _types(catalogue)),
        (_ITEMS, catalogue.items),
        (_MATERIALS, _materials(catalogue)),
        (_FORGET_MATERIALS, _material_counts(catalogue)),
    ):
        conn.execute(statement, {"rows": msgspec.json.encode(rows).decode()})


def _types(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(kind) | _defined(kind.license_type) for kind in catalogue.license_types]


def _defined(license_type: str) -> dict[str, Any]:
    known = load_license_types().get(license_type)
    if known is None:
        return {}
    told = {name: getattr(known, name) for name in ("sensitivity", "term", "replaced_by", "ended_on", "basis")}
    return told | {"face_fields": known.face}


def _materials(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {"item_code": item.item_code, **msgspec.structs.asdict(material)}
        for item in catalogue.items
        for material in item.materials
    ]


def _material_counts(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [{"item_code": item.item_code, "material_count": len(item.materials)} for item in catalogue.items]

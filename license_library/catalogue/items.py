"""List what the catalogue holds: approval items, and license types with their definitions and feeds.

Reads only; knows nothing of any holder.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import (
    FaceFieldBrief,
    ItemBrief,
    ItemsAnswer,
    LicenseTypeBrief,
    LicenseTypesAnswer,
    Words,
)
from license_library.asking.readings import check_text
from license_library.words.type_words import SENSITIVITIES, term_words
from schemas.errors import NotFound

_ITEMS = text("""
select i.item_code, i.name, i.line, i.department_id, a.name as department_name, i.item_type, i.applicant_kind,
       i.case_type, i.legal_days, i.promised_days, count(m.ordinal) as material_count,
       count(m.ordinal) filter (where m.origin = 'license') as license_material_count
  from items i
  join authorities a on a.authority_id = i.department_id
  left join item_materials m on m.item_code = i.item_code
 where (cast(:line as text) is null or i.line = cast(:line as text))
   and (cast(:name as text) is null or position(cast(:name as text) in i.name) > 0)
 group by i.item_code, a.name
 order by i.item_code
""")

_LICENSE_TYPES = text("""
select t.license_type, t.name, t.kind, a.name as issuer_name, t.holder_code_type, t.type_code, t.validity_years,
       (select coalesce(array_agg(f.department || '/' || f.feed order by f.department, f.feed), cast('{}' as text[]))
          from feeds f where f.license_types @> array[t.license_type]) as feeds,
       t.sensitivity, t.term, t.face_fields, t.ended_on, t.replaced_by, n.name as replaced_by_name,
       (select coalesce(array_agg(o.name order by o.license_type), cast('{}' as text[]))
          from license_types o where o.replaced_by = t.license_type) as replaces, t.basis
  from license_types t join authorities a on a.authority_id = t.issuer_id
  left join license_types n on n.license_type = t.replaced_by
 where cast(:license_type as text) is null or t.license_type = :license_type
 order by t.license_type
""")


def list_items(conn: Connection, line: str | None = None, name: str | None = None) -> ItemsAnswer:
    """Return the items, all of them or those of an approval line or with a text in their name."""
    rows = conn.execute(_ITEMS, {"line": line, "name": name}).mappings()
    return ItemsAnswer([ItemBrief(**row) for row in rows])


def list_license_types(conn: Connection) -> LicenseTypesAnswer:
    """Return the license types."""
    return LicenseTypesAnswer([_type(row) for row in conn.execute(_LICENSE_TYPES, {"license_type": None})])


def get_license_type(conn: Connection, license_type: str) -> LicenseTypeBrief:
    """Return one license type; NotFound where the catalogue has none."""
    check_text(license_type, "items")
    row = conn.execute(_LICENSE_TYPES, {"license_type": license_type}).one_or_none()
    if row is None:
        raise NotFound("library: there is no such license type; expected one of the catalogue; nothing was asked")
    return _type(row)


def _type(row: Any) -> LicenseTypeBrief:
    facts = dict(row._mapping)
    term, years, face = facts.pop("term"), facts.pop("validity_years"), facts.pop("face_fields")
    return LicenseTypeBrief(
        **facts,
        face=[_face_field(one) for one in face or ()],
        sensitivity_words=SENSITIVITIES[row.sensitivity] if row.sensitivity else None,
        term_words=term_words(term, years) if term else None,
    )


def _face_field(one: dict[str, Any]) -> FaceFieldBrief:
    words = Words(one["zh"], one["en"])
    flags = {"is_required": one["required"], "is_personal": one["personal"], "severity": one["severity"]}
    return FaceFieldBrief(one["name"], words, one["kind"], one["codes"], **flags)

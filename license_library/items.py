"""List what the catalogue holds: approval items, and license types with the feeds that deliver them.

Reads only; knows nothing of any holder.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from license_library.answers import ItemBrief, ItemsAnswer, LicenseTypeBrief, LicenseTypesAnswer

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
select t.license_type, t.name, t.kind, a.name as issuer_name, t.holder_code_type,
       (select coalesce(array_agg(f.department || '/' || f.feed order by f.department, f.feed), cast('{}' as text[]))
          from feeds f where f.license_types @> array[t.license_type]) as feeds
  from license_types t join authorities a on a.authority_id = t.issuer_id
 order by t.license_type
""")


def list_items(conn: Connection, line: str | None = None, name: str | None = None) -> ItemsAnswer:
    """Return the items, all of them or those of an approval line or with a text in their name."""
    rows = conn.execute(_ITEMS, {"line": line, "name": name}).mappings()
    return ItemsAnswer([ItemBrief(**row) for row in rows])


def list_license_types(conn: Connection) -> LicenseTypesAnswer:
    """Return the license types."""
    rows = conn.execute(_LICENSE_TYPES).mappings()
    return LicenseTypesAnswer([LicenseTypeBrief(**row) for row in rows])

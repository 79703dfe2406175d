"""Which face fields licenses of a type can have: those that define the type, and those that feeds deliver.

Knows names only; no license is read.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

from schemas.catalogue.license_types import load_license_types

_DELIVERED = text("""
select distinct field from feeds cross join unnest(face_fields) as field
 where license_types && cast(:license_types as text[])
""")


def known_faces(conn: Connection, license_types: Collection[str]) -> set[str]:
    """Return the names of the face fields of these types; none where nothing is known of them."""
    defined = load_license_types()
    names = {face.name for one in license_types if one in defined for face in defined[one].face}
    return names.union(conn.scalars(_DELIVERED, {"license_types": list(license_types)}))

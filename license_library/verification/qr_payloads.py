"""Licenses by what their QR code holds: looked for as it was printed, never taken apart.

Knows the face field `qr_payload` that some departments deliver, on the license of today and on what it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from license_library.asking.one_license import maybe_of_one_holder
from license_library.licenses.license_hits import hits_query, read_hits

_BY_QR_PAYLOAD = hits_query("""
select license_id, 1 as ordinal, cast(null as bigint[]) as place from (
  with current as materialized (
    select license_id from licenses
     where face ->> 'qr_payload' = :value
       and (cast(:types as text[]) is null or license_type = any(cast(:types as text[]))) limit 20)
  select license_id from current
   union all
  (select distinct former.license_id from license_versions former join licenses l on l.license_id = former.license_id
    where not exists (select from current) and former.face ->> 'qr_payload' = :value
      and (cast(:types as text[]) is null or l.license_type = any(cast(:types as text[]))) limit 20)) as found
""")
_HAS_PASSED_ON = text(f"""
select coalesce(bool_and(not {maybe_of_one_holder("v", "l")}), false)
  from licenses l join license_versions v on v.license_id = l.license_id
 where l.license_id = :license_id and v.face ->> 'qr_payload' = :value
""")  # noqa: S608 - a constant of this room


def find_by_qr_payload(conn: Connection, payload: str, types: Sequence[str] | None = None) -> Sequence[Any]:
    """Return the licenses, of all types or these, on which this payload is, or where there is none, was: several where it is so."""
    return read_hits(conn, _BY_QR_PAYLOAD, {"value": payload, "types": None if types is None else list(types)})


def is_former(row: Any, payload: str) -> bool:
    """Tell whether a payload by which a license was found is that of an earlier version of it."""
    return bool((row.face or {}).get("qr_payload") != payload)


def has_passed_on(conn: Connection, license_id: int, payload: str) -> bool:
    """Tell whether a license had this payload only while somebody held it who does not hold it now."""
    return bool(conn.scalar(_HAS_PASSED_ON, {"license_id": license_id, "value": payload}))

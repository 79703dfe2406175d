"""Licenses by what their QR code holds: looked for as it was printed, never taken apart.

Knows the face field `qr_payload` that some departments deliver, on the license of today and on what it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from license_library.asking.looks import look
from license_library.licenses.license_hits import hits_query

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


def find_by_qr_payload(conn: Connection, payload: str, types: Sequence[str] | None = None) -> Sequence[Any]:
    """Return the licenses, of all types or these, on which this payload is, or where there is none, was: several where it is so."""
    return look(conn, _BY_QR_PAYLOAD, {"value": payload, "types": None if types is None else list(types)})

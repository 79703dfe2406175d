"""Licenses by what their QR code holds: looked for as it was printed, never taken apart.

Knows the face field `qr_payload` that some departments deliver, on the license of today and on what it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from license_library.license_hits import hits_statement

_BY_QR_PAYLOAD = hits_statement("""
select license_id, 1 as ordinal, cast(null as bigint[]) as place from (
  (select license_id from licenses where face ->> 'qr_payload' = :value limit 2)
  union
  (select license_id from license_versions where face ->> 'qr_payload' = :value limit 2)) as found
""")


def find_by_qr_payload(conn: Connection, payload: str) -> Sequence[Any]:
    """Return the licenses on which this payload is or was printed: one, or more where a department gave it twice."""
    return conn.execute(_BY_QR_PAYLOAD, {"value": payload}).all()

"""Everything the library holds of one feed, record by record, to be compared with what the department holds.

Reads only. Holds of a person only the keyed hash of the code.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

Holding = dict[str, Any]

_HOLDINGS = text("""
select l.record_id, l.license_type, l.license_name, l.license_number, l.license_identifier, l.version_number, l.issuer_name,
  l.issuer_code, l.issued_on, l.holder_name, s.holder_hash, s.code_type as holder_code_type, l.valid_from, l.valid_to,
  l.open_ended, l.area_code, l.item_code, l.item_name, l.status, l.changed_on, l.change_reason, l.file_url, l.replaces, l.face,
  l.source_updated_at, l.version_count, (
    select json_agg(json_build_array(encode(o.holder_hash, 'hex'), h.name, h.share) order by h.ordinal)
    from license_holders h join subjects o using (subject_id)
    where h.license_id = l.license_id and h.version_count = l.version_count) as holders
from licenses l join subjects s using (subject_id)
where l.department = :department and l.feed = :feed
""")
_WAITING = text("""
select record_id, codes from quarantined_records
where department = :department and feed = :feed and state = 'open'
  and (cast(:exchange_id as bigint) is null or exchange_id = :exchange_id)
""")


def list_holdings(conn: Connection, department: str, feed: str) -> dict[str, Holding]:
    """Return the current state of every license of a feed, by record id."""
    rows = conn.execute(_HOLDINGS, {"department": department, "feed": feed})
    return {row.record_id: dict(row._mapping) for row in rows}


def list_waiting(
    conn: Connection, department: str, feed: str, exchange_id: int | None = None
) -> list[tuple[str | None, list[str]]]:
    """Return the record ids and problem codes of what waits in quarantine, or of what an exchange saw and left there."""
    rows = conn.execute(_WAITING, {"department": department, "feed": feed, "exchange_id": exchange_id})
    return [(row.record_id, list(row.codes)) for row in rows]

"""Calls of nobody known, recorded without their words: the first of each minute one by one, the others as a count.

Whoever has no token can so fill neither the record nor the disk.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from license_library.asking.inquiries import record_inquiry

LISTED: Final = 60  # of each minute
STRANGER: Final = "consumer: unknown"
COUNTED: Final = "share not listed"  # its result_count says how many calls
_MINUTE: Final = "asked_at >= :minute and asked_at < :next and actor = :actor"
_LISTED = text(f"select count(*) from inquiries where {_MINUTE} and action <> :counted")  # noqa: S608 - a constant of this room
_COUNT = text(f"""
update inquiries set result_count = result_count + 1
 where inquiry_id = (select min(inquiry_id) from inquiries where {_MINUTE} and action = :counted)
""")  # noqa: S608 - a constant of this room


def record_stranger(conn: Connection, action: str, hashed: bytes | None, code: str | None, now: datetime) -> None:
    """Record a call of nobody known in the caller's transaction; never the cause that it states."""
    minute = now.replace(second=0, microsecond=0)
    facts = {"minute": minute, "next": minute + timedelta(minutes=1), "actor": STRANGER, "counted": COUNTED}
    if conn.execute(_LISTED, facts).scalar_one() < LISTED:
        record_inquiry(conn, STRANGER, action, "", hashed, 0, now, denied=True, result_code=code)
    elif not conn.execute(_COUNT, facts).rowcount:
        record_inquiry(conn, STRANGER, COUNTED, "", None, 1, minute, denied=True)

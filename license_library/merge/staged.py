"""What an exchange staged goes as a whole: its records, and everyone whom they list. One place, so that no name stays behind."""

from __future__ import annotations

from sqlalchemy import Connection, text

_HOLDERS = text("delete from staged_holders where exchange_id = :exchange_id")
_RECORDS = text("delete from staged_licenses where exchange_id = :exchange_id")


def drop_staged(conn: Connection, exchange_id: int) -> int:
    """Drop what an exchange staged and return how many records it was."""
    facts = {"exchange_id": exchange_id}
    conn.execute(_HOLDERS, facts)
    return conn.execute(_RECORDS, facts).rowcount

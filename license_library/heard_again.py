"""What was heard again, unchanged, while an older batch of its feed was held: released, that batch must not undo it.

An unchanged record leaves no trace otherwise. Knows neither how long a batch is held nor what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, text

# The newest batch that is held and older than this exchange: what stands since before it may be told otherwise by it.
HELD_BEFORE: Final = """(select max(exchange_id) from exchanges where department = :department and feed = :feed
  and state = 'held' and exchange_id < :exchange_id)"""
_ANY_HELD = text(f"select {HELD_BEFORE} is not null")
# The same content, from where it was heard last.
_CONFIRM = text(f"""
update licenses l set exchange_id = s.exchange_id, page_number = s.page_number, position = s.position,
  mapping_version = cast(:mapping_version as text)
from staged_licenses s
where s.exchange_id = :exchange_id and l.department = :department and l.feed = :feed and l.record_id = s.record_id
  and l.digest = s.digest and l.exchange_id < {HELD_BEFORE}
""")  # noqa: S608 - constants of this file


def confirm_unchanged(conn: Connection, facts: Mapping[str, Any]) -> None:
    """Let what a merge found unchanged stand above what an older batch of its feed, still held, says of it."""
    if conn.scalar(_ANY_HELD, facts):
        conn.execute(_CONFIRM, facts)

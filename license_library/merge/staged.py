"""What an exchange staged goes as a whole: its records, and everyone whom they list. One place, so that no name stays behind.

What of a held one is kept for questions comes and goes here as well: staged rows have no index that a question could use.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from license_library.asking.held_records import identifier_family

_STAGED: Final = tuple(
    text(f"delete from {table} where exchange_id = :exchange_id")  # noqa: S608 - names of tables
    for table in ("held_holders", "held_records", "staged_holders")
)
_RECORDS = text("delete from staged_licenses where exchange_id = :exchange_id")
# Analyzed at once: a plan that is kept from when nothing was held would read these from end to end.
_KEEP_HELD: Final = (
    text(f"""
insert into held_records (exchange_id, page_number, position, department, feed, record_id, license_type,
  license_identifier, identifier_family, number_key, replaces_key, issued_on, status, changed_on, source_updated_at, digest)
select s.exchange_id, s.page_number, s.position, e.department, e.feed, s.record_id, s.license_type, s.license_identifier,
  {identifier_family("s")}, number_key(s.license_number), number_key(s.replaces), s.issued_on, s.status, s.changed_on,
  s.source_updated_at, s.digest
from exchanges e join staged_licenses s using (exchange_id) where e.exchange_id = :exchange_id
"""),  # noqa: S608 - constants of the library
    text("""
insert into held_holders (exchange_id, page_number, position, holder_hash, holder_name_key)
select exchange_id, page_number, position, holder_hash, holder_name_key from staged_licenses where exchange_id = :exchange_id
union
select exchange_id, page_number, position, holder_hash, holder_name_key from staged_holders where exchange_id = :exchange_id
"""),
    # Another batch that becomes held has them locked till it commits, and counts them as well.
    text("analyze (skip_locked) held_records"),
    text("analyze (skip_locked) held_holders"),
    text("analyze (skip_locked) listing_changes"),
)


def drop_staged(conn: Connection, exchange_id: int) -> int:
    """Drop what an exchange staged and return how many records it was."""
    facts = {"exchange_id": exchange_id}
    for statement in _STAGED:
        conn.execute(statement, facts)
    return conn.execute(_RECORDS, facts).rowcount


def keep_held(conn: Connection, exchange_id: int) -> None:
    """Keep what an exchange that becomes held says, for questions to look up."""
    for statement in _KEEP_HELD:
        conn.execute(statement, {"exchange_id": exchange_id})

"""Records of batches that a steward holds: what would change the library, were its batch let go, waits like what is in quarantine.

Without a held batch each costs one look into an index of nothing. How a batch is held and let go is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.asking.holder_subjects import by_code, waiting_under, with_bound

# `offset 0`: held batches are looked up, and each its rows. Hashed, a table that a merge has just emptied would be walked for every question.
HELD: Final = """(select department, feed, exchange_id from exchanges where state = 'held' offset 0) e cross join lateral (
    select e.department, e.feed, * from staged_licenses where exchange_id = e.exchange_id offset 0) s where true"""
# As the merge orders versions: what is not newer than the library's, or says the same, would change nothing.
CHANGES: Final = """s.digest <> {0}.digest
    and (s.source_updated_at, s.exchange_id) > (least({0}.source_updated_at, {0}.known_from), {0}.exchange_id)"""
# Staged rows have no index by record: held ones are hashed once for a whole question, and looked at only for a license among them.
_NEWER: Final = f"""({{0}}.department, {{0}}.feed, {{0}}.record_id) in (select e.department, e.feed, s.record_id from {HELD})
  and exists (select from {HELD} and e.department = {{0}}.department and e.feed = {{0}}.feed
    and s.record_id = {{0}}.record_id and {CHANGES})"""  # noqa: S608 - constants of this file
# `offset 0`: each held row looks its license up; joined, the planner might rather walk all licenses.
_ROWS: Final = f"""select e.department, e.feed, s.license_type from {HELD} and {{which}} and not exists (
    select from licenses l where l.department = e.department and l.feed = e.feed and l.record_id = s.record_id
       and not ({CHANGES.format("l")}) offset 0)"""  # noqa: S608 - constants of this file
_OF_HOLDER: Final = """(s.holder_hash = any({hashes}) or exists (select from staged_holders h
      where h.exchange_id = s.exchange_id and h.page_number = s.page_number and h.position = s.position
        and h.holder_hash = any({hashes})))"""


def newer_held(license_alias: str) -> str:
    """Return the condition that a held batch says something newer of a license."""
    return _NEWER.format(license_alias)


def held_rows(hashes: str | None = None) -> str:
    """Return the query of department, feed and type of each held record; of holders, where the query of their hashes is given."""
    which = "true" if hashes is None else _OF_HOLDER.format(hashes=f"cast({hashes} as bytea[])")
    return _ROWS.format(which=which)


_ANY: Final = text("select exists (select from exchanges where state = 'held')")
_OF_TYPE: Final = "(cast(:license_type as text) is null or license_type = cast(:license_type as text))"
_WHOSE: Final = waiting_under(":values", f"({with_bound(by_code(':values'))}) as w join subjects using (subject_id)")
_COUNT_OF_HOLDER = text(f"select count(*) from ({held_rows(_WHOSE)}) as held where {_OF_TYPE}")  # noqa: S608
_COUNT_OF_ANYBODY = text(f"select count(*) from ({held_rows()}) as held where {_OF_TYPE}")  # noqa: S608


def count_held(conn: Connection, hashes: Sequence[Any] | None, license_type: str | None) -> int:
    """Count the records of held batches, of a holder and of a type where they are given."""
    if not conn.execute(_ANY).scalar_one():
        return 0
    if hashes is None:
        return int(conn.execute(_COUNT_OF_ANYBODY, {"license_type": license_type}).scalar_one())
    return int(conn.execute(_COUNT_OF_HOLDER, {"values": list(hashes), "license_type": license_type}).scalar_one())

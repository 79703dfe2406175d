"""Records of batches that a steward holds: what would change the library, were its batch let go, waits like what is in quarantine.

Each is looked up through an index, however many are held. How a batch is held and let go is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from license_library.asking.holder_subjects import by_code, waiting_under, with_bound
from schemas.identifiers.license_identifier import ROOT

# Beyond as many nobody counts on: a held batch is large, and one record that may be it is as good as all.
COUNTED: Final = 1000
ANY_HELD: Final = "exists (select from exchanges where state = 'held')"
# As the merge orders versions: what is not newer than the library's, or says the same, would change nothing.
CHANGES: Final = """s.digest <> {0}.digest
    and (s.source_updated_at, s.exchange_id) > (least({0}.source_updated_at, {0}.known_from), {0}.exchange_id)"""
_NEWER: Final = f"""exists (select from held_records s where s.record_id = {{0}}.record_id and s.feed = {{0}}.feed
    and s.department = {{0}}.department and {CHANGES})"""
# What the library says already by that row, it says without the batch. `offset 0`: each looks its license up; joined, the
# planner might rather walk all licenses.
IS_NEWS: Final = f"""not exists (select from licenses o where o.department = s.department and o.feed = s.feed
      and o.record_id = s.record_id and not ({CHANGES.format("o")}) offset 0)"""
_OF_HOLDER: Final = f"""select s.department, s.feed, s.license_type from (
    select distinct exchange_id, page_number, position from held_holders where holder_hash = any(cast({{hashes}} as bytea[]))) h
  cross join lateral (select * from held_records where exchange_id = h.exchange_id and page_number = h.page_number
    and position = h.position offset 0) s where {IS_NEWS}"""  # noqa: S608 - constants of this file
# In the order of an index: whatever share of what is held is read, it is read through it.
_FIRST: Final = f"""select count(*) from (select from held_records s where {{which}} and {IS_NEWS}
   order by {{order}} limit {COUNTED}) as first"""  # noqa: S608 - constants of this file
_FAMILY: Final = f"""case when starts_with({{0}}.license_identifier, '{ROOT}') then left({{0}}.license_identifier, -5)
      else {{0}}.license_identifier end"""


def identifier_family(alias: str) -> str:
    """Return the expression of what all editions of a license have in common."""
    return _FAMILY.format(alias)


def newer_held(license_alias: str) -> str:
    """Return the condition that a held batch says something newer of a license."""
    return _NEWER.format(license_alias)


def held_rows(hashes: str) -> str:
    """Return the query of department, feed and type of each held record of holders, where the query of their hashes is given."""
    return _OF_HOLDER.format(hashes=hashes)


_ANY: Final = text(f"select {ANY_HELD}")
_WHOSE: Final = waiting_under(":values", f"({with_bound(by_code(':values'))}) as w join subjects using (subject_id)")
_COUNT_OF_HOLDER = text(f"""select count(*) from ({held_rows(_WHOSE)}) as held
  where cast(:license_type as text) is null or license_type = cast(:license_type as text)""")  # noqa: S608
_PLACE: Final = "exchange_id, page_number, position"
_COUNT_OF_TYPE = text(_FIRST.format(which="license_type = :license_type", order=f"license_type, {_PLACE}"))
_COUNT_ALL = text(_FIRST.format(which="true", order=_PLACE))


def count_held(conn: Connection, hashes: Sequence[Any] | None, license_type: str | None) -> int:
    """Count the records of held batches, of a holder and of a type where they are given; without a holder up to COUNTED."""
    if not conn.execute(_ANY).scalar_one():
        return 0
    if hashes is not None:
        asked = {"values": list(hashes), "license_type": license_type}
        return int(conn.execute(_COUNT_OF_HOLDER, asked).scalar_one())
    if license_type is None:
        return int(conn.execute(_COUNT_ALL).scalar_one())
    return int(conn.execute(_COUNT_OF_TYPE, {"license_type": license_type}).scalar_one())

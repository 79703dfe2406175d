"""What a license is today: whether it may be relied on, who last said so when, and why nobody may vouch for it any more.

Reads only. That its department is silent, lists it no more, or was asked to put it right, makes a good license doubtful.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import Source, Validity, Words
from license_library.asking.doubts import doubts_of, is_disputed, may_have_changed, newer_waits
from license_library.asking.freshness import source_of, validity_of
from license_library.words.wording import validity_words

# The last: a later version of its identifier, which ends in VVV.C and differs in nothing else; a span of its index, in any collation.
_IS_REPLACED = """(exists (select from licenses n where n.replaces = {0}.license_identifier and n.license_id <> {0}.license_id)
    or exists (select from licenses n where n.replaces = {0}.license_number and n.department = {0}.department
      and n.license_type = {0}.license_type and n.license_id <> {0}.license_id and not exists (
        select from licenses twin where twin.license_number = {0}.license_number and twin.department = {0}.department
          and twin.license_type = {0}.license_type and twin.license_id <> {0}.license_id))
    or exists (select from licenses n where left(n.license_identifier, -5) = left({0}.license_identifier, -5)
      and n.license_identifier > left({0}.license_identifier, -1) || 'Z'
      and n.license_identifier <= left({0}.license_identifier, -5) || '999.Z'))"""


def is_replaced(license_alias: str) -> str:
    """Return the condition that another license names this one as replaced, by identifier or a number that is its alone, or is a later edition of it."""
    return _IS_REPLACED.format(license_alias)


_NOW = text(f"""
select l.license_id, l.version_count, l.status, l.valid_from, l.valid_to, l.open_ended, l.unlisted_at, l.exchange_id, l.department, l.feed,
       d.name as department_name, f.fresh_at, f.fresh_seconds,
       {is_disputed("l")} as is_disputed, {newer_waits("l")} as newer_waits,
       {is_replaced("l")} as is_replaced
  from licenses l
  join departments d on d.department = l.department
  join feeds f on f.department = l.department and f.feed = l.feed
 where l.license_id = any(cast(:license_ids as bigint[]))
""")  # noqa: S608 - constants of this room


class LicenseNow(msgspec.Struct, frozen=True):
    """Hold what a license is today, in words too, and why nobody may vouch for it."""

    validity: Validity
    words: Words
    version_count: int
    source: Source
    doubt: Words | None  # of a good one, all that speaks against it; of another, that it may be good by now
    is_replaced: bool  # another license took its place, whatever its own department says of it


def license_now(conn: Connection, license_id: int, today: date, now: datetime) -> LicenseNow:
    """Return what a license is today."""
    return licenses_now(conn, [license_id], today, now)[license_id]


def licenses_now(conn: Connection, license_ids: Collection[int], today: date, now: datetime) -> dict[int, LicenseNow]:
    """Return what each of these licenses is today, by its id."""
    rows = conn.execute(_NOW, {"license_ids": list(license_ids)})
    return {row.license_id: _now_of(row, today, now) for row in rows}


def _now_of(row: Any, today: date, now: datetime) -> LicenseNow:
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity, source = validity_of(*term, today), source_of(row, now)
    doubts = doubts_of(row, now)
    if validity in ("expired", "not_good"):
        doubts = may_have_changed(row.status, doubts)
    words, doubt = validity_words(validity, *term), next((one.words for one in doubts), None)
    return LicenseNow(validity, words, int(row.version_count), source, doubt, row.is_replaced)

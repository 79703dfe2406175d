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
from license_library.freshness import source_of, validity_of
from license_library.wording import validity_words

_NOW = text("""
select l.license_id, l.version_count, l.status, l.valid_from, l.valid_to, l.open_ended, l.unlisted_at, l.exchange_id, l.department, l.feed,
       d.name as department_name, f.fresh_at, f.fresh_seconds,
       exists (select from correction_requests c where c.license_id = l.license_id and c.state = 'open') as is_disputed
  from licenses l
  join departments d on d.department = l.department
  join feeds f on f.department = l.department and f.feed = l.feed
 where l.license_id = any(cast(:license_ids as bigint[]))
""")
_UNLISTED = Words("该部门最近的全量清单中已无此证照", "the department's whole list lacks it now")
_DISPUTED = Words("内容有异议,已请部门校核", "its content is disputed, the department was asked")


class LicenseNow(msgspec.Struct, frozen=True):
    """Hold what a license is today, in words too, and why nobody may vouch for it."""

    validity: Validity
    words: Words
    version_count: int
    source: Source
    doubt: Words | None


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
    doubt = doubt_of(source, row.unlisted_at, is_disputed=row.is_disputed)
    return LicenseNow(validity, validity_words(validity, *term), int(row.version_count), source, doubt)


def doubt_of(source: Source, unlisted_at: datetime | None, *, is_disputed: bool) -> Words | None:
    """Return why nobody vouches for a license today; None where nothing speaks against it."""
    if unlisted_at is not None:
        return _UNLISTED
    if source.freshness != "fresh":
        return source.freshness_words
    return _DISPUTED if is_disputed else None

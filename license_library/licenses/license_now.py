"""What a license is today: whether it may be relied on, who last said so when, and why nobody may vouch for it any more.

Reads only. That its department is silent, lists it no more, or was asked to put it right, makes a good license doubtful.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import Doubt, Source, Validity, Words
from license_library.asking.doubts import doubts_of, may_have_changed
from license_library.asking.freshness import source_of, validity_of
from license_library.asking.looks import look, looks
from license_library.asking.replaced import is_replaced
from license_library.words.wording import validity_words

_NOW = looks(
    lambda doubts: text(f"""
select l.license_id, l.version_count, l.status, l.valid_from, l.valid_to, l.open_ended, l.unlisted_at, l.exchange_id, l.department, l.feed,
       d.name as department_name, f.fresh_at, f.fresh_seconds,
       {doubts}, {is_replaced("l")} as is_replaced
  from licenses l
  join departments d on d.department = l.department
  join feeds f on f.department = l.department and f.feed = l.feed
 where l.license_id = any(cast(:license_ids as bigint[]))
"""),  # noqa: S608 - constants of this room
    "l",
)


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
    rows = look(conn, _NOW, {"license_ids": list(license_ids)})
    return {row.license_id: _now_of(row, today, now) for row in rows}


def _now_of(row: Any, today: date, now: datetime) -> LicenseNow:
    term = (row.status, row.valid_from, row.valid_to, row.open_ended)
    validity, source = validity_of(*term, today), source_of(row, now)
    doubts = doubts_of(row, now)
    if validity in ("expired", "not_good"):
        doubts = may_have_changed(row.status, doubts)
    words, doubt = validity_words(validity, *term), _all_of(doubts)
    return LicenseNow(validity, words, int(row.version_count), source, doubt, row.is_replaced)


def _all_of(doubts: Sequence[Doubt]) -> Words | None:
    """Return all doubts as one sentence, the gravest first."""
    zh, en = "；".join(one.words.zh for one in doubts), "; ".join(one.words.en for one in doubts)
    return Words(zh, en) if doubts else None

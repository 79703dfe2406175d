"""Which departments and feeds are declared, as the library notes them: so that exchanges and answers can name them.

Knows rows and who holds them. A merge holds its feed to its end, and whoever only notes the same again does not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class DepartmentEntry:
    """Say who a declared department is."""

    department: str
    name: str
    uscc: str | None
    network: str | None
    contact: str | None
    transport: str
    declaration_digest: str


@dataclass(frozen=True)
class FeedEntry:
    """Say what one feed delivers, on what basis, and how fresh it promises to be."""

    feed: str
    record_type: str
    catalogue_code: str | None
    basis: str | None
    purpose: str | None
    license_types: Sequence[str]
    fresh_seconds: int
    mapping_digest: str | None = None  # what an activation is for
    face_fields: Sequence[str] = ()


_REGISTER_DEPARTMENT = text("""
insert into departments (department, name, uscc, network, contact, transport, declaration_digest, declared_at)
values (:department, :name, :uscc, :network, :contact, :transport, :declaration_digest, :now)
on conflict (department) do update set name = excluded.name, uscc = excluded.uscc, network = excluded.network,
  contact = excluded.contact, transport = excluded.transport, declaration_digest = excluded.declaration_digest,
  declared_at = excluded.declared_at
where departments.declaration_digest <> excluded.declaration_digest
""")
_REGISTER_FEED = text("""
insert into feeds (department, feed, record_type, catalogue_code, basis, purpose, license_types, fresh_seconds,
  mapping_digest, face_fields)
values (:department, :feed, :record_type, :catalogue_code, :basis, :purpose, :license_types, :fresh_seconds,
  :mapping_digest, :face_fields)
on conflict (department, feed) do update set record_type = excluded.record_type,
  catalogue_code = excluded.catalogue_code, basis = excluded.basis, purpose = excluded.purpose,
  license_types = excluded.license_types, fresh_seconds = excluded.fresh_seconds, mapping_digest = excluded.mapping_digest,
  face_fields = excluded.face_fields
where (feeds.record_type, feeds.catalogue_code, feeds.basis, feeds.purpose, feeds.license_types, feeds.fresh_seconds,
  feeds.mapping_digest, feeds.face_fields)
  is distinct from (excluded.record_type, excluded.catalogue_code, excluded.basis, excluded.purpose,
  excluded.license_types, excluded.fresh_seconds, excluded.mapping_digest,
  excluded.face_fields)
""")
_NOTED = text("select declaration_digest from departments where department = :department")
_NOTED_FEEDS = text("""
select feed, record_type, catalogue_code, basis, purpose, license_types, fresh_seconds, mapping_digest, face_fields
from feeds where department = :department
""")
# Skips what a merge holds, in place of waiting for it.
_FREE = text("""
select (select count(*) from (select from feeds where department = :department for no key update skip locked) as free)
  = (select count(*) from feeds where department = :department)
""")
_IS_REGISTERED = text("select exists (select from departments where department = :department)")


def register_department(
    conn: Connection, department: DepartmentEntry, feeds: Sequence[FeedEntry], now: datetime
) -> None:
    """Note a declaration, so that its exchanges and answers can name it; the same one again changes nothing."""
    conn.execute(_REGISTER_DEPARTMENT, {**asdict(department), "now": now})
    for feed in feeds:
        conn.execute(_REGISTER_FEED, {**_feed_row(feed), "department": department.department})


def is_noted(conn: Connection, department: DepartmentEntry, feeds: Sequence[FeedEntry]) -> bool:
    """Say whether all that a declaration says is noted already; waits for nobody, as noting it again would for a merge."""
    facts = {"department": department.department}
    if conn.scalar(_NOTED, facts) != department.declaration_digest:
        return False
    known = {row.feed: dict(row._mapping) for row in conn.execute(_NOTED_FEEDS, facts)}
    return all(known.get(feed.feed) == _feed_row(feed) for feed in feeds)


def are_feeds_free(conn: Connection, department: str) -> bool:
    """Take the feeds of a department for this transaction where no other one holds them, and say whether that was so."""
    return bool(conn.scalar(_FREE, {"department": department}))


def _feed_row(feed: FeedEntry) -> dict[str, Any]:
    return {**asdict(feed), "license_types": list(feed.license_types), "face_fields": list(feed.face_fields)}


def is_registered(conn: Connection, department: str) -> bool:
    """Say whether the library knows a department; waits for nobody."""
    return bool(conn.scalar(_IS_REGISTERED, {"department": department}))

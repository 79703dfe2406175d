"""Which feeds could know of a license type, how fresh they are, and their last merged exchange.

The ground of every "no": a type nobody delivers, or a silent department, makes it an "unknown".
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from license_library.answers import Source
from license_library.asking.freshness import source_of
from schemas.identifiers.license_identifier import parse_license_identifier

_FEEDS = text("""
select f.department, d.name as department_name, f.feed, f.fresh_at, f.fresh_seconds,
       (select e.exchange_id from exchanges e
         where e.department = f.department and e.feed = f.feed and e.state = 'merged'
         order by e.exchange_id desc limit 1) as exchange_id
  from feeds f join departments d on d.department = f.department
 where f.license_types @> array[cast(:license_type as text)]
 order by f.fresh_at + make_interval(secs => f.fresh_seconds) nulls first, f.department, f.feed
""")
_TYPE = text("select license_type, name from license_types where license_type = :code or type_code = :code limit 1")
_TYPE_OF_CODE = text("select license_type from license_types where type_code = :type_code")


def type_of_identifier(conn: Connection, identifier: str) -> str | None:
    """Return the license type that an identifier says it is of; None where the catalogue lacks its code, or it is none."""
    parts = parse_license_identifier(identifier.strip().upper())
    return conn.scalars(_TYPE_OF_CODE, {"type_code": parts.type_code}).first() if parts else None


def type_of_code(conn: Connection, code: str) -> str | None:
    """Return our license type of a national type code, or of our own."""
    row = conn.execute(_TYPE, {"code": code}).first()
    return str(row.license_type) if row else None


def sources_of_type(conn: Connection, license_type: str, now: datetime) -> list[Source]:
    """Return the feeds that deliver the type, the one nearest to or furthest behind its promise first."""
    return [source_of(row, now) for row in conn.execute(_FEEDS, {"license_type": license_type})]

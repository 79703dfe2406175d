"""The declarations by which records were ever mapped, kept whole under their digest. Looks into none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

_IS_KEPT = text("select exists (select from kept_declarations where mapping_version = :mapping_version)")
_KEEP = text("""
insert into kept_declarations (mapping_version, department, packed, kept_at)
values (:mapping_version, :department, :packed, :now) on conflict (mapping_version) do nothing
""")
_FIND = text("select packed from kept_declarations where mapping_version = :mapping_version")


def is_kept(conn: Connection, mapping_version: str) -> bool:
    """Say whether a declaration is kept already."""
    return bool(conn.scalar(_IS_KEPT, {"mapping_version": mapping_version}))


def keep_declaration(conn: Connection, mapping_version: str, department: str, packed: bytes, now: datetime) -> None:
    """Keep a declaration; the same one again changes nothing."""
    facts = {"mapping_version": mapping_version, "department": department, "packed": packed, "now": now}
    conn.execute(_KEEP, facts)


def find_declaration(conn: Connection, mapping_version: str) -> bytes | None:
    """Return a kept declaration; None where it was never kept."""
    packed = conn.scalar(_FIND, {"mapping_version": mapping_version})
    return None if packed is None else bytes(packed)

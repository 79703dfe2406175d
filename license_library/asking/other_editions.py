"""Whether another edition of an identifier is here: its license is known then, though perhaps not by the edition that was given.

An identifier ends in the number of its edition; what an office issued before it was first pulled, only its later editions tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

from license_library.answers import Words
from schemas.identifiers.license_identifier import ROOT

# A span of the index of identifiers, in any collation.
_OTHER: Final = text(f"""
select exists (select from licenses l
  where starts_with(cast(:identifier as text), '{ROOT}') and left(l.license_identifier, -5) = left(cast(:identifier as text), -5)
    and left(l.license_identifier, -1) <> left(cast(:identifier as text), -1)
    and l.license_identifier > left(cast(:identifier as text), -5) and l.license_identifier <= left(cast(:identifier as text), -5) || '999.Z'
    and (cast(:types as text[]) is null or l.license_type = any(cast(:types as text[]))))
""")  # noqa: S608 - a constant of the catalogue
_WORDS: Final = Words(
    "库中有该证照的其他版本（标识仅版本号不同），不能断定没有；请核对现行版本",
    "another edition of it is here, whose identifier differs in nothing else, so nobody can deny it; compare the edition of today",
)


def other_edition(conn: Connection, identifier: str, types: Sequence[str] | None = None) -> Words | None:
    """Say that another edition of an identifier, of these types where any are named, is here; None where there is none."""
    asked = {"identifier": identifier, "types": None if types is None else list(types)}
    return _WORDS if conn.scalar(_OTHER, asked) else None

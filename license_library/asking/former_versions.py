"""Licenses by what an earlier version of them bore: its number, its identifier, or what its QR code held.

Looked for where no license bears it today. Departments renumber and mend; and an identifier tells the version it was made for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from sqlalchemy import Connection, text

from license_library.answers import Words
from license_library.asking.one_license import maybe_of_one_holder
from license_library.words.verify_words import FORMER, PASSED_ON
from schemas.naming.number_key import number_key

Named = Literal["number", "identifier", "qr_payload"]
BORNE: Final[dict[Named, str]] = {
    "number": "number_key({}.license_number)",
    "identifier": "{}.license_identifier",
    "qr_payload": "({}.face ->> 'qr_payload')",
}
_HAS_PASSED_ON: Final = {
    name: text(f"""
select coalesce(bool_and(not {maybe_of_one_holder("v", "l")}), false)
  from licenses l join license_versions v on v.license_id = l.license_id
 where l.license_id = :license_id and {borne.format("v")} = any(cast(:values as text[]))
""")  # noqa: S608 - constants of this room
    for name, borne in BORNE.items()
}
_IS_BORNE: Final = {
    name: text(f"select exists (select from licenses l where {borne.format('l')} = any(cast(:values as text[])))")  # noqa: S608
    for name, borne in BORNE.items()
}


_ONCE_BORNE_ELSEWHERE: Final = {
    name: text(f"""
select count(*) from licenses l
 where l.license_id in (select license_id from license_versions v where {borne.format("v")} = any(cast(:values as text[])))
   and ({borne.format("l")} = any(cast(:values as text[]))) is not true
   and (cast(:license_type as text) is null or l.license_type = cast(:license_type as text))
   and exists (select from licenses b where {borne.format("b")} = any(cast(:values as text[])))
""")  # noqa: S608 - constants of this room
    for name, borne in BORNE.items()
}


def is_borne(conn: Connection, name: Named, values: Sequence[Any]) -> bool:
    """Tell whether any license bears any of the values today."""
    return bool(conn.scalar(_IS_BORNE[name], {"values": list(values)}))


def count_once_borne(conn: Connection, name: Named, values: Sequence[Any], license_type: str | None) -> int:
    """Count the licenses, of a type where one is given, that once bore any of the values and bear none of them today; none where nobody does: then they are listed."""
    asked = {"values": list(values), "license_type": license_type}
    return int(conn.execute(_ONCE_BORNE_ELSEWHERE[name], asked).scalar_one())


def once_borne(name: Named) -> str:
    """Return the query of the licenses an earlier version of which bore any of `:values`."""
    return f"select license_id from license_versions v where {BORNE[name].format('v')} = any(cast(:values as text[]))"  # noqa: S608


def former_words(conn: Connection, row: Any, name: Named, values: Sequence[Any]) -> Words | None:
    """Say that only an earlier version of a license bore what it was found by, and whether another has held it since; None where it bears it."""
    if _borne_now(row, name) in values:
        return None
    asked = {"license_id": row.license_id, "values": list(values)}
    return PASSED_ON[name] if conn.scalar(_HAS_PASSED_ON[name], asked) else FORMER[name]


def _borne_now(row: Any, name: Named) -> str | None:
    if name == "number":
        return number_key(row.license_number)
    return row.license_identifier if name == "identifier" else (row.face or {}).get("qr_payload")

"""A holder's number that is not the one on a license, but another number of the same holder: it matches, and is said so.

Asks only where the number did not match by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import FieldMatch, Words
from license_library.bound_holders import bound_to_code
from license_library.comparing import compare_values
from license_library.holder_codes import HolderCode, read_holder_code
from license_library.holder_subjects import by_code
from license_library.keyring import Keyring
from license_library.questions import WrongQuestion

_UNDER_CODE = text(f"select holder_hash from subjects join ({by_code(':values')}) as under using (subject_id)")  # noqa: S608
_FIELDS = ("holder_code", "holder_code_type")
_OTHER_FORM = Words(
    "证照登记在该号码的另一形式（15 位或 18 位）名下，未认定为同一人",
    "the license is held under the other form of that number, 15 digits or 18, and nobody has decided that both are one person's",
)


def compare_with_bound(
    conn: Connection, row: Any, values: Mapping[str, str], keyring: Keyring, today: date
) -> tuple[list[FieldMatch], list[Words]]:
    """Return for each given value whether the license has it, and why a number matches that is not the license's own."""
    fields = compare_values(row, values, keyring)
    matched = next((field.matches for field in fields if field.field == "holder_code"), None)
    if matched is None:
        return fields, []
    asked, theirs = _read(values, today), {row.holder_hash, *(row.listed_hashes or ())}
    if matched:
        is_theirs = asked is None or _is_theirs(conn, asked.hashes(keyring), theirs)
        return (fields, []) if is_theirs else (_without(fields), [_OTHER_FORM])
    bound = bound_to_code(conn, keyring, asked.hashes(keyring)) if asked else None
    other = bound.other_of(theirs) if bound else None
    if asked is None or other is None:
        return fields, []
    same = {"holder_code": True, "holder_code_type": values.get("holder_code_type", "").strip() == asked.code_type}
    told = [msgspec.structs.replace(one, matches=same[one.field]) if one.field in _FIELDS else one for one in fields]
    return told, [other.told.words]


def _is_theirs(conn: Connection, hashes: list[bytes], theirs: set[bytes]) -> bool:
    """Tell whether the number is one of theirs as it was given, or in another form that is the same holder's."""
    return hashes[0] in theirs or not theirs.isdisjoint(conn.scalars(_UNDER_CODE, {"values": hashes}))


def _without(fields: list[FieldMatch]) -> list[FieldMatch]:
    return [msgspec.structs.replace(one, matches=False) if one.field == "holder_code" else one for one in fields]


def _read(values: Mapping[str, str], today: date) -> HolderCode | None:
    try:
        return read_holder_code(values["holder_code"], values.get("holder_code_type", "").strip() or None, today)
    except WrongQuestion:
        return None

"""The types that a license type took the place of, and the one that took its own: a number asked for under one may be kept under the other.

Tells that it is, and nothing of the license: whoever asks with that type is answered whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import Source, Words
from license_library.asking.questions import VerifyQuestion
from license_library.asking.readings import Reading
from license_library.verification.verify_candidates import find_candidates, named_by
from schemas.catalogue.license_types import merged_types

_NEWER = text("""
select license_type, name from license_types
 where license_type = (select replaced_by from license_types where license_type = :license_type)
""")
_OLDER = text("select license_type, name from license_types where replaced_by = :license_type order by license_type")


def older_types(
    conn: Connection, question: VerifyQuestion, license_type: str | None, told_types: Collection[str] | None
) -> Sequence[Any]:
    """Return the types that a type took the place of, of these where any are named; an identifier names its type itself."""
    if license_type is None or named_by(question) != "number":
        return []
    older = conn.execute(_OLDER, {"license_type": license_type}).all()
    return [one for one in older if told_types is None or one.license_type in told_types]


def kept_under(
    conn: Connection,
    question: VerifyQuestion,
    reading: Reading,
    older: Sequence[Any],
    told_types: Collection[str] | None,
) -> list[Words]:
    """Say under which of the older types the number is kept, or that it is under the newer one, of these types where any are named."""
    return [*_under_older(conn, question, reading, older), *_under_newer(conn, question, reading, told_types)]


def _under_older(conn: Connection, question: VerifyQuestion, reading: Reading, older: Sequence[Any]) -> list[Words]:
    asked = ((one, msgspec.structs.replace(question, license_type=one.license_type)) for one in older)
    return [
        Words(
            f"该编号登记在已被取代的{one.name}名下，请按{one.name}核验",
            f"the number is kept under the type that this one replaced; verify it as {one.license_type}",
        )
        for one, under in asked
        if find_candidates(conn, under, reading)
    ]


def _under_newer(
    conn: Connection, question: VerifyQuestion, reading: Reading, told_types: Collection[str] | None
) -> list[Words]:
    if question.license_type is None or named_by(question) != "number":
        return []
    newer = conn.execute(_NEWER, {"license_type": question.license_type}).all()
    asked = ((one, msgspec.structs.replace(question, license_type=one.license_type)) for one in newer)
    return [
        Words(
            f"该编号登记在取代该证照的{one.name}名下，请按{one.name}核验",
            f"the number is kept under the type that took the place of this one; verify it as {one.license_type}",
        )
        for one, under in asked
        if (told_types is None or one.license_type in told_types) and find_candidates(conn, under, reading)
    ]


def undelivered_words(older: Sequence[Any], told_by: Mapping[str, Sequence[Source]]) -> list[Words]:
    """Say which of the older types nobody delivers; `told_by` are the feeds of each that was looked at."""
    merged = merged_types()
    silent = (one for one in older if told_by.get(one.license_type) == [])
    names = [one.name for one in silent if one.license_type not in merged]
    return [
        Words(
            f"该证照取代了{name}，尚无部门向本平台提供{name}，该编号可能在其名下",
            f"it replaced {name}, which no department delivers yet; the number may be kept under that",
        )
        for name in names
    ]

"""Every version of a license, newest first, each with what it changed against the one before.

Reads the history view; holder codes are masked, and so is what a change would show of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, column, text

from license_library.answers import FieldChange, LicenseHolder, LicenseVersion, Words
from license_library.asking.listed_holders import LISTED, holders_of, listed_at, persons_of
from license_library.asking.masking import mask_code, mask_text
from license_library.licenses.license_hits import shown_text
from license_library.storage.keyring import Keyring
from license_library.words.wording import field_words, reversal_words, status_words
from schemas.license.states import may_follow

_OF_VERSION = (
    "version_count", "status", "license_number", "license_identifier", "license_name", "version_number", "issuer_name",
    "issuer_code", "issued_on", "valid_from", "valid_to", "open_ended", "holder_name", "area_code", "item_code", "item_name",
    "changed_on", "change_reason", "file_url", "replaces", "face", "source_updated_at", "known_from", "known_to", "exchange_id",
    "department", "feed",
)  # fmt: skip
# The first version counts from the day of issue. What it tells may hold from a later day only: nobody told the hub what the
# license was between the two.
HOLDS_FROM: Final = """case when version_count = 1 then issued_on
         else coalesce(changed_on, cast(source_updated_at at time zone 'Asia/Shanghai' as date)) end"""
_TOLD = {
    **{name: f"h.{name}" for name in _OF_VERSION},
    "holds_from": HOLDS_FROM,
    "code_encrypted": "s.code_encrypted",
    "kind": "s.kind",
    **LISTED,
}
_VERSIONS = text(f"""
select {", ".join(f"{told} as {name}" for name, told in _TOLD.items())}
  from license_history h join subjects s on s.subject_id = h.subject_id
  {listed_at("h")}
 where h.license_id = :license_id
 order by h.version_count desc
""").columns(*map(column, _TOLD))  # noqa: S608 - constants of this room

_Known = tuple[Any, str, list[str]]  # a version, its first holder's code, the codes of persons it lists

# What a change is told of; the face is only said to have changed, its values stand on the license itself.
_COMPARED = (
    "license_number",
    "license_identifier",
    "license_name",
    "version_number",
    "issuer_name",
    "issuer_code",
    "issued_on",
    "valid_from",
    "valid_to",
    "open_ended",
    "holder_name",
    "area_code",
    "item_code",
    "item_name",
    "status",
    "file_url",
    "replaces",
)


def read_versions(conn: Connection, keyring: Keyring, license_id: int) -> list[LicenseVersion]:
    """Return the versions of a license, newest first."""
    return versions_of(version_rows(conn, license_id), keyring)


def version_rows(conn: Connection, license_id: int) -> Sequence[Any]:
    """Return the rows of a license's versions, newest first; none where nothing is kept under that id."""
    return conn.execute(_VERSIONS, {"license_id": license_id}).all()


def versions_of(rows: Sequence[Any], keyring: Keyring) -> list[LicenseVersion]:
    """Return the versions that rows tell, newest first, each with what it changed against the next."""
    codes = [keyring.decrypt(row.code_encrypted).decode() for row in rows]
    told = list(zip(rows, codes, (persons_of(row, keyring) for row in rows), strict=True))
    listed = [holders_of(row, keyring) for row in rows]
    changes = [
        _changes(older, newer) + _holder_changes(before, after)
        for (newer, older), (after, before) in zip(pairwise(told), pairwise(listed), strict=True)
    ]
    reversals = [*(_reversal(older, newer) for newer, older in pairwise(rows)), None]
    versions = zip(told, listed, [*changes, []], reversals, strict=True)
    return [_version(one, holders, changed, reversal) for one, holders, changed, reversal in versions]


def _reversal(older: Any, newer: Any) -> Words | None:
    is_extended = older.valid_to is not None and (newer.valid_to is None or newer.valid_to > older.valid_to)
    if may_follow(older.status, newer.status, is_extended=is_extended):
        return None
    return reversal_words(older.status, newer.status)


def _changes(older: _Known, newer: _Known) -> list[FieldChange]:
    (before, old_code, _), (after, new_code, _) = older, newer
    changes = [
        FieldChange(field, field_words(field), _told(older, field), _told(newer, field))
        for field in _COMPARED
        if getattr(before, field) != getattr(after, field)
    ]
    if old_code != new_code:
        changes.append(FieldChange("holder_code", field_words("holder_code"), mask_code(old_code), mask_code(new_code)))
    if before.face != after.face:
        changes.append(FieldChange("face", field_words("face"), None, None))
    return changes


def _holder_changes(before: list[LicenseHolder], after: list[LicenseHolder]) -> list[FieldChange]:
    if before == after:
        return []
    return [FieldChange("holders", field_words("holders"), _said(before), _said(after))]


def _said(holders: list[LicenseHolder]) -> str | None:
    return "、".join(f"{one.name} {one.code}{f' {one.share}' if one.share else ''}" for one in holders) or None


def _told(known: _Known, field: str) -> str | None:
    row, code, persons = known
    value = getattr(row, field)
    return None if value is None else shown_text(str(value), row.kind, code, persons)


def _version(
    known: _Known, holders: list[LicenseHolder], changes: list[FieldChange], reversal: Words | None
) -> LicenseVersion:
    row, code, persons = known
    return LicenseVersion(
        version_count=row.version_count,
        current=row.known_to is None,
        status=row.status,
        status_words=status_words(row.status),
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        open_ended=row.open_ended,
        holder_name=row.holder_name,
        holder_code=mask_code(code),
        holders=holders,
        changed_on=row.changed_on,
        change_reason=row.change_reason and mask_text(row.change_reason, code, *persons),
        source_updated_at=row.source_updated_at,
        known_from=row.known_from,
        known_to=row.known_to,
        exchange_id=row.exchange_id,
        changes=changes,
        reversal=reversal,
    )

"""Everyone whom a version of a license lists, where it lists several: the columns that tell it, and the row made of them.

Knows the tables behind it. Codes leave masked only.
"""

from __future__ import annotations

from typing import Any, Final

from license_library.answers import LicenseHolder
from license_library.asking.masking import mask_code
from license_library.storage.keyring import Keyring

# Arrays, in the order in which the license lists its holders; null where it names only one.
_PARTS: Final = ("names", "shares", "codes", "types", "kinds", "hashes", "persons")
LISTED: Final = {f"listed_{part}": f"listed.{part}" for part in _PARTS}
_LISTED_AT = """left join lateral (
    select array_agg(one.name order by one.ordinal) as names, array_agg(one.share order by one.ordinal) as shares,
           array_agg(o.code_encrypted order by one.ordinal) as codes, array_agg(o.code_type order by one.ordinal) as types,
           array_agg(o.kind order by one.ordinal) as kinds, array_agg(o.holder_hash order by one.ordinal) as hashes,
           array_agg(o.code_encrypted) filter (where o.kind = 'person') as persons
      from license_holders one
      -- each by its id: without statistics of a new table the planner would walk all subjects
      join lateral (select * from subjects where subject_id = one.subject_id offset 0) as o on true
     where one.license_id = {version}.license_id and one.version_count = {version}.version_count
  ) as listed on true"""
_PERSONS_AT = """array(
    select o.code_encrypted from license_holders one
      join lateral (select * from subjects where subject_id = one.subject_id offset 0) as o on o.kind = 'person'
     where one.license_id = {version}.license_id and one.version_count = {version}.version_count) as listed_persons"""


def listed_at(version: str) -> str:
    """Return the join that brings LISTED to an alias which has license_id and version_count."""
    return _LISTED_AT.format(version=version)


def persons_at(version: str) -> str:
    """Return the column listed_persons alone, for an alias which has license_id and version_count."""
    return _PERSONS_AT.format(version=version)


def persons_of(row: Any, keyring: Keyring) -> list[str]:
    """Return the codes of all persons a row lists, in the clear, for masking only."""
    return [keyring.decrypt(sealed).decode() for sealed in row.listed_persons or ()]


def holders_of(row: Any, keyring: Keyring) -> list[LicenseHolder]:
    """Return everyone a row lists; nobody where it names only one."""
    parts = (row.listed_names, row.listed_codes, row.listed_types, row.listed_kinds, row.listed_shares)
    return [
        LicenseHolder(name, mask_code(keyring.decrypt(code).decode()), code_type, kind, share)
        for name, code, code_type, kind, share in zip(*(part or () for part in parts), strict=True)
    ]

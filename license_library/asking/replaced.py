"""When a license is one in whose place another stands, and when that takes it away from its holder: conditions for statements."""

from __future__ import annotations

from typing import Final

from schemas.identifiers.license_identifier import ROOT
from schemas.license.states import GOOD_STATES, STATE_CODES

# As text, for statements: a draft says nothing yet of what it is to follow.
GOOD: Final = f"array{sorted(GOOD_STATES)}"
NOT_GOOD: Final = f"array{sorted(STATE_CODES - GOOD_STATES - {'draft'})}"

# A later version of its identifier, which ends in VVV.C and differs in nothing else; a span of its index, in any collation.
LATER_EDITION: Final = f"""starts_with({{0}}.license_identifier, '{ROOT}') and left(n.license_identifier, -5) = left({{0}}.license_identifier, -5)
      and n.license_identifier > left({{0}}.license_identifier, -1) || 'Z'
      and n.license_identifier <= left({{0}}.license_identifier, -5) || '999.Z'"""
EARLIER_EDITION: Final = f"""starts_with({{0}}.license_identifier, '{ROOT}') and left(n.license_identifier, -5) = left({{0}}.license_identifier, -5)
      and n.license_identifier < left({{0}}.license_identifier, -1)
      and n.license_identifier > left({{0}}.license_identifier, -5)"""
_IS_REPLACED: Final = """(exists (select from licenses n where n.replaces = {{0}}.license_identifier and n.license_id <> {{0}}.license_id{such})
    or exists (select from licenses n where n.replaces = {{0}}.license_number and n.department = {{0}}.department
      and n.license_type = {{0}}.license_type and n.license_id <> {{0}}.license_id{such} and not exists (
        select from licenses twin where twin.license_number = {{0}}.license_number and twin.department = {{0}}.department
          and twin.license_type = {{0}}.license_type and twin.license_id <> {{0}}.license_id))
    or exists (select from licenses n where {later}{such}))"""
_TAKING_AWAY: Final = (
    f" and (n.status = any({NOT_GOOD}) or n.status = any({GOOD}) and n.subject_id <> {{0}}.subject_id)"
)


def is_replaced(license_alias: str) -> str:
    """Return the condition that another license names this one as replaced, by identifier or a number that is its alone, or is a later edition of it."""
    return _IS_REPLACED.format(such="", later=LATER_EDITION).format(license_alias)


def is_displaced(license_alias: str) -> str:
    """Return the condition that what replaced a license, good by its own word, is another holder's or not good."""
    replaced = _IS_REPLACED.format(such=_TAKING_AWAY, later=LATER_EDITION).format(license_alias)
    return f"({license_alias}.status = any({GOOD}) and {replaced})"

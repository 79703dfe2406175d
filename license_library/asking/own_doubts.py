"""What speaks against a license by its own record: it is disputed, or something newer of it waits. Conditions for statements."""

from __future__ import annotations

from typing import Final

from license_library.asking.held_against import held_against
from license_library.asking.held_records import newer_held
from license_library.asking.one_license import bound_holders

_IS_DISPUTED: Final = (
    "exists (select from correction_requests c where c.license_id = {}.license_id and c.state = 'open')"
)
# A good record would have ended the waiting of older ones, so whatever waits is newer, or nobody knows how old it is.
_IN_QUARANTINE: Final = """exists (select from quarantined_records q where q.state = 'open' and q.record_id = {0}.record_id
  and q.department = {0}.department and q.feed = {0}.feed)"""
# A record that bears no id of its department's may be anything newer of whatever its holder has of that feed and type. Few are such, and
# without one this costs one look into an index of nothing.
_WITHOUT_ID: Final = f"""case when exists (select from quarantined_records where state = 'open' and record_id is null) then exists (
    select from quarantined_records q where q.state = 'open' and q.record_id is null
       and q.department = {{0}}.department and q.feed = {{0}}.feed and coalesce(q.license_type, {{0}}.license_type) = {{0}}.license_type
       and q.holder_hashes && array(select s.holder_hash from {bound_holders("{0}")} one join subjects s on s.subject_id = one.bound_id))
  else false end"""  # noqa: S608 - constants of this room


def is_disputed(license_alias: str) -> str:
    """Return the condition that somebody asked a license's department to put a value right, and it has not answered."""
    return _IS_DISPUTED.format(license_alias)


def in_quarantine(license_alias: str) -> str:
    """Return the condition that a record of a license waits in quarantine."""
    return _IN_QUARANTINE.format(license_alias)


def may_be_in_quarantine(license_alias: str) -> str:
    """Return the condition that a record waits in quarantine that is a license's, or that may be, as it bears no id."""
    return f"({in_quarantine(license_alias)} or {_WITHOUT_ID.format(license_alias)})"


def may_change(license_alias: str) -> str:
    """Return the condition that a license is disputed, or that a newer record of its own waits: it may say something else soon."""
    return f"({is_disputed(license_alias)} or {in_quarantine(license_alias)} or {newer_held(license_alias)})"


def newer_waits(license_alias: str) -> str:
    """Return the condition that something newer of a license waits, in quarantine or in a held batch: what it says, nobody has judged yet."""
    return f"({may_be_in_quarantine(license_alias)} or {newer_held(license_alias)} or {held_against(license_alias)})"

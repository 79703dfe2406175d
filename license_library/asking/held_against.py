"""What a held batch says against a license by another row than its own, or by a list that lacks it: a condition for statements.

Without a held batch it costs one look into an index of nothing. What such a batch says of the license's own record is told elsewhere.
"""

from __future__ import annotations

from typing import Final

from license_library.asking.held_records import CHANGES, HELD
from license_library.asking.one_license import (
    GOOD,
    NOT_GOOD,
    bound_holders,
    identifier_body,
    of_successor_type,
    of_this_issue,
    same_number,
)
from schemas.identifiers.license_identifier import ROOT

# What all editions of a license have in common.
_FAMILY: Final = f"""case when starts_with({{0}}.license_identifier, '{ROOT}') then left({{0}}.license_identifier, -5)
      else {{0}}.license_identifier end"""
_EDITION: Final = "left(right({0}.license_identifier, 5), 3)"
# Staged rows have no index by any of these: held ones are hashed once for a whole question, and read only for a license that one
# of them may be about.
_KEYS: Final = (
    (_FAMILY, _FAMILY.format("s")),
    (identifier_body("{0}.license_identifier"), identifier_body("s.replaces")),
    ("number_key({0}.license_number)", "number_key(s.replaces)"),
    ("number_key({0}.license_number)", "number_key(s.license_number)"),
)
_MAY_BE: Final = " or ".join(
    f"{ours} in (select {theirs} from {HELD} and {theirs} is not null)"  # noqa: S608 - constants of this room
    for ours, theirs in _KEYS
)
_HOLDERS: Final = """(select s.holder_hash, s.holder_name_key union all select h.holder_hash, h.holder_name_key from staged_holders h
          where h.exchange_id = s.exchange_id and h.page_number = s.page_number and h.position = s.position)"""
_LEAVES_OUT: Final = f"""exists (select from {bound_holders("{0}")} one join subjects b on b.subject_id = one.bound_id
        left join {_HOLDERS} t on t.holder_hash = b.holder_hash group by one.subject_id having count(t.holder_hash) = 0)"""
_MAYBE_OF_ONE_HOLDER: Final = f"""exists (select from {bound_holders("{0}")} one join subjects b on b.subject_id = one.bound_id
        join {_HOLDERS} t on t.holder_hash = b.holder_hash or t.holder_name_key = b.name_key)"""
# By its identifier, as a later edition, or as what it replaces.
_NAMES: Final = f"""({_FAMILY.format("s")} = {_FAMILY} and {_EDITION.format("s")} >= {_EDITION}
      or {identifier_body("s.replaces")} = {identifier_body("{0}.license_identifier")}
      or number_key(s.replaces) = number_key({{0}}.license_number) and s.department = {{0}}.department
        and {of_successor_type("{0}", "s")})
      and (s.status = any({NOT_GOOD}) or s.status = any({GOOD}) and {_LEAVES_OUT})"""
_SAME_NUMBER: Final = f"""{same_number("{0}", "s")} and s.status = any({NOT_GOOD}) and {of_this_issue("{0}", "s")}
      and {_MAYBE_OF_ONE_HOLDER}"""
# What the library says already by that row, it says without the batch.
_IS_NEWS: Final = f"""not exists (select from licenses o where o.department = s.department and o.feed = s.feed
      and o.record_id = s.record_id and not ({CHANGES.format("o")}) offset 0)"""
_ROW: Final = f"""exists (select from {HELD} and (s.department, s.feed, s.record_id) <> ({{0}}.department, {{0}}.feed, {{0}}.record_id)
    and ({_NAMES} or {_SAME_NUMBER}) and {_IS_NEWS})"""
# As the merge marks them: what another exchange has brought since is listed.
_LIST: Final = """exists (select from exchanges e cross join lateral (
      select from listing_changes where exchange_id = e.exchange_id and license_id = {0}.license_id and not is_listed offset 0) c
    where e.state = 'held' and {0}.unlisted_at is null and {0}.exchange_id < e.exchange_id)"""
_AGAINST: Final = f"""case when {{0}}.status = any({GOOD}) and exists (select from exchanges where state = 'held')
    then {_LIST} or case when {_MAY_BE} then {_ROW} else false end else false end"""


def held_against(license_alias: str) -> str:
    """Return the condition that a held batch takes a license, good by its own word, away: by another row of it, by what takes its place, or by not listing it."""
    return _AGAINST.format(license_alias)

"""What a held batch says against a license by another row than its own, or by a list that lacks it: a condition for statements.

Without a held batch it costs one look into an index of nothing; with one, a look into an index for each way in which a held
row may name a license. What such a batch says of the license's own record is told elsewhere.
"""

from __future__ import annotations

from typing import Final

from license_library.asking.held_records import ANY_HELD, IS_NEWS, identifier_family, newer_held
from license_library.asking.one_license import (
    GOOD,
    NOT_GOOD,
    bound_holders,
    of_successor_type,
    of_this_issue,
    same_identifier,
)

_EDITION: Final = "left(right({0}.license_identifier, 5), 3)"
_HOLDERS: Final = """(select * from held_holders h
          where h.exchange_id = s.exchange_id and h.page_number = s.page_number and h.position = s.position offset 0)"""
_LEAVES_OUT: Final = f"""exists (select from {bound_holders("{0}")} one join subjects b on b.subject_id = one.bound_id
        left join {_HOLDERS} t on t.holder_hash = b.holder_hash group by one.subject_id having count(t.holder_hash) = 0)"""
_MAYBE_OF_ONE_HOLDER: Final = f"""exists (select from {bound_holders("{0}")} one join subjects b on b.subject_id = one.bound_id
        join {_HOLDERS} t on t.holder_hash = b.holder_hash or t.holder_name_key = b.name_key)"""
_ANOTHER: Final = "(s.department, s.feed, s.record_id) <> ({0}.department, {0}.feed, {0}.record_id)"
# By its identifier, as a later edition, or as what it replaces, folded as `replaced` folds it.
_NAMES: Final = (
    f"s.identifier_family = {identifier_family('{0}')} and {_EDITION.format('s')} >= {_EDITION}",
    same_identifier("{0}.license_identifier", "s.replaces_key"),
    f"""s.replaces_key = number_key({{0}}.license_number) and s.department = {{0}}.department
      and {of_successor_type("{0}", "s")}""",
)
_TAKES_IT: Final = f"(s.status = any({NOT_GOOD}) or s.status = any({GOOD}) and {_LEAVES_OUT})"
_SAME_NUMBER: Final = f"""s.number_key = number_key({{0}}.license_number) and s.status = any({NOT_GOOD})
      and {of_this_issue("{0}", "s")}"""
_MAY_BE: Final = " or ".join(
    f"exists (select from held_records s where {keyed} and {_ANOTHER})" for keyed in (*_NAMES, _SAME_NUMBER)
)
_ROW: Final = " or ".join(
    f"exists (select from held_records s where {keyed} and {_ANOTHER} and {asked} and {IS_NEWS})"
    for keyed, asked in (*((one, _TAKES_IT) for one in _NAMES), (_SAME_NUMBER, _MAYBE_OF_ONE_HOLDER))
)
# As the merge marks them: what another exchange has brought since is listed.
_LIST: Final = """exists (select from exchanges e cross join lateral (
      select from listing_changes where exchange_id = e.exchange_id and license_id = {0}.license_id and not is_listed offset 0) c
    where e.state = 'held' and {0}.unlisted_at is null and {0}.exchange_id < e.exchange_id)"""
_AGAINST: Final = f"""case when {{0}}.status = any({GOOD}) and {ANY_HELD}
    then {_LIST} or {_ROW} else false end"""
_MAY_WAIT: Final = f"""case when {ANY_HELD}
    then {newer_held("{0}")} or {{0}}.status = any({GOOD}) and ({_LIST} or {_MAY_BE}) else false end"""


def held_against(license_alias: str) -> str:
    """Return the condition that a held batch takes a license, good by its own word, away: by another row of it, by what takes its place, or by not listing it."""
    return _AGAINST.format(license_alias)


def may_be_held(license_alias: str) -> str:
    """Return the condition without which no held batch says anything of a license; it costs less."""
    return _MAY_WAIT.format(license_alias)

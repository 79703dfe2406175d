"""When a license is one in whose place another stands, and when that takes it away from its holder: conditions for statements."""

from __future__ import annotations

from typing import Final

from license_library.asking.one_license import (
    GOOD,
    NOT_GOOD,
    leaves_nobody_out,
    of_one_holder,
    of_successor_type,
    same_identifier,
    same_number,
)
from license_library.asking.own_doubts import may_change
from license_library.asking.twins import twins_say
from schemas.identifiers.license_identifier import ROOT

# What is only drafted has taken nobody's place yet. A later version of its identifier, which ends in VVV.C and differs in nothing else; a span of its index, in any collation.
LATER_EDITION: Final = f"""starts_with({{0}}.license_identifier, '{ROOT}') and left(n.license_identifier, -5) = left({{0}}.license_identifier, -5)
      and n.license_identifier > left({{0}}.license_identifier, -1) || 'Z'
      and n.license_identifier <= left({{0}}.license_identifier, -5) || '999.Z' and n.status <> 'draft'"""
EARLIER_EDITION: Final = f"""starts_with({{0}}.license_identifier, '{ROOT}') and left(n.license_identifier, -5) = left({{0}}.license_identifier, -5)
      and n.license_identifier < left({{0}}.license_identifier, -1)
      and n.license_identifier > left({{0}}.license_identifier, -5)"""
# A number names one license where nobody else's in that department and of that type bears it; of several holders' the one that its
# successor's holder has.
_NAMES: Final = """{before}.department = {after}.department and {of_type}
      and {before}.license_id <> {after}.license_id and not exists (
        select from licenses twin where {same} and twin.department = {before}.department
          and twin.license_type = {before}.license_type and twin.license_id <> {before}.license_id
          and twin.license_id <> {after}.license_id and not {of_one} and not ({followed} and not {twin_followed}))"""


def _names(before: str, after: str) -> str:
    return _NAMES.format(
        before=before,
        after=after,
        of_type=of_successor_type(before, after),
        same=same_number(before, "twin"),
        of_one=of_one_holder(before, "twin"),
        followed=of_one_holder(before, after),
        twin_followed=of_one_holder(after, "twin"),
    )


# By its identifier, by a number that is its alone, or as a later edition.
NAMED_SUCCESSORS: Final = (
    f"""select n.license_id from licenses n
     where {same_identifier("{0}.license_identifier", "number_key(n.replaces)")} and n.license_id <> {{0}}.license_id
       and n.status <> 'draft'""",  # noqa: S608 - constants of this room
    f"""select n.license_id from licenses n
     where number_key(n.replaces) = number_key({{0}}.license_number) and n.status <> 'draft' and {_names("{0}", "n")}""",  # noqa: S608 - constants of this room
)
_SUCCESSORS: Final = (*NAMED_SUCCESSORS, f"select n.license_id from licenses n where {LATER_EDITION}")  # noqa: S608 - constants of this room
# The other way round: what a license says it replaces, or is a later edition of.
NAMED_PREDECESSORS: Final = (
    f"""select n.license_id from licenses n
     where {same_identifier("number_key({0}.replaces)", "n.license_identifier")} and n.license_id <> {{0}}.license_id""",  # noqa: S608 - constants of this room
    f"""select n.license_id from licenses n
     where number_key(n.license_number) = number_key({{0}}.replaces) and {_names("n", "{0}")}""",  # noqa: S608 - constants of this room
)
PREDECESSORS: Final = (*NAMED_PREDECESSORS, f"select n.license_id from licenses n where {EARLIER_EDITION}")  # noqa: S608 - constants of this room
# Another that may be its successor: what a look into each index finds, and nothing is asked of that.
_MAY_BE_REPLACED: Final = f"""(exists (select from licenses n
      where {same_identifier("{0}.license_identifier", "number_key(n.replaces)")} and n.license_id <> {{0}}.license_id)
  or exists (select from licenses n where number_key(n.replaces) = number_key({{0}}.license_number)
      and n.department = {{0}}.department and {of_successor_type("{0}", "n")} and n.license_id <> {{0}}.license_id)
  or exists (select from licenses n where {LATER_EDITION}))"""  # noqa: S608 - constants of this room
_IS_REPLACED: Final = "(" + " or ".join(f"exists ({one})" for one in _SUCCESSORS) + ")"
# A joint holder whom the successor leaves out holds nothing any more, whoever else holds both.
_TAKES_AWAY: Final = (
    f"(later.status = any({NOT_GOOD}) or later.status = any({GOOD}) and not {leaves_nobody_out('{0}', 'later')})"
)
# What speaks against the successor may be that it is none, or no more: then neither of the two is sure. What a held batch says of it
# by other rows is not looked for here: the statement would walk all subjects.
_IS_DOUBTED: Final = f"""later.status = any({GOOD}) and (later.unlisted_at is not null or {may_change("later")} or {twins_say("later")} is not null)"""
_LONGEST: Final = 20
# Walked only for a license that has a successor at all, as few have: whatever took its place, and the place of that. The gravest
# that is to be said of any of them.
_SUCCESSORS_SAY: Final = f"""case when {{0}}.status = any({GOOD}) then case
  when exists (
    select from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")} and n.license_id <> {{0}}.license_id
       and greatest(n.issued_on, n.changed_on) >= {{0}}.issued_on and n.status = any({GOOD}) and not {of_one_holder("{0}", "n")})
  then 'displaced'
  when {_IS_REPLACED} then (
    with recursive chain as (
      select {{0}}.license_id as license_id, 0 as depth
       union
      select next.license_id, chain.depth + 1
        from chain join licenses o on o.license_id = chain.license_id
       cross join lateral ({" union all ".join(f"({one.format('o')})" for one in _SUCCESSORS)}) as next
       where chain.depth < {_LONGEST}
    )
    select case max(case when {_TAKES_AWAY} then 2 when {_IS_DOUBTED} then 1 end) when 2 then 'displaced' when 1 then 'doubted' end
      from chain join licenses later on later.license_id = chain.license_id
     where later.license_id <> {{0}}.license_id) end end"""  # noqa: S608 - constants of this file


def is_replaced(license_alias: str) -> str:
    """Return the condition that another license names this one as replaced, by identifier or a number that is its alone, or is a later edition of it."""
    return _IS_REPLACED.format(license_alias)


def may_be_replaced(license_alias: str) -> str:
    """Return the condition without which is_replaced never holds; it costs less."""
    return _MAY_BE_REPLACED.format(license_alias)


def successors_say(license_alias: str) -> str:
    """Return what is to be said of a license, good by its own word, for the sake of what took its place, or the place of that.

    `displaced`: it is another holder's or not good, or the very identifier is another holder's who was issued it, or changed, no
    earlier. `doubted`: something speaks against it. Else null.
    """
    return _SUCCESSORS_SAY.format(license_alias)

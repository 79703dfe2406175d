"""What other rows of the very license say of one that is good by its own word: words for statements."""

from __future__ import annotations

from typing import Final

from license_library.asking.one_license import (
    GOOD,
    NOT_GOOD,
    maybe_of_one_holder,
    of_this_issue,
    same_identifier,
    same_number,
)
from license_library.asking.own_doubts import may_change

# Its identifier elsewhere, or its number with what may be the same holder, for this issue or a later one; an earlier one may well
# be over. Of the same feed a good one speaks against this one only where it is a later issue that is still listed
# and doubted: a record under another key may be all that happened to this one. Two looks into indexes; what is asked of a row found there, few are asked. The gravest
# that any of them says.
_TWINS_SAY: Final = f"""case when {{0}}.status = any({GOOD}) then (
    select case max(case when n.status = any({NOT_GOOD}) then 3 when {may_change("n")} then 2 when n.unlisted_at is not null then 1 end)
             when 3 then 'contradicted' when 2 then 'may_change' when 1 then 'unlisted' end from (
      select n.* from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")} and n.license_id <> {{0}}.license_id
       union all
      select n.* from licenses n where {same_number("{0}", "n")}
         and ((n.department, n.feed) <> ({{0}}.department, {{0}}.feed) or n.status = any({NOT_GOOD})
           or n.status = any({GOOD}) and n.issued_on > {{0}}.issued_on and n.unlisted_at is null)
         and n.license_id <> {{0}}.license_id and {of_this_issue("{0}", "n")} and {maybe_of_one_holder("{0}", "n")}) n) end"""  # noqa: S608 - constants of this room
# Until when a row says that it is good: a day beyond every end where it tells none, and while its renewal is decided.
_END: Final = (
    "case when n.status = 'valid' and not n.open_ended then coalesce(n.valid_to, '9999-12-31') else '9999-12-31' end"
)
# Of this issue or of a later one, which may have run out first; of the same feed only of a later one. Which of two ends is right, its
# later word may say; told at the same instant neither is the later, and the earlier end is a doubt. A renewal that is asked for in time
# outlasts either.
_TWINS_END_ON: Final = f"""case when {{0}}.status = 'valid' then (
    select min(n.valid_to) from (
      select n.* from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")}
       union all
      select n.* from licenses n where {same_number("{0}", "n")} and n.license_type = {{0}}.license_type and (n.issued_on > {{0}}.issued_on
           or n.issued_on = {{0}}.issued_on and (n.department, n.feed) <> ({{0}}.department, {{0}}.feed))
         and {maybe_of_one_holder("{0}", "n")}) n
     where n.license_id <> {{0}}.license_id and n.status = 'valid' and not n.open_ended
       and n.valid_to < case when {{0}}.open_ended then 'infinity' else coalesce({{0}}.valid_to, 'infinity') end
       and n.source_updated_at >= {{0}}.source_updated_at) end"""  # noqa: S608 - constants of this room
# A day before all where it says that it is not good.
_OWN_GOOD_TO: Final = (
    f"case when {{0}}.status = any({NOT_GOOD}) then date '0001-01-01' else {_END.replace('n.', '{0}.')} end"
)
# Of this very issue: a good one of a later day was issued anew, whatever became of this one.
_TWINS_GOOD_TO: Final = f"""case when {{0}}.status = any({NOT_GOOD}) or {{0}}.status = 'valid' and {{0}}.valid_to is not null then (
    select max({_END}) from (
      select n.* from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")}
       union all
      select n.* from licenses n where {same_number("{0}", "n")} and n.license_type = {{0}}.license_type and n.issued_on = {{0}}.issued_on
         and (n.department, n.feed) <> ({{0}}.department, {{0}}.feed) and {maybe_of_one_holder("{0}", "n")}) n
     where n.license_id <> {{0}}.license_id and n.status = any({GOOD}) and ({{0}}.status <> 'valid' or {_END} > {{0}}.valid_to)) end"""  # noqa: S608 - constants of this room


def own_good_to(license_alias: str) -> str:
    """Return the day until which a license says that it is good, of any time where it says that it is not, or without end."""
    return _OWN_GOOD_TO.format(license_alias)


def twins_good_to(license_alias: str) -> str:
    """Return the day until which another row of a license's very issue says that it is good, where this one says that it is not, or ends earlier; else null."""
    return _TWINS_GOOD_TO.format(license_alias)


def twins_end_on(license_alias: str) -> str:
    """Return the day on which another row of a license's issue, or of a later one, told no earlier than it, lets it end earlier; else null."""
    return _TWINS_END_ON.format(license_alias)


def twins_say(license_alias: str) -> str:
    """Return what other rows of the very license say of one that is good by its own word.

    `contradicted`: it is not good. `may_change`: it is disputed or waits for a newer record. `unlisted`: it is listed no more. Else null.
    """
    return _TWINS_SAY.format(license_alias)

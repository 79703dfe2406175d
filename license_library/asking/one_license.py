"""When two rows are of one license, or of one holder: conditions for statements.

For doubts only: what may be the same is looked at, nothing is made the same. Beside one number little is asked, so all of it
is read of the few rows that have it.
"""

from __future__ import annotations

from typing import Final

from schemas.identifiers.license_identifier import ROOT
from schemas.license.states import GOOD_STATES, STATE_CODES

# An identifier ends in its check character, which some issuers compute wrongly: two that differ in nothing else are one. A span
# of the index, in any collation.
_BODY: Final = f"case when starts_with({{0}}, '{ROOT}') then left({{0}}, -1) else {{0}} end"
_SAME_IDENTIFIER: Final = f"""({{1}} >= {_BODY} and {{1}} <= case when starts_with({{0}}, '{ROOT}') then left({{0}}, -1) || 'Z' else {{0}} end
    and ({{1}} = {{0}} or starts_with({{0}}, '{ROOT}') and left({{1}}, -1) = left({{0}}, -1)))"""
_HOLDERS: Final = """(select {0}.subject_id union all select h.subject_id from license_holders h
        where h.license_id = {0}.license_id and h.version_count = {0}.version_count)"""
_BOUND: Final = """(select g.subject_id, coalesce(b.subject_id, g.subject_id) as bound_id from {holders} g
        left join subject_groups own on own.subject_id = g.subject_id and own.known_to is null
        left join subject_groups b on b.group_id = own.group_id and b.known_to is null)"""
_OF_ONE_HOLDER: Final = (
    "exists (select from {ours} one join {theirs} other on other.subject_id in (one.subject_id, one.bound_id))"
)
# As text, for statements: a draft says nothing yet.
GOOD: Final = f"array{sorted(GOOD_STATES)}"
NOT_GOOD: Final = f"array{sorted(STATE_CODES - GOOD_STATES - {'draft'})}"
# An issue that has run out or was followed ends with the next one under its number, as all do; one feed may tell both under the day
# of the first.
_ENDED: Final = "array['draft', 'expired', 'superseded']"
# Offices differ by days over when a license was issued. What was taken away after this one was issued is no earlier issue's end;
# where no day of that is told, it is known of the day on which the issuer said so.
_OF_THIS_ISSUE: Final = f"""({{other}}.license_type = {{0}}.license_type
      and case when ({{other}}.department, {{other}}.feed) = ({{0}}.department, {{0}}.feed)
        then {{other}}.issued_on > {{0}}.issued_on or {{other}}.issued_on = {{0}}.issued_on and {{other}}.status <> all({_ENDED})
        else {{other}}.issued_on >= {{0}}.issued_on or {{other}}.status = any({NOT_GOOD}) and {{other}}.status <> all({_ENDED})
          and coalesce({{other}}.changed_on, cast({{other}}.source_updated_at at time zone 'Asia/Shanghai' as date)) >= {{0}}.issued_on
        end)"""
# A license of the type that took the place of another's type may replace one of that.
_OF_TYPE: Final = """{after}.license_type in (
        {before}.license_type, (select t.replaced_by from license_types t where t.license_type = {before}.license_type))"""
_LEAVES_NOBODY_OUT: Final = """not exists (select from {ours} one left join {theirs} other
        on other.subject_id in (one.subject_id, one.bound_id) group by one.subject_id having count(other.subject_id) = 0)"""
_NAMED_ALIKE: Final = """exists (select from {ours} one join subjects s using (subject_id)
        cross join {theirs} other join subjects t on t.subject_id = other.subject_id where t.name_key = s.name_key)"""


def same_number(alias: str, other: str) -> str:
    """Return the condition that two licenses have one number, however it is written."""
    return f"number_key({other}.license_number) = number_key({alias}.license_number)"


def identifier_body(identifier: str) -> str:
    """Return the expression of an identifier without its check character; of what has another shape, as it is."""
    return _BODY.format(identifier)


def same_identifier(identifier: str, other: str) -> str:
    """Return the condition that two expressions are one identifier, whichever way its check character was computed."""
    return _SAME_IDENTIFIER.format(identifier, other)


def of_this_issue(alias: str, other: str) -> str:
    """Return the condition that another row under a license's number is of that issue or of a later one."""
    return _OF_THIS_ISSUE.format(alias, other=other)


def of_successor_type(before: str, after: str) -> str:
    """Return the condition that a license is of a type that may take the place of another."""
    return _OF_TYPE.format(before=before, after=after)


def bound_holders(alias: str) -> str:
    """Return the query of subject_id and bound_id: everyone who holds a license, with all who are bound to them and themselves."""
    return _BOUND.format(holders=_HOLDERS.format(alias))


def of_one_holder(alias: str, other: str) -> str:
    """Return the condition that somebody holds both licenses, alone or with others, under one number or under numbers that are bound."""
    return _OF_ONE_HOLDER.format(ours=bound_holders(alias), theirs=_HOLDERS.format(other))


def leaves_nobody_out(alias: str, other: str) -> str:
    """Return the condition that everyone who holds a license holds the other as well, alone or with others, under one number or bound ones."""
    return _LEAVES_NOBODY_OUT.format(ours=bound_holders(alias), theirs=_HOLDERS.format(other))


def maybe_of_one_holder(alias: str, other: str) -> str:
    """Return the condition that somebody holds both licenses, or that two who do have one name: beside one number that is no chance."""
    alike = _NAMED_ALIKE.format(ours=_HOLDERS.format(alias), theirs=_HOLDERS.format(other))
    return f"({of_one_holder(alias, other)} or {alike})"

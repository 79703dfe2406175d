"""A question about licenses in two looks: the first asks what speaks against each by itself, the second what others say of it.

PostgreSQL sets up everything that a statement may have to ask, each time; the second look is some thirty thousand characters, and
few licenses have any use for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TextualSelect

from license_library.asking.held_against import may_be_held
from license_library.asking.one_license import GOOD, same_identifier, same_number
from license_library.asking.own_doubts import is_disputed, may_be_in_quarantine, newer_waits
from license_library.asking.replaced import may_be_replaced, successors_say
from license_library.asking.twins import own_good_to, twins_end_on, twins_good_to, twins_say

# A condition that costs little where nothing is found, as of most: only of the others need more be asked.
_ASKS_MORE = f"""({may_be_held("{0}")} or {{0}}.status <> 'draft' and (
  exists (select from licenses n where {same_identifier("{0}.license_identifier", "n.license_identifier")} and n.license_id <> {{0}}.license_id)
  or exists (select from licenses n where {same_number("{0}", "n")} and n.license_id <> {{0}}.license_id)
  or {{0}}.status = any({GOOD}) and {may_be_replaced("{0}")}))"""  # noqa: S608 - constants of this room
# What of a past answer is not asked at all.
NO_DOUBTS: Final = {
    "twins_say": "cast(null as text)",
    "twins_end_on": "cast(null as date)",
    "own_good_to": "cast(null as date)",
    "twins_good_to": "cast(null as date)",
    "successors_say": "cast(null as text)",
    "newer_waits": "false",
    "is_disputed": "false",
    "asks_more": "false",
}


class Looks(NamedTuple):
    """Hold the statement that suffices for most licenses, and the larger one, for where more must be asked of some of them."""

    first: TextClause | TextualSelect
    more: TextClause | TextualSelect


def asks_more(license_alias: str) -> str:
    """Return the condition without which the twins and successors tell nothing of a license, and newer_waits only what is in quarantine.

    A held batch may speak of it, or another row stands beside it, or follows one that is good by its own word.
    """
    return _ASKS_MORE.format(license_alias)


def first_doubts(license_alias: str) -> dict[str, str]:
    """Return what the first look asks of a license, by the names that doubts_of reads, and whether more must be asked."""
    own = {"newer_waits": may_be_in_quarantine, "is_disputed": is_disputed, "own_good_to": own_good_to}
    return {
        **NO_DOUBTS,
        **{name: tell(license_alias) for name, tell in own.items()},
        "asks_more": asks_more(license_alias),
    }


def all_doubts(license_alias: str) -> dict[str, str]:
    """Return all that is asked of a license, by the same names."""
    says = {
        "twins_say": twins_say,
        "twins_end_on": twins_end_on,
        "twins_good_to": twins_good_to,
        "successors_say": successors_say,
    }
    own = {"newer_waits": newer_waits, "is_disputed": is_disputed, "own_good_to": own_good_to}
    return {**{name: condition(license_alias) for name, condition in (says | own).items()}, "asks_more": "false"}


def columns_of(told: Mapping[str, str]) -> str:
    """Return expressions by their names as the columns of a statement."""
    return ", ".join(f"{expression} as {name}" for name, expression in told.items())


def looks(statement: Callable[[str], TextClause], license_alias: str) -> Looks:
    """Return both looks of a statement, which is given the columns of the doubts."""
    first, every = first_doubts(license_alias), all_doubts(license_alias)
    return Looks(statement(columns_of(first)), statement(columns_of(every)))


def look(conn: Connection, both: Looks, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of the first look; of the second where the first says of any row that more must be asked."""
    rows = conn.execute(both.first, asked).all()
    return conn.execute(both.more, asked).all() if any(row.asks_more for row in rows) else rows

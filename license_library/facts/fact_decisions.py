"""What stewards decided about conflicts of facts and about masters, read back: where a conflict stands now.

A decision holds while the values are those it was made about. Knows its tables; writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from license_library.asking.shown_marks import mark_of
from license_library.facts.fact_verdicts import differing
from license_library.facts.facts import Fact
from license_library.storage.keyring import Keyring
from schemas.catalogue.elements import Element

ConflictState = Literal["open", "settled", "told"]

# Under whichever of its numbers a subject is asked for: what was decided under any of them. `offset 0`: each goes through
# an index, however many are asked for.
_WHOSE = """
with asked as (select distinct unnest(cast(:subjects as bigint[])) as subject_id), whose as (
  select subject_id, subject_id as decided_under from asked
   union
  select asked.subject_id, bound.subject_id from asked cross join lateral (
    select b.subject_id from subject_groups g join subject_groups b on b.group_id = g.group_id and b.known_to is null
     where g.subject_id = asked.subject_id and g.known_to is null offset 0) as bound
), decided as materialized (
  select whose.subject_id as asked_id, d.* from whose cross join lateral (
    select * from fact_decisions where subject_id = whose.decided_under offset 0) as d
)"""
_DECIDED = text(f"""{_WHOSE}, owned as (
  select distinct on (asked_id, element) asked_id, element, owner from decided where action = 'assigned'
   order by asked_id, element, decision_id desc
), last as (
  select distinct on (asked_id, element) * from decided where action <> 'assigned'
   order by asked_id, element, decision_id desc
)
select asked_id as subject_id, element, last.decision_id, last.action, last.license_id, last.values_digest, last.until, last.request_id,
       last.decided_by, last.decided_at, r.state as request_state, owned.owner
  from last full join owned using (asked_id, element) left join correction_requests r using (request_id)
""")  # noqa: S608 - a constant of this file
_LISTED = text(f"{_WHOSE} select * from decided where element = :element order by decision_id")  # noqa: S608 - as above
_PREFERRED = text("""
select distinct on (element) element, source from element_masters order by element, change_id desc
""")


@dataclass(frozen=True)
class Decided:
    """Hold where the decisions about one conflict ended; without an action it was only assigned."""

    subject_id: int
    element: str
    decision_id: int | None  # of the action
    action: str | None
    license_id: int | None
    values_digest: bytes | None
    until: date | None
    request_id: int | None
    decided_by: str | None
    decided_at: datetime | None
    request_state: str | None
    owner: str | None


Decisions = dict[tuple[int, str], Decided]


def read_decisions(conn: Connection, subject_ids: Iterable[int]) -> Decisions:
    """Return the last decision on each conflict of some subjects, made under whichever of their numbers."""
    rows = conn.execute(_DECIDED, {"subjects": sorted(set(subject_ids))})
    return {(row.subject_id, row.element): Decided(**row._mapping) for row in rows}


def read_preferred(conn: Connection) -> dict[str, tuple[str, ...]]:
    """Return by element the source that stewards put first; none where the declared order counts."""
    return {row.element: (row.source,) for row in conn.execute(_PREFERRED) if row.source is not None}


def values_digest(keyring: Keyring, differ: Sequence[Fact], chosen: Fact) -> bytes:
    """Return the keyed hash of the values that differ and of the one that stands: nobody can read them back."""
    values = "\x1f".join(sorted({fact.normal for fact in differ}))
    return keyring.fingerprint("differing facts", f"{values}\x1e{chosen.normal}")


def settled_fact(
    element: Element, facts: Sequence[Fact], decided: Decided | None, keyring: Keyring, today: date
) -> Fact | None:
    """Return the fact that a decision lets stand, or None: never decided, past its last day, or a value has changed since."""
    differ = differing(element, facts)
    if decided is None or decided.action != "settled" or not differ:
        return None
    if decided.until is not None and decided.until < today:
        return None
    for fact in differ:
        is_chosen = decided.license_id == (None if fact.row is None else fact.row.license_id)
        if is_chosen and values_digest(keyring, differ, fact) == decided.values_digest:
            return fact
    return None


def mark_of_conflict(keyring: Keyring, element: Element, facts: Sequence[Fact], decided: Decided | None) -> str:
    """Return the mark of a conflict as it is shown: whose values differ, who looks after it, the last that was decided."""
    told = sorted(f"{fact.row and fact.row.license_id}\x1f{fact.normal}" for fact in differing(element, facts))
    values = keyring.fingerprint("shown facts", "\x1e".join(told)).hex()
    return mark_of(values, decided and (decided.owner, decided.decision_id, decided.request_state))


def state_of(decided: Decided | None, settled: Fact | None) -> ConflictState:
    """Say where a conflict stands: settled while that holds, told while its department has not answered, else open."""
    if settled is not None:
        return "settled"
    if decided is not None and decided.action == "told" and decided.request_state == "open":
        return "told"
    return "open"


def list_decisions(conn: Connection, subject_id: int, element: str) -> Sequence[Any]:
    """Return everything that was decided about one conflict under any number of the subject, oldest first."""
    return conn.execute(_LISTED, {"subjects": [subject_id], "element": element}).all()

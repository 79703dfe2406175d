"""What stewards decided about conflicts of facts and about masters, read back: where a conflict stands now.

A decision holds while the values are those it was made about. Knows its tables; writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from license_library.fact_verdicts import differing
from license_library.facts import Fact
from license_library.keyring import Keyring
from schemas.elements import Element

ConflictState = Literal["open", "settled", "told"]

_DECIDED = text("""
select d.subject_id, d.element, d.action, d.license_id, d.values_digest, d.until, d.request_id, d.decided_by, d.decided_at,
       r.state as request_state, owned.owner
  from (select distinct on (subject_id, element) subject_id, element from fact_decisions
         where subject_id = any(cast(:subjects as bigint[]))) as asked
  left join lateral (
    select owner from fact_decisions o where o.subject_id = asked.subject_id and o.element = asked.element
       and o.action = 'assigned' order by o.decision_id desc limit 1) as owned on true
  left join lateral (
    select * from fact_decisions c where c.subject_id = asked.subject_id and c.element = asked.element
       and c.action <> 'assigned' order by c.decision_id desc limit 1) as last on true
  cross join lateral (
    select asked.subject_id, asked.element, last.action, last.license_id, last.values_digest, last.until, last.request_id,
           last.decided_by, last.decided_at) as d
  left join correction_requests r on r.request_id = d.request_id
""")
_PREFERRED = text("""
select distinct on (element) element, source from element_masters order by element, change_id desc
""")


@dataclass(frozen=True)
class Decided:
    """Hold where the decisions about one conflict ended; without an action it was only assigned."""

    subject_id: int
    element: str
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
    """Return the last decision on each conflict of some subjects."""
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


def state_of(decided: Decided | None, settled: Fact | None) -> ConflictState:
    """Say where a conflict stands: settled while that holds, told while its department has not answered, else open."""
    if settled is not None:
        return "settled"
    if decided is not None and decided.action == "told" and decided.request_state == "open":
        return "told"
    return "open"


def list_decisions(conn: Connection, subject_id: int, element: str) -> Sequence[Any]:
    """Return everything that was decided about one conflict, oldest first."""
    statement = text("select * from fact_decisions where subject_id = :s and element = :e order by decision_id")
    return conn.execute(statement, {"s": subject_id, "e": element}).all()

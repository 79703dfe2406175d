"""List what is owed to departments: where each delivery stands, why, and what happens next.

Reads only; a payload is never opened here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import DeliveriesAnswer, DeliveryBrief, DeliveryCount
from license_library.asking.cursors import find_by_id, read_page
from license_library.asking.known_filters import check_department
from license_library.asking.masking import mask_text
from license_library.asking.questions import DeliveryFilter
from license_library.asking.readings import check_state, check_text
from license_library.deliveries.push_holds import are_held
from license_library.words.delivery_words import STATES, delivery_state_words, kind_words, reason_words

_COLUMNS = """
d.delivery_id, d.delivery_key, d.department, p.name as department_name, d.kind, d.case_number, d.sequence,
d.class as delivery_class, d.state, d.is_doubtful, d.tries, d.reason_code, d.answer, d.number, d.enqueued_at, d.sent_at,
d.acknowledged_at, d.finished_at, d.verified_by, d.decision, d.verified_at,
case when d.state in ('waiting', 'acknowledged') then d.next_try_at end as next_try_at,
(select min(e.delivery_id) from deliveries e where d.state = 'waiting' and e.department = d.department
  and e.case_number = d.case_number and e.sequence < d.sequence
  and e.state in ('waiting', 'claimed', 'sent', 'refused', 'to_verify')) as waits_for
"""
_SCOPE = """
(cast(:department as text) is null or d.department = :department)
and (cast(:kind as text) is null or d.kind = :kind)
and (cast(:case_number as text) is null or d.case_number = :case_number)
"""
_LIST = text(f"""
select {_COLUMNS} from deliveries d join departments p using (department)
where {_SCOPE} and (cast(:state as text) is null or d.state = :state) and d.delivery_id < :before
order by d.delivery_id desc limit :limit
""")  # noqa: S608 - constants of this file
_COUNTS = text(f"select d.state, count(*) as count from deliveries d where {_SCOPE} group by d.state")  # noqa: S608 - as above
_GET = text(f"""
select {_COLUMNS} from deliveries d join departments p using (department) where d.delivery_id = :delivery_id
""")  # noqa: S608 - as above


def list_deliveries(
    conn: Connection, wanted: DeliveryFilter, now: datetime, *, declared: Collection[str] = ()
) -> DeliveriesAnswer:
    """Return one page of deliveries, newest first; WrongQuestion for a limit or cursor that is not ours."""
    check_state(wanted.state, wanted.STATES)
    scope = {name: getattr(wanted, name) for name in ("department", "kind", "case_number", "state")}
    for value in scope.values():
        check_text(value or "", "deliveries")
    check_department(conn, wanted.department, declared)
    rows, following = read_page(conn, _LIST, scope, wanted, "delivery_id")
    counted: dict[str, int] = {row.state: row[1] for row in conn.execute(_COUNTS, scope)}
    return DeliveriesAnswer(
        deliveries=[_brief(row) for row in rows],
        next=following,
        states=[DeliveryCount(state, words, counted[state]) for state, words in STATES.items() if state in counted],
        is_held=are_held(conn),
        asked_at=now,
    )


def get_delivery(conn: Connection, delivery_id: int) -> DeliveryBrief:
    """Return one delivery; NotFound where there is none."""
    return _brief(find_by_id(conn, _GET, "delivery_id", delivery_id, "outbox: there is no delivery"))


def _brief(row: Any) -> DeliveryBrief:
    facts = dict(row._mapping)
    if row.state == "done" and row.decision is not None:  # a person ended the doubt; what it was about would mislead
        facts |= {"reason_code": None, "answer": None}
    facts["answer"] = facts["answer"] and mask_text(facts["answer"])
    return DeliveryBrief(
        **facts,
        kind_words=kind_words(row.kind),
        state_words=delivery_state_words(row.state),
        reason_words=reason_words(facts["reason_code"]),
    )

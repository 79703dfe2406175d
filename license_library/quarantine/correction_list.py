"""List correction requests: to whom, about which field, by when, what came of it. Reads only.

Values are shown masked, what may name a person by its first character; whoever reveals them is recorded elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from license_library.answers import CorrectionBrief, CorrectionDetail, CorrectionEvent, CorrectionsAnswer
from license_library.asking.cursors import LAST, read_ordered
from license_library.asking.known_filters import check_department
from license_library.asking.masking import mask_text
from license_library.asking.questions import CorrectionFilter
from license_library.asking.readings import check_state, check_text
from license_library.storage.keyring import Keyring
from license_library.words.case_words import correction_event_words, correction_words
from license_library.words.wording import field_words
from schemas.bureau_time import ZONE
from schemas.errors import NotFound
from schemas.license.license import LICENSE

_COLUMNS = """
r.request_id, r.department, d.name as department_name, r.feed, r.record_id, r.quarantine_id, r.license_id, r.field, r.seen,
r.proposed, r.evidence is not null as has_evidence, r.basis, r.asked_by, r.asked_at, r.due_on, r.delivery_id,
v.state as delivery_state, v.case_number, r.state, r.answer, r.answer_note, r.answered_by, r.answered_at,
r.state = 'open' and r.due_on < :today as is_late
"""
_FROM = """
from correction_requests r join departments d using (department) left join deliveries v on v.delivery_id = r.delivery_id
"""
# The open ones first, by their last day, then the newest: three keys, upwards.
_ORDER = ("ended", "due", "number")
_LIST = text(f"""
select * from (select {_COLUMNS}, cast(r.state <> 'open' as integer) as ended, r.due_on - date '2000-01-01' as due, -r.request_id as number {_FROM}
where (cast(:department as text) is null or r.department = cast(:department as text))
  and (cast(:state as text) is null or r.state = cast(:state as text)
    or cast(:state as text) = 'late' and r.state = 'open' and r.due_on < :today)
  and (cast(:license_id as bigint) is null or r.license_id = cast(:license_id as bigint))
  and (cast(:quarantine_id as bigint) is null or r.quarantine_id = cast(:quarantine_id as bigint))) as listed
where (ended, due, number) > (:ended, :due, :number) order by ended, due, number limit :limit
""")  # noqa: S608 - constants of this file
_GET = text(f"select {_COLUMNS} {_FROM} where r.request_id = :request_id")
_SEALED = text("select seen, proposed, evidence from correction_requests where request_id = :request_id")
_DELIVERY = text("select owed_at, acknowledged_at, finished_at from deliveries where delivery_id = :delivery_id")
_PERSONAL = {field.name for field in LICENSE.fields if field.personal}


def list_corrections(
    conn: Connection,
    keyring: Keyring,
    wanted: CorrectionFilter,
    today: date,
    now: datetime,
    *,
    declared: Collection[str] = (),
) -> CorrectionsAnswer:
    """Return requests, the open ones first, by their last day."""
    check_state(wanted.state, wanted.STATES)
    check_text(f"{wanted.department or ''}{wanted.state or ''}", "corrections")
    check_department(conn, wanted.department, declared)
    scope = {name: getattr(wanted, name) for name in ("department", "state", "license_id", "quarantine_id")}
    rows, following = read_ordered(conn, _LIST, scope | {"today": today}, wanted, _ORDER)
    return CorrectionsAnswer([_brief(row, keyring) for row in rows], following, now)


def get_correction(conn: Connection, keyring: Keyring, request_id: int, today: date) -> CorrectionBrief:
    """Return one request; NotFound where there is none."""
    known = abs(request_id) <= LAST
    row = conn.execute(_GET, {"request_id": request_id, "today": today}).one_or_none() if known else None
    if row is None:
        raise NotFound(f"correction: there is no request {request_id}; expected an id of the list")
    return _brief(row, keyring)


def show_correction(
    conn: Connection, keyring: Keyring, request_id: int, today: date, now: datetime, *, reveal: bool = False
) -> CorrectionDetail:
    """Return one request with its history; NotFound where there is none. `reveal` shows values and evidence as they are."""
    one = get_correction(conn, keyring, request_id, today)
    sealed = conn.execute(_SEALED, {"request_id": request_id}).one()
    values = {name: keyring.decrypt(value).decode() if value else None for name, value in sealed._mapping.items()}
    evidence = values.pop("evidence")
    if reveal:
        one = msgspec.structs.replace(one, **values)
    delivery = conn.execute(_DELIVERY, {"delivery_id": one.delivery_id}).one_or_none()
    events = sorted(_events(one, delivery), key=lambda event: event.happened_at)
    shown = evidence if reveal or evidence is None else _starred(evidence)
    return CorrectionDetail(one, shown, is_revealed=reveal, events=events, asked_at=now)


def _events(one: CorrectionBrief, delivery: Any) -> Iterator[CorrectionEvent]:
    yield _event(one.asked_at, "asked", one.asked_by, one.basis)
    steps = [] if delivery is None else [
        ("handed_over", delivery.owed_at), ("arrived", delivery.acknowledged_at), ("delivery_over", delivery.finished_at),
    ]  # fmt: skip
    for what, at in steps:
        if at is not None:
            yield _event(at, what, None, None)
    if one.is_late:
        yield _event(datetime.combine(one.due_on + timedelta(days=1), time(), ZONE), "late", None, None)
    if one.answered_at is not None:
        by = None if one.answered_by == "hub" else one.answered_by
        yield _event(one.answered_at, one.answer or one.state, by, one.answer_note)


def _event(at: datetime, what: str, who: str | None, note: str | None) -> CorrectionEvent:
    return CorrectionEvent(at, what, correction_event_words(what), who, note)


def _brief(row: Any, keyring: Keyring) -> CorrectionBrief:
    facts = {name: value for name, value in row._mapping.items() if name not in _ORDER}
    for name in ("seen", "proposed"):
        facts[name] = _masked(row.field, keyring.decrypt(facts[name]).decode()) if facts[name] else None
    facts["record_id"] = mask_text(row.record_id)
    state = "late" if row.is_late else row.answer or row.state
    return CorrectionBrief(**facts, field_words=field_words(row.field), state_words=correction_words(state))


def _masked(field: str, value: str) -> str:
    known = field in {one.name for one in LICENSE.fields} - _PERSONAL
    return mask_text(value) if known else _starred(value)


def _starred(value: str) -> str:
    return value[:1] + "*" * max(len(value) - 1, 1)

"""List correction requests: to whom, about which field, by when, what came of it. Reads only.

Values are shown masked: what may name a person shows its first character.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from license_library.answers import CorrectionBrief, CorrectionsAnswer
from license_library.case_words import correction_words
from license_library.cursors import LAST, check_limit
from license_library.keyring import Keyring
from license_library.masking import mask_text
from license_library.readings import check_text
from license_library.wording import field_words
from schemas.errors import NotFound
from schemas.license import LICENSE

_COLUMNS = """
r.request_id, r.department, d.name as department_name, r.feed, r.record_id, r.quarantine_id, r.license_id, r.field, r.seen,
r.proposed, r.evidence is not null as has_evidence, r.basis, r.asked_by, r.asked_at, r.due_on, r.delivery_id,
v.state as delivery_state, r.state, r.answer, r.answer_note, r.answered_by, r.answered_at,
r.state = 'open' and r.due_on < :today as is_late
"""
_FROM = """
from correction_requests r join departments d using (department) left join deliveries v on v.delivery_id = r.delivery_id
"""
_LIST = text(f"""
select {_COLUMNS} {_FROM}
where (cast(:department as text) is null or r.department = cast(:department as text))
  and (cast(:state as text) is null or r.state = cast(:state as text))
  and (cast(:license_id as bigint) is null or r.license_id = cast(:license_id as bigint))
  and (cast(:quarantine_id as bigint) is null or r.quarantine_id = cast(:quarantine_id as bigint))
order by r.state = 'open' desc, r.due_on, r.request_id desc limit :limit
""")
_GET = text(f"select {_COLUMNS} {_FROM} where r.request_id = :request_id")
_PERSONAL = {field.name for field in LICENSE.fields if field.personal}


def list_corrections(  # noqa: PLR0913 - each narrows the list
    conn: Connection,
    keyring: Keyring,
    today: date,
    now: datetime,
    *,
    department: str | None = None,
    state: str | None = None,
    license_id: int | None = None,
    quarantine_id: int | None = None,
    limit: int = 50,
) -> CorrectionsAnswer:
    """Return requests, the open ones first, by their last day."""
    check_text(f"{department or ''}{state or ''}")
    wanted = {"department": department, "state": state, "license_id": license_id, "quarantine_id": quarantine_id}
    rows = conn.execute(_LIST, {**wanted, "today": today, "limit": check_limit(limit)})
    return CorrectionsAnswer([_brief(row, keyring) for row in rows], now)


def get_correction(conn: Connection, keyring: Keyring, request_id: int, today: date) -> CorrectionBrief:
    """Return one request; NotFound where there is none."""
    known = abs(request_id) <= LAST
    row = conn.execute(_GET, {"request_id": request_id, "today": today}).one_or_none() if known else None
    if row is None:
        raise NotFound(f"correction: there is no request {request_id}; expected an id of the list")
    return _brief(row, keyring)


def _brief(row: Any, keyring: Keyring) -> CorrectionBrief:
    facts = dict(row._mapping)
    for name in ("seen", "proposed"):
        facts[name] = _masked(row.field, keyring.decrypt(facts[name]).decode()) if facts[name] else None
    facts["record_id"] = mask_text(row.record_id)
    state = "late" if row.is_late else row.answer or row.state
    return CorrectionBrief(**facts, field_words=field_words(row.field), state_words=correction_words(state))


def _masked(field: str, value: str) -> str:
    known = field in {one.name for one in LICENSE.fields} - _PERSONAL
    return mask_text(value) if known else value[:1] + "*" * (len(value) - 1)

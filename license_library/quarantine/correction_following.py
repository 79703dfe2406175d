"""Correction requests on their way: handed over, late, or answered by the record that came back.

Knows which are to be brought, which are past their last day, and what has been put right. Who asks and answers is
corrections.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from license_library.quarantine.case_events import Deed, write_events
from license_library.storage.keyring import Keyring


@dataclass(frozen=True)
class Undelivered:
    """Hold a request that is not in the outbox yet, in the clear: for the hub only."""

    request_id: int
    department: str
    record_id: str
    field: str
    seen: str
    proposed: str
    evidence: str
    basis: str
    due_on: date
    asked_at: datetime


@dataclass(frozen=True)
class Late:
    """Name a request that is past its last day."""

    request_id: int
    feed: str
    field: str
    due_on: date


_LATE = text("""
select a.department, r.request_id, r.feed, r.field, r.due_on
from (select distinct department from correction_requests) a
left join correction_requests r on r.department = a.department and r.state = 'open' and r.due_on < :today
order by a.department, r.request_id
""")
_OPEN = text("""
select request_id, department, record_id, field, seen, proposed, evidence, basis, due_on, asked_at from correction_requests
where state = 'open' and delivery_id is null and department = any(:departments) order by request_id
""")
_DELIVERED = text("update correction_requests set delivery_id = :delivery_id where request_id = :request_id")


_LISTED = """(select jsonb_agg({what} order by h.ordinal) from license_holders h
        where h.license_id = {of}.license_id and h.version_count = {of}.version_count)"""


def _lists_other(what: str) -> str:
    """Return the condition that the version of now lists others than the one that was doubted."""
    return f"{_LISTED.format(what=what, of='l')} is distinct from {_LISTED.format(what=what, of='asked')}"


# Another value where the doubt was; a code is kept as the subject that has it.
_DIFFERS = f"""case
    when r.field like 'face.%' then l.face ->> substr(r.field, 6) is distinct from asked.face ->> substr(r.field, 6)
    when r.field = 'holder_name' then l.holder_name <> asked.holder_name or {_lists_other("h.name")}
    when r.field in ('holder_code', 'holder_code_type')
      then l.subject_id <> asked.subject_id or {_lists_other("h.subject_id")}
    when r.field = 'holders' then {_lists_other("jsonb_build_array(h.subject_id, h.name, h.share)")}
    else to_jsonb(l) -> r.field is distinct from to_jsonb(asked) -> r.field end"""
# Put right at the source: a case that was mended, or a license that says something else where it was doubted.
_CORRECTED = text(f"""
update correction_requests r set state = 'answered', answer = 'corrected', answered_by = coalesce(r.answered_by, 'hub'), answered_at = :now
where r.state = 'open' and (
  exists (select from quarantined_records q where q.quarantine_id = r.quarantine_id and q.state = 'mended'
    and q.edits is null)
  or exists (select from licenses l cross join lateral (
      select * from license_history v where v.license_id = l.license_id and v.known_from <= r.asked_at
       order by v.version_count desc limit 1) as asked
    where l.license_id = r.license_id and {_DIFFERS}))
returning r.request_id, r.quarantine_id
""")  # noqa: S608 - constants of this file


def settle_corrected(conn: Connection, now: datetime) -> int:
    """Answer the requests whose record came back put right; return how many that were."""
    rows = conn.execute(_CORRECTED, {"now": now}).all()
    cases = [row.quarantine_id for row in rows if row.quarantine_id is not None]
    write_events(conn, cases, Deed("answered", detail="corrected"), now)
    return len(rows)


def list_late(conn: Connection, today: date) -> dict[str, list[Late]]:
    """Return by every department that was ever asked what it has not answered in time."""
    late: dict[str, list[Late]] = {}
    for row in conn.execute(_LATE, {"today": today}):
        of_department = late.setdefault(row.department, [])
        if row.request_id is not None:
            of_department.append(Late(row.request_id, row.feed, row.field, row.due_on))
    return late


def list_undelivered(conn: Connection, keyring: Keyring, departments: list[str]) -> list[Undelivered]:
    """Return the open requests to these departments that are not in the outbox yet."""
    return [
        Undelivered(
            row.request_id, row.department, row.record_id, row.field, _opened(keyring, row.seen),
            _opened(keyring, row.proposed), _opened(keyring, row.evidence), row.basis, row.due_on, row.asked_at,
        )
        for row in conn.execute(_OPEN, {"departments": departments})
    ]  # fmt: skip


def note_delivery(conn: Connection, request_id: int, delivery_id: int) -> None:
    """Note which delivery brings a request."""
    conn.execute(_DELIVERED, {"request_id": request_id, "delivery_id": delivery_id})


def _opened(keyring: Keyring, sealed: bytes | None) -> str:
    return keyring.decrypt(sealed).decode() if sealed else ""

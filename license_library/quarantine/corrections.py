"""Correction requests (数据校核): what a department is asked to put right, by which working day, and what it answered.

Knows records and deadlines. Values are kept encrypted; how a request is brought to the department is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, text

from license_library.asking.masking import shown_name
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.catalogue.calendar import add_workdays
from license_library.quarantine.case_events import Deed, write_events
from license_library.storage.keyring import Keyring
from license_library.words.case_words import quarantine_words
from schemas.errors import NotFound, RequestError
from schemas.license.license import LICENSE

Answer = Literal["corrected", "confirmed", "refused", "withdrawn"]
DEFAULT_DAYS = 10  # working days; what an authority must keep is said by its own rules
LONGEST = 500


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for one field to be put right: of a case that waits or of a license, with what was seen and what should stand."""

    field: str
    basis: str
    who: str
    proposed: str = ""
    seen: str = ""
    evidence: str = ""
    days: int = DEFAULT_DAYS


_CASE = text("""
select department, feed, record_id, quarantine_id, null::bigint as license_id, state from quarantined_records
where quarantine_id = :about for no key update
""")
_LICENSE = text("""
select department, feed, record_id, null::bigint as quarantine_id, license_id, 'open' as state from licenses
where license_id = :about
""")
# Two who ask for the same at once take turns; the license itself is not locked, a merge may hold it for long.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('correction ' || cast(:record_id as text), 0))")
# Of a face several fields may be asked for: which one stands in the encrypted words alone.
_ASKED_ALREADY = text("""
select request_id from correction_requests
where state = 'open' and field = :field and field <> 'face' and (quarantine_id = :quarantine_id or license_id = :license_id)
""")
_ASK = text("""
insert into correction_requests (department, feed, record_id, quarantine_id, license_id, field, seen, proposed, evidence,
  basis, asked_by, asked_at, due_on, state)
values (:department, :feed, :record_id, :quarantine_id, :license_id, :field, :seen, :proposed, :evidence, :basis, :who, :now,
  :due_on, 'open')
returning request_id
""")
_ANSWER = text("""
update correction_requests set state = :state, answer = :answer, answer_note = :note, answered_by = :who, answered_at = :now
where request_id = :request_id and state = 'open' returning quarantine_id
""")
# A license's department says that it is put right: the license stays disputed until the hub has read it so (settle_corrected).
_PROMISE = text("""
update correction_requests set answer_note = :note, answered_by = :who
where request_id = :request_id and state = 'open' and license_id is not null returning request_id
""")
_OF_DELIVERY = text("select request_id from correction_requests where delivery_id = :delivery_id and state = 'open'")
_STATE = text("select state from correction_requests where request_id = :request_id")


def ask_for_case(
    conn: Connection, keyring: Keyring, quarantine_id: int, asked: Correction, today: date, now: datetime
) -> int:
    """Send a case back to its department; the record waits on. Return the request's id."""
    found = conn.execute(_CASE, {"about": quarantine_id}).one_or_none()
    if found is None:
        raise NotFound(f"quarantine: there is no case {quarantine_id}; nothing was asked")
    if found.state != "open":
        raise NotDecidable(
            f"case {quarantine_id}: is {found.state}; return needs it open; nothing was asked",
            zh=f"隔离 {quarantine_id} {quarantine_words(found.state).zh}，不能退回部门；未提出",
        )
    request_id, due_on = _ask(conn, keyring, found, asked, today, now)
    deed = Deed("returned", asked.who.strip(), asked.basis.strip(), f"{asked.field}, {due_on}")
    write_events(conn, [quarantine_id], deed, now)
    return request_id


def ask_for_license(
    conn: Connection, keyring: Keyring, license_id: int, asked: Correction, today: date, now: datetime
) -> int:
    """Ask for a value of a license to be put right; the license is disputed until the department answers."""
    found = conn.execute(_LICENSE, {"about": license_id}).one_or_none()
    if found is None:
        raise NotFound(f"library: no license is kept under {license_id}; nothing was asked")
    if not asked.proposed.strip() and not asked.evidence.strip():
        raise RequestError(
            "correction: expected what should stand there, or the evidence; nothing was asked",
            zh="须填写应为的值，或证明材料；未提出",
        )
    return _ask(conn, keyring, found, asked, today, now)[0]


def _ask(
    conn: Connection, keyring: Keyring, about: Row[Any], asked: Correction, today: date, now: datetime
) -> tuple[int, date]:
    demand_sense(asked)
    if about.record_id is None:
        raise NotDecidable(
            "correction: the record has no key of its own to name it by; tell the department's contact",
            zh="该记录没有自己的标识，无法指明；请直接告知部门联系人",
        )
    due_on = add_workdays(conn, today, asked.days)
    facts = dict(about._mapping) | {"field": asked.field, "basis": asked.basis.strip(), "who": asked.who.strip()}
    conn.execute(_ALONE, facts)
    if (before := conn.scalar(_ASKED_ALREADY, facts)) is not None:
        raise NotDecidable(
            f"correction: request {before} asks for {asked.field} already; answer or withdraw it first",
            zh=f"校核请求 {before} 已就该字段提出；请先答复或撤回",
        )
    facts |= {name: _sealed(keyring, getattr(asked, name)) for name in ("seen", "proposed", "evidence")}
    return int(conn.execute(_ASK, {**facts, "now": now, "due_on": due_on}).scalar_one()), due_on


def answer_correction(conn: Connection, request_id: int, answer: Answer, who: str, note: str, now: datetime) -> None:
    """Write down what the department answered, or that it is withdrawn; a license's stays open until it comes back corrected."""
    check_text(who, "correction")
    check_text(note, "correction", longest=LONGEST * 2)  # one that is too long is told its own bound below
    if not who.strip() or len(note) > LONGEST:
        raise RequestError(
            f"correction: expected who says so, and a note of at most {LONGEST} characters; nothing was changed",
            zh=f"须写明由谁答复，说明不超过 {LONGEST} 字；未作更改",
        )
    state = "withdrawn" if answer == "withdrawn" else "answered"
    facts = {"request_id": request_id, "state": state, "answer": None if state == "withdrawn" else answer, "now": now}
    facts |= {"who": who.strip(), "note": note.strip() or None}
    if answer == "corrected" and conn.scalar(_PROMISE, facts) is not None:
        return
    changed = conn.execute(_ANSWER, facts).one_or_none()
    if changed is None:
        found = conn.scalar(_STATE, {"request_id": request_id})
        if found is None:
            raise NotFound(f"correction: there is no request {request_id}; nothing was changed")
        raise NotDecidable(
            f"correction {request_id}: is {found}; an answer needs it open; nothing was changed",
            zh=f"校核请求 {request_id} 已办结，不能再答复；未作更改",
        )
    if changed.quarantine_id is not None:
        action, detail = ("withdrawn", None) if state == "withdrawn" else ("answered", answer)
        write_events(conn, [changed.quarantine_id], Deed(action, who.strip(), note.strip() or None, detail), now)


def note_answer(conn: Connection, delivery_id: int, answer: str, department: str, words: str, now: datetime) -> None:
    """Write down what a department's receipt says of the request it was sent; one that is over stays as it is."""
    request_id = conn.scalar(_OF_DELIVERY, {"delivery_id": delivery_id})
    with suppress(NotDecidable):  # it was answered in this very moment
        if request_id is None:
            return
        answer_correction(conn, request_id, msgspec.convert(answer, Answer), department, words, now)


def demand_sense(asked: Correction) -> None:
    """Refuse, by RequestError, a request that says too little, too much, or names no field."""
    texts: Mapping[str, Any] = msgspec.structs.asdict(asked)
    check_text(
        "".join(str(value)[: LONGEST + 1] for value in texts.values()), "correction", longest=(LONGEST + 1) * len(texts)
    )
    known = [field.name for field in LICENSE.fields]
    missing = [
        (
            f"a field of a license ({', '.join(known)}), {shown_name(asked.field)!r} is no field of a license",
            f"证照的字段，没有“{shown_name(asked.field)}”这一字段",
            not _is_field(asked.field),
        ),
        ("the basis", "依据", not asked.basis.strip()),
        ("who asks", "提出人", not asked.who.strip()),
        ("1 to 60 working days", "1 至 60 个工作日的期限", not 1 <= asked.days <= 60),
        (
            f"at most {LONGEST} characters in each text",
            f"各不超过 {LONGEST} 字的内容",
            any(len(str(value)) > LONGEST for value in texts.values()),
        ),
    ]
    for expected, needed, lacks in missing:
        if lacks:
            raise RequestError(f"correction: expected {expected}; nothing was asked", zh=f"须填写{needed}；未提出")


def _is_field(name: str) -> bool:
    """Tell whether a license has such a field; of a face, whatever its type keeps there may be named."""
    return name in {field.name for field in LICENSE.fields} or (name.startswith("face.") and name != "face.")


def _sealed(keyring: Keyring, value: str) -> bytes | None:
    return keyring.encrypt(value.strip().encode()) if value.strip() else None

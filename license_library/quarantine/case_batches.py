"""One action over many cases: a row with a cursor, so that whoever goes on with it goes on where it stood.

Knows filters, cursors and states. What an action does to a case is not decided here.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, Row, text

from license_library.answers import BatchBrief
from license_library.asking.cursors import LAST
from license_library.asking.field_lineage import editable_fields
from license_library.asking.known_filters import check_code, check_department
from license_library.asking.masking import shown_name
from license_library.asking.readings import check_text
from license_library.asking.refusals import NotDecidable
from license_library.catalogue.calendar import add_workdays
from license_library.quarantine.batch_list import get_batch
from license_library.quarantine.case_decisions import LONGEST, CaseDecision, check_words
from license_library.quarantine.corrections import DEFAULT_DAYS, Correction, demand_sense
from license_library.storage.keyring import Keyring
from license_library.words.case_words import batch_words, case_action_words
from schemas.bureau_time import local_day
from schemas.errors import NotFound, RequestError

BatchAction = Literal["recheck", "edit", "waive", "return", "discard", "assign"]
BatchChange = Literal["pause", "resume", "cancel"]
# From which states, and to which.
CHANGES: dict[str, tuple[tuple[str, ...], str]] = {
    "pause": (("waiting", "running"), "paused"),
    "resume": (("paused",), "waiting"),
    "cancel": (("waiting", "running", "paused"), "cancelled"),
}
_SEALED = ("values", "field", "basis", "proposed", "evidence", "days")  # may name persons


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Say which cases are meant; what is None narrows nothing."""

    department: str | None = None
    feed: str | None = None
    code: str | None = None
    field: str | None = None  # that the problem is about; with a code one problem has both
    owner: str | None = None
    exchange_id: Annotated[int, msgspec.Meta(ge=-LAST, le=LAST)] | None = None
    record_id: str | None = None


class BatchOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for one action over many cases: what, over which, by whom, why, and what it needs.

    An edit needs `values`, source field to value; a return `field` and `basis`, and may have `proposed`, `evidence`, `days`.
    """

    action: BatchAction
    who: str
    chosen: Chosen = Chosen()
    reason: str = ""
    owner: str = ""
    until: date | None = None
    values: dict[str, str | None] = {}
    field: str = ""
    basis: str = ""
    proposed: str = ""
    evidence: str = ""
    days: int = DEFAULT_DAYS


_SCOPE = """
state = any(:states)
and (cast(:department as text) is null or department = cast(:department as text))
and (cast(:feed as text) is null or feed = cast(:feed as text))
and (cast(:code as text) is null or codes @> array[cast(:code as text)])
and (cast(:field as text) is null
  or problems @> jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('code', cast(:code as text), 'field', cast(:field as text)))))
and (cast(:owner as text) is null or owner = cast(:owner as text))
and (cast(:exchange_id as bigint) is null or exchange_id = cast(:exchange_id as bigint))
and (cast(:record_id as text) is null or record_id = cast(:record_id as text))
"""
_COUNT = text(f"""
select count(*) as total, coalesce(max(quarantine_id), 0) as last_id from quarantined_records where {_SCOPE}
""")  # noqa: S608 - constants of this file
_NEXT = text(f"""
select quarantine_id from quarantined_records
where {_SCOPE} and quarantine_id > :after_id and quarantine_id <= :last_id order by quarantine_id limit :limit
""")  # noqa: S608 - constants of this file
_CREATE = text("""
insert into case_batches (action, chosen, arguments, who, reason, state, last_id, total_count, created_at, changed_at)
values (:action, cast(:chosen as jsonb), cast(:arguments as jsonb), :who, :reason, 'waiting', :last_id, :total, :now, :now)
returning batch_id
""")
_LOCK = text("select * from case_batches where batch_id = :batch_id for no key update")
_ADVANCE = text("""
update case_batches set state = case state when 'waiting' then 'running' else state end, after_id = :after_id, done_count = done_count + :done,
  skipped_count = skipped_count + :skipped, changed_at = :now
where batch_id = :batch_id
""")
_FINISH = text("""
update case_batches set state = 'done', changed_at = :now where batch_id = :batch_id and state in ('waiting', 'running')
""")
_CHANGE = text("""
update case_batches set state = :state, changed_at = :now, changed_by = :who where batch_id = :batch_id and state = any(:from)
""")
_WAITING = text("select batch_id from case_batches where state in ('waiting', 'running') order by batch_id")


def create_batch(conn: Connection, keyring: Keyring, order: BatchOrder, now: datetime) -> int:
    """Note what is to be done over which cases; nothing is done yet. Return the batch's id; CalendarMissing where no last day can be told."""
    check_text("".join(str(value or "") for value in msgspec.structs.asdict(order.chosen).values()), "batch")
    _demand_sense(order, local_day(now))
    if order.action == "return":
        add_workdays(conn, local_day(now), order.days)  # a year without a calendar is told now, not when nobody looks
    check_department(conn, order.chosen.department)
    check_code(order.chosen.code)
    if order.action == "edit":
        _demand_known_fields(conn, order)
    counted = conn.execute(_COUNT, _scope(order.action, order.chosen)).one()
    arguments = {"owner": order.owner.strip(), "until": order.until, "sealed": _sealed(keyring, order)}
    facts = {"action": order.action, "who": order.who.strip(), "reason": order.reason.strip() or None, "now": now}
    facts |= {"chosen": _json(order.chosen), "arguments": _json(arguments)}
    return int(conn.execute(_CREATE, {**facts, "total": counted.total, "last_id": counted.last_id}).scalar_one())


def count_open(conn: Connection, chosen: Chosen) -> int:
    """Return how many open cases a batch over these would take up now."""
    return int(conn.execute(_COUNT, _scope("recheck", chosen)).one().total)


def change_batch(conn: Connection, batch_id: int, change: BatchChange, who: str, now: datetime) -> BatchBrief:
    """Pause, resume or cancel; what is done already stays done. NotFound, or NotDecidable where it is over."""
    check_text(who, "batch")
    if not who.strip():
        raise RequestError(
            "batch: nobody decides; expected who it is; nothing was changed", zh="未写明确认人；未作更改"
        )
    allowed, state = CHANGES[change]
    facts = {"batch_id": batch_id, "state": state, "from": list(allowed), "who": who.strip(), "now": now}
    changed = conn.execute(_CHANGE, facts).rowcount
    found = get_batch(conn, batch_id)
    if not changed:
        raise NotDecidable(
            f"batch {batch_id}: is {found.state}; {change} needs it {' or '.join(allowed)}; nothing was changed",
            zh=f"批量 {batch_id} {batch_words(found.state).zh}，不能这样处理；未作更改",
        )
    return found


def next_cases(conn: Connection, batch_id: int, limit: int) -> tuple[Row[Any], list[int]]:
    """Lock a batch for this transaction; return it and the cases that come next, none where it is not to go on."""
    batch = conn.execute(_LOCK, {"batch_id": batch_id}).one_or_none()
    if batch is None:
        raise NotFound(f"quarantine: there is no batch {batch_id}; nothing was done")
    if batch.state not in {"waiting", "running"}:
        return batch, []
    scope = _scope(batch.action, msgspec.convert(batch.chosen, Chosen))
    place = {"after_id": batch.after_id, "last_id": batch.last_id, "limit": limit}
    return batch, list(conn.scalars(_NEXT, {**scope, **place}))


def advance_batch(conn: Connection, batch_id: int, cases: Sequence[int], done: int, now: datetime) -> None:
    """Move the cursor behind these cases, of which `done` were done and the others skipped."""
    facts = {"batch_id": batch_id, "after_id": max(cases), "done": done, "skipped": len(cases) - done, "now": now}
    conn.execute(_ADVANCE, facts)


def finish_batch(conn: Connection, batch_id: int, now: datetime) -> None:
    """Note that nothing is left to do."""
    conn.execute(_FINISH, {"batch_id": batch_id, "now": now})


def list_waiting_batches(conn: Connection) -> list[int]:
    """Return the batches that are to go on, the oldest first."""
    return list(conn.scalars(_WAITING))


def decision_of(batch: Row[Any], keyring: Keyring) -> CaseDecision:
    """Return the decision that a batch takes for each case."""
    owner, until = batch.arguments.get("owner") or "", batch.arguments.get("until")
    day = date.fromisoformat(until) if until else None
    values = _opened(keyring, batch).get("values", {})
    return CaseDecision(batch.action, batch.who, batch.reason or "", owner, values, until=day)


def correction_of(batch: Row[Any], keyring: Keyring) -> Correction:
    """Return what a batch that sends back asks for in each case."""
    return Correction(
        who=batch.who, **{name: value for name, value in _opened(keyring, batch).items() if name != "values"}
    )


def _demand_sense(order: BatchOrder, today: date) -> None:
    check_words(order.who, order.owner, order.reason, order.values)
    missing = [
        ("who decides", "确认人", not order.who.strip()),
        ("a reason", "理由", order.action in {"edit", "waive", "discard"} and not order.reason.strip()),
        (f"at most {LONGEST} characters of reason", f"不超过 {LONGEST} 字的理由", len(order.reason) > LONGEST),
        ("an owner", "负责人", order.action == "assign" and not order.owner.strip()),
        ("a filter", "筛选条件", order.action == "discard" and order.chosen == Chosen()),
        ("a last day", "截止日", order.action == "waive" and order.until is None),
        ("a last day that is not over", "尚未过去的截止日", order.action == "waive" and (order.until or today) < today),
        ("a field and its value", "字段及其值", order.action == "edit" and not order.values),
    ]
    for expected, needed, lacks in missing:
        if lacks:
            raise RequestError(
                f"batch: {order.action}: expected {expected}; nothing was begun",
                zh=f"{case_action_words(order.action).zh}：须填写{needed}；未开始",
            )
    if order.action == "return":
        demand_sense(Correction(who=order.who, **{name: getattr(order, name) for name in _SEALED[1:]}))


def _demand_known_fields(conn: Connection, order: BatchOrder) -> None:
    """Refuse an edit of a field that none of the chosen feeds has: every case would be skipped in silence."""
    known = editable_fields(conn, order.chosen.department, order.chosen.feed)
    unknown = sorted(set(order.values) - set(known))
    if known and unknown:
        raise RequestError(
            f"batch: edit: there is no source field {shown_name(unknown[0])!r}; expected one of {', '.join(known)}; nothing was begun",
            zh=f"没有源字段“{shown_name(unknown[0])}”；可选：{'、'.join(known)}；未开始",
        )


def _scope(action: str, chosen: Chosen) -> dict[str, Any]:
    return msgspec.structs.asdict(chosen) | {"states": ["open", "waived"] if action == "assign" else ["open"]}


def _sealed(keyring: Keyring, order: BatchOrder) -> str | None:
    """Keep encrypted what may name a person; nothing where the action has no such words."""
    if order.action not in {"edit", "return"}:
        return None
    words = {name: getattr(order, name) for name in _SEALED}
    return base64.b64encode(keyring.encrypt(msgspec.json.encode(words))).decode()


def _opened(keyring: Keyring, batch: Row[Any]) -> dict[str, Any]:
    sealed = batch.arguments.get("sealed")
    return dict(msgspec.json.decode(keyring.decrypt(base64.b64decode(sealed)))) if sealed else {}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()

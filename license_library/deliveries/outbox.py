"""What the hub owes departments: put in once, in order within its case, and what a person decides of it.

Knows keys, cases and states. Knows no transport; how a delivery is brought is not decided here.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, text

from license_library.asking.readings import check_text
from license_library.asking.refusals import KeyTaken, NotDecidable
from license_library.deliveries.push_holds import note_restore
from license_library.storage.keyring import Keyring
from license_library.words.delivery_words import delivery_state_words
from schemas.errors import NotFound, RequestError

Choice = Literal["arrived", "resend", "cancel"]
# From which states a person may decide so. A doubtful delivery is never cancelled unseen: it may have arrived.
ALLOWED: dict[Choice, tuple[str, ...]] = {
    "arrived": ("to_verify",),
    "resend": ("to_verify", "refused"),
    "cancel": ("to_verify", "refused", "waiting"),
}
AFTER: dict[Choice, str] = {"arrived": "done", "resend": "waiting", "cancel": "cancelled"}


@dataclass(frozen=True)
class Owing:
    """Hold one delivery as it is put in; `delivery_key` is its giver's own, or None for a new one."""

    department: str
    kind: str
    case_number: str
    delivery_class: str
    payload: Mapping[str, str]
    delivery_key: str | None = None


_LOCK_CASE = text("select pg_advisory_xact_lock(hashtextextended('case ' || :department || ' ' || :case_number, 0))")
_KNOWN = text(
    "select delivery_id, department, kind, case_number, payload from deliveries where delivery_key = :delivery_key"
)
_ENQUEUE = text("""
insert into deliveries (delivery_key, department, kind, case_number, sequence, class, payload, state,
  is_doubtful, reason_code, next_try_at, enqueued_at, owed_at)
select :delivery_key, :department, :kind, :case_number, coalesce(max(sequence), 0) + 1, :class, :payload, 'waiting',
  hold.is_restored, case when hold.is_restored then 'delivery.restored' end, :now, :now, :now
from (select exists (select from push_holds where cause = 'restored' and ended_at is null) as is_restored) as hold
left join deliveries on department = :department and case_number = :case_number
group by hold.is_restored
on conflict (delivery_key) do nothing
returning delivery_id
""")
_DECIDE = text("""
update deliveries set state = :state, decision = :choice, verified_by = :who, verified_at = :now,
  finished_at = case when :state in ('done', 'cancelled') then :now end,
  is_doubtful = false, tries = case when :state = 'waiting' then 0 else tries end,
  owed_at = case when :state = 'waiting' then :now else owed_at end, next_try_at = :now
where delivery_id = :delivery_id and state = any(:from) and (state <> 'waiting' or not is_doubtful)
returning state
""")
_STATE = text("select state from deliveries where delivery_id = :delivery_id")


def enqueue(conn: Connection, keyring: Keyring, owing: Owing, now: datetime) -> int:
    """Put a delivery into the outbox and return its id; the same key again is the same delivery, or KeyTaken."""
    owing = replace(owing, delivery_key=owing.delivery_key or secrets.token_hex(16))
    check_text(f"{owing.case_number}{owing.delivery_key}", "delivery")
    note_restore(conn, now)  # or what is handed in before anything is pushed would not be told from what left already
    conn.execute(_LOCK_CASE, {"department": owing.department, "case_number": owing.case_number})
    known = find_enqueued(conn, keyring, owing)
    if known is not None:
        return known
    facts = {
        "delivery_key": owing.delivery_key, "department": owing.department, "kind": owing.kind,
        "case_number": owing.case_number, "class": owing.delivery_class,
        "payload": keyring.encrypt(msgspec.json.encode(owing.payload)), "now": now,
    }  # fmt: skip
    added = conn.execute(_ENQUEUE, facts).scalar_one_or_none()
    if added is not None:
        return int(added)
    # Its key was taken meanwhile, in another case: the lock is the case's.
    return _same(keyring, owing, conn.execute(_KNOWN, {"delivery_key": owing.delivery_key}).one())


def find_enqueued(conn: Connection, keyring: Keyring, owing: Owing) -> int | None:
    """Return the delivery that has this key already, None where none has; KeyTaken where it says something else."""
    known = conn.execute(_KNOWN, {"delivery_key": owing.delivery_key}).one_or_none()
    return None if known is None else _same(keyring, owing, known)


def decide_delivery(conn: Connection, delivery_id: int, choice: Choice, who: str, now: datetime) -> str:
    """Let a person end a doubt or a refusal; return the new state. NotFound, or NotDecidable with the state it is in."""
    check_text(who, "delivery")
    if not who.strip():
        raise RequestError(
            "delivery: nobody decides; expected who it is; nothing was changed", zh="未写明确认人；未作更改"
        )
    facts = {"delivery_id": delivery_id, "choice": choice, "state": AFTER[choice], "from": list(ALLOWED[choice])}
    state = conn.execute(_DECIDE, {**facts, "who": who.strip(), "now": now}).scalar_one_or_none()
    if state is not None:
        return str(state)
    found = conn.execute(_STATE, facts).scalar_one_or_none()
    if found is None:
        raise NotFound(f"outbox: there is no delivery {delivery_id}; nothing was changed")
    raise NotDecidable(
        f"delivery {delivery_id}: is {found}; {choice} needs {' or '.join(ALLOWED[choice])}, and no doubt whether it "
        "arrived; nothing was changed",
        zh=f"推送 {delivery_id} {delivery_state_words(found).zh}，不能这样处理；未作更改",
    )


def _same(keyring: Keyring, owing: Owing, known: Row[Any]) -> int:
    is_same = (owing.department, owing.kind, owing.case_number) == (known.department, known.kind, known.case_number)
    if not is_same or msgspec.json.decode(keyring.decrypt(known.payload)) != dict(owing.payload):
        raise KeyTaken(
            f"delivery: its key belongs to delivery {known.delivery_id} already, which says something else; "
            "expected a key of its own; nothing was enqueued"
        )
    return int(known.delivery_id)

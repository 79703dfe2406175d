"""Which delivery is brought next, by whom, and whether its department may be spoken to at all.

One lock per department makes claims follow each other; the rows themselves are the circuit breaker. Knows no transport.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, Row, text

from license_library.storage.keyring import Keyring, KeyringError

FAILURES = 3  # deliveries in a row that found the department down before it is left alone
PAUSE = timedelta(minutes=1)  # how long it is left alone; then one delivery tries


@dataclass(frozen=True)
class Claim:
    """Hold one delivery that is ours to bring until its lease ends."""

    delivery_id: int
    epoch: int
    kind: str
    delivery_key: str
    case_number: str
    sequence: int
    payload: dict[str, str] = field(repr=False)
    is_doubtful: bool
    tries: int
    owed_at: datetime
    acknowledged_at: datetime | None
    number: str
    reason_code: str | None = None  # why it waited until now
    sent_at: datetime | None = None  # when it last left
    delivery_class: str = ""  # under which it last left
    # Handed in, and not sent since, while it was not known what left before the database was restored.
    is_since_restore: bool = False
    is_damaged: bool = False  # what it says cannot be decrypted: `payload` is empty, and it may not leave


_LOCK = text("select pg_advisory_xact_lock(hashtextextended('deliveries ' || :department, 0))")
# A clock that was ahead has noted what is still to come: that says nothing.
_DOWN = text("""
select count(*) as failures, max(failed_at) as last_at from deliveries where department = :department
  and failed_at > coalesce((select max(answered_at) from deliveries where department = :department and answered_at <= :now), '-infinity')
  and failed_at <= :now
""")
_UNDER_WAY = text("""
select count(*) from deliveries
where department = :department and state in ('claimed', 'sent') and lease_until >= :now
""")
# Where a person said that the database was restored nobody knows since when it was: perhaps before this was handed in, and before it left.
_CLAIMED = """d.*, exists (select from push_holds h where h.cause = 'restored'
  and (h.began_at <= d.enqueued_at or h.began_by is not null) and d.enqueued_at <= coalesce(h.ended_at, 'infinity')
  and (d.sent_at is null or d.sent_at < h.began_at)) as is_since_restore"""
# An earlier one of the same case that is not through stands in the way, whatever its own state is.
_CLAIM = text(f"""
update deliveries d set state = 'claimed', epoch = d.epoch + 1, lease_until = :until,
  is_doubtful = d.is_doubtful or d.state = 'sent'
where d.delivery_id = (
  select one.delivery_id from deliveries one
  where one.department = :department and one.kind = any(:kinds)
    and (one.state = 'waiting' and one.next_try_at <= :now
      or one.state in ('claimed', 'sent') and one.lease_until < :now)
    and not exists (select from deliveries earlier
      where earlier.department = one.department and earlier.case_number = one.case_number
        and earlier.sequence < one.sequence
        and earlier.state in ('waiting', 'claimed', 'sent', 'refused', 'to_verify'))
  order by one.next_try_at, one.delivery_id limit 1 for update skip locked)
returning {_CLAIMED}
""")  # noqa: S608 - a constant of this file
_CLAIM_RECEIPT = text(f"""
update deliveries d set next_try_at = :later
where d.delivery_id = (
  select one.delivery_id from deliveries one
  where one.department = :department and one.kind = :kind and one.state = 'acknowledged' and one.next_try_at <= :due
  order by one.next_try_at, one.delivery_id limit 1 for update skip locked)
returning {_CLAIMED}
""")  # noqa: S608 - a constant of this file


def paused_until(conn: Connection, department: str, now: datetime) -> datetime | None:
    """Return until when the department is left alone; None where it may be spoken to."""
    found = conn.execute(_DOWN, {"department": department, "now": now}).one()
    if found.failures < FAILURES:
        return None
    again: datetime = found.last_at + PAUSE
    under_way = conn.execute(_UNDER_WAY, {"department": department, "now": now}).scalar_one()
    return again if now < again or under_way else None  # then one tries: a probe at a time


def claim_delivery(
    conn: Connection, keyring: Keyring, department: str, kinds: Sequence[str], lease: timedelta, now: datetime
) -> Claim | None:
    """Claim what is due next of these kinds; None where nothing is, or where the department is left alone."""
    conn.execute(_LOCK, {"department": department})
    if paused_until(conn, department, now):
        return None
    facts = {"department": department, "kinds": list(kinds), "now": now, "until": now + lease}
    row = conn.execute(_CLAIM, facts).one_or_none()
    return None if row is None else _claim(row, keyring)


def claim_receipt(
    conn: Connection, keyring: Keyring, department: str, kind: str, every: timedelta, due: datetime, now: datetime
) -> Claim | None:
    """Return an acknowledged delivery whose receipt was due then; the next time to ask is set at once."""
    facts = {"department": department, "kind": kind, "due": due, "later": now + every}
    row = conn.execute(_CLAIM_RECEIPT, facts).one_or_none()
    return None if row is None else _claim(row, keyring)


def _claim(row: Row[tuple[object, ...]], keyring: Keyring) -> Claim:
    payload = _payload(row, keyring)
    return Claim(
        delivery_id=row.delivery_id,
        epoch=row.epoch,
        kind=row.kind,
        delivery_key=row.delivery_key,
        case_number=row.case_number,
        sequence=row.sequence,
        payload=payload or {},
        is_doubtful=row.is_doubtful,
        tries=row.tries,
        owed_at=row.owed_at,
        acknowledged_at=row.acknowledged_at,
        number=row.number or "",
        reason_code=row.reason_code,
        sent_at=row.sent_at,
        delivery_class=row._mapping["class"],
        is_since_restore=row.is_since_restore,
        is_damaged=payload is None,
    )


def _payload(row: Row[tuple[object, ...]], keyring: Keyring) -> dict[str, str] | None:
    """Raising here would undo the claim, and the damaged one would be first again for good."""
    try:
        return msgspec.json.decode(keyring.decrypt(row.payload), type=dict[str, str])
    except KeyringError:
        return None

"""The life of an exchange with a department: begun under a lease, landed, checked, merged, held or failed.

Knows states, epochs and counts. Knows nothing of how a department speaks or what a record holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Row, text

from license_library.exchange.landing import LandedPage, StoredPage, read_pages, store_page
from license_library.exchange.sparing import spare_department
from license_library.merge.leases import Exchange, hold_lease, renew_lease
from license_library.merge.staged import drop_staged
from license_library.storage.database import demand_own_revision
from schemas.errors import LeaseLost, LeaseTaken, NotFound

__all__ = [
    "Exchange",
    "Held",
    "LandedPage",
    "StoredPage",
    "begin_exchange",
    "fail_exchange",
    "finish_landing",
    "get_exchange",
    "read_pages",
    "store_page",
]


@dataclass(frozen=True)
class Held:
    """Name the process that holds an exchange to its end, and say whether nobody else who lives holds the feed."""

    holder: str
    is_alone: bool


_LOCK_FEED = text("select cursor_at from feeds where department = :department and feed = :feed for no key update")
_OPEN_EXCHANGE = text("""
select exchange_id, lease_until, holder from exchanges
where department = :department and feed = :feed and state in ('landing', 'landed', 'checked') for no key update
""")
_RAISE_EPOCH = text("""
update feeds set epoch = epoch + 1 where department = :department and feed = :feed returning epoch
""")
_BEGIN = text("""
insert into exchanges (department, feed, epoch, state, since_at, started_at, lease_until, lease_seconds, mapping_version,
  is_shadow, holder, kind)
values (:department, :feed, :epoch, 'landing', :since_at, :now, :lease_until, :lease_seconds, :mapping_version, :is_shadow,
  :holder, :kind)
returning exchange_id, epoch, department, feed, state, mapping_version, since_at, started_at, is_shadow, kind
""")
_GET = text("""
select exchange_id, epoch, department, feed, state, mapping_version, since_at, started_at, is_shadow, kind
from exchanges where exchange_id = :exchange_id
""")
_LANDED = text("update exchanges set state = 'landed', landed_at = :now where exchange_id = :exchange_id")
_FAIL = text("""
update exchanges set state = 'failed', finished_at = :now, error_code = :error_code, error_message = :error_message
where exchange_id = :exchange_id and state in ('landing', 'landed', 'checked')
""")


def begin_exchange(  # noqa: PLR0913 - each is one fact of the exchange
    engine: Engine,
    department: str,
    feed: str,
    mapping_version: str,
    now: datetime,
    lease: timedelta,
    *,
    full: bool = False,
    is_shadow: bool = False,
    held: Held | None = None,
    kind: str = "pull",
    is_patient: bool = False,
) -> Exchange:
    """Begin an exchange of one feed; LeaseTaken while another one of it is alive. `full` asks for everything again.

    `is_patient` leaves a department alone that was found down: DepartmentUnavailable.

    `held` names the process that will hold it to its end; where that holds the feed's lock, a process that is named as the
    holder of an older exchange is dead. One whose lease ran out is failed and overtaken: its epoch is old from here on, so it can write nothing more.
    """
    name = {"department": department, "feed": feed}
    with engine.begin() as conn:
        if is_patient:  # locks the department, and whoever notes a declaration locks it before its feeds
            spare_department(conn, department, now)
        locked = conn.execute(_LOCK_FEED, name).first()
        if locked is None:
            raise NotFound(f"{department}/{feed}: no such feed in the library; expected it registered; nothing begun")
        demand_own_revision(conn)  # the feed is locked: no migration comes in before this exchange is there
        _overtake(conn, name, now, is_alone=held is not None and held.is_alone)
        row = {**name, "epoch": conn.scalar(_RAISE_EPOCH, name), "since_at": None if full else locked.cursor_at}
        row |= {"now": now, "lease_until": now + lease, "mapping_version": mapping_version}
        row |= {"is_shadow": is_shadow, "holder": held and held.holder, "kind": kind}
        row["lease_seconds"] = max(1, round(lease.total_seconds()))
        return _exchange(conn.execute(_BEGIN, row).one())


def _overtake(conn: Connection, name: dict[str, str], now: datetime, *, is_alone: bool) -> None:
    other = conn.execute(_OPEN_EXCHANGE, name).first()
    if other is None:
        return
    who = f"{name['department']}/{name['feed']}"
    is_dead = is_alone and other.holder is not None
    if other.lease_until > now and not is_dead:
        where = f" in process {other.holder}" if other.holder else ""
        raise LeaseTaken(
            f"{who}: exchange {other.exchange_id} is running{where}, its lease ends"
            f" {other.lease_until:%Y-%m-%dT%H:%M:%SZ}; this one steps aside; if nobody goes on with it, `hub exchange end"
            f" {other.exchange_id}` frees the feed"
        )
    sign = f"the process {other.holder} is gone" if is_dead else "no sign of life before its lease ended"
    message = f"{who}: exchange {other.exchange_id}: {sign}; it was overtaken; nothing of it was applied"
    _fail(conn, other.exchange_id, LeaseLost.code, message, now)


def finish_landing(engine: Engine, exchange: Exchange, now: datetime) -> None:
    """Note that every page has landed."""
    with engine.begin() as conn:
        hold_lease(conn, exchange, ["landing"])
        renew_lease(conn, exchange, now)
        conn.execute(_LANDED, {"exchange_id": exchange.exchange_id, "now": now})


def fail_exchange(engine: Engine, exchange_id: int, error_code: str, error_message: str, now: datetime) -> bool:
    """End an open exchange as failed, nothing of it applied; say whether it was open. What has ended or is held stays."""
    with engine.begin() as conn:
        return _fail(conn, exchange_id, error_code, error_message, now)


def _fail(conn: Connection, exchange_id: int, error_code: str, error_message: str, now: datetime) -> bool:
    message = error_message.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:2000]
    row = {"exchange_id": exchange_id, "error_code": error_code, "error_message": message, "now": now}
    was_open = conn.execute(_FAIL, row).rowcount > 0
    if was_open:
        drop_staged(conn, exchange_id)
    return was_open


def get_exchange(engine: Engine, exchange_id: int) -> Exchange:
    """Return an exchange as it stands now."""
    with engine.connect() as conn:
        row = conn.execute(_GET, {"exchange_id": exchange_id}).first()
    if row is None:
        raise NotFound(f"library: no exchange {exchange_id}; nothing was read")
    return _exchange(row)


def _exchange(row: Row[tuple[object, ...]]) -> Exchange:
    return Exchange(**row._mapping)

"""Seal what was recorded of questions since the last seal, off the path of any question.

Writes seals and their copies; no inquiry is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from license_library.auditing.seal_copies import SealCopies, name_of
from license_library.auditing.seals import Seal, mark_of, pack, read_entries
from license_library.storage.keyring import Keyring
from schemas.bureau_time import Clock
from schemas.errors import HubError

MOST: Final = 20_000  # inquiries under one seal
# Whoever is recording a question has its number already, and may commit it after a later one: wait for these, so that no
# number up to the last can still come. Questions wait meanwhile, so not for long; the next seal covers what this one missed.
_SETTLE = (text("set local lock_timeout = '2s'"), text("lock table inquiries in share mode"))
_LAST = text("select coalesce(max(inquiry_id), 0) from inquiries")
_END = text("""
select max(inquiry_id) from (
  select inquiry_id from inquiries where inquiry_id > :after_id and inquiry_id <= :last_id order by inquiry_id limit :most
) near
""")
_ALONE = text("lock table inquiry_seals in share row exclusive mode")
_BEFORE = text("select last_id, mark from inquiry_seals order by last_id desc limit 1")
_ADD = text("""
insert into inquiry_seals (after_id, last_id, row_count, sealed_at, rows, mark)
values (:after_id, :last_id, :row_count, :sealed_at, :rows, :mark)
""")
_SEAL = text("select * from inquiry_seals where seal_id = :id")
_MARKS = text("select seal_id, mark from inquiry_seals order by seal_id")


class RecordBusy(HubError):
    """Somebody has been recording a question for too long to be waited for."""

    code = "hub.record_busy"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "audit: a question has been in the midst of being recorded for longer than 2 s; expected all of them to end; "
            "nothing was sealed; the next seal covers them all"
        )


class Sealed(msgspec.Struct, frozen=True):
    """Tell what was sealed now, and how many copies were written."""

    seals: int
    inquiries: int
    copies: int


def seal_inquiries(
    engine: Engine, keyring: Keyring, copies: SealCopies, clock: Clock, progress: Callable[[int], None]
) -> Sealed:
    """Seal every inquiry that is not sealed yet and copy every seal that has no copy; safe to repeat."""
    with engine.begin() as conn:
        last_id = _settled(conn)
    seals = inquiries = 0
    while row_count := _seal_next(engine, keyring, last_id, clock):
        seals, inquiries = seals + 1, inquiries + row_count
        progress(inquiries)
    return Sealed(seals, inquiries, _copy(engine, copies))


def _settled(conn: Connection) -> int:
    """Return the last number below which no inquiry can appear any more."""
    try:
        for statement in _SETTLE:
            conn.execute(statement)
    except OperationalError as failure:
        raise (RecordBusy() if isinstance(failure.orig, LockNotAvailable) else failure) from failure
    return int(conn.execute(_LAST).scalar_one())


def _seal_next(engine: Engine, keyring: Keyring, last_id: int, clock: Clock) -> int:
    """Put one seal over what follows the last; return how many inquiries it covers."""
    with engine.begin() as conn:
        conn.execute(_ALONE)  # of two that seal at once, the later one goes on after the other's
        before = conn.execute(_BEFORE).one_or_none()
        after_id, previous = (before.last_id, before.mark) if before else (0, b"")
        end = conn.execute(_END, {"after_id": after_id, "last_id": last_id, "most": MOST}).scalar_one()
        if end is None:
            return 0
        entries = read_entries(conn, after_id, end)
        seal = Seal(0, after_id, end, len(entries), clock(), pack(entries), b"")
        facts: dict[str, Any] = msgspec.structs.asdict(seal) | {"mark": mark_of(keyring, previous, seal)}
        conn.execute(_ADD, facts)
        return len(entries)


def _copy(engine: Engine, copies: SealCopies) -> int:
    """Copy one seal after the other: a slow store holds no transaction, and whatever has no copy yet need not be held at once."""
    there = copies.list_names()
    with engine.begin() as conn:
        wanted = [row.seal_id for row in conn.execute(_MARKS) if name_of(row.seal_id, row.mark) not in there]
    for seal_id in wanted:
        with engine.begin() as conn:
            row = conn.execute(_SEAL, {"id": seal_id}).one()
        copies.put(Seal(**row._mapping))
    return len(wanted)

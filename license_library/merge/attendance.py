"""Whether the process that holds a feed still lives: a lock of its database session, which dies with it.

A lease says how long to wait for somebody of whom nothing is known; this says at once that there is nobody. It decides
only when the next exchange may begin: what may be written is decided by epochs, so a lost lock harms nothing.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from license_library.merge.leases import Exchange

TRIES, PAUSE = 6, 0.1
_SPACE = 20_260  # keeps our locks apart from others in the same database
_TRY = text("select pg_try_advisory_lock(:space, hashtext(:feed))")
_RELEASE = text("select pg_advisory_unlock(:space, hashtext(:feed))")
_TAKE_HOLD = text("""
update exchanges set holder = :holder where exchange_id = :exchange_id and epoch = :epoch and state in ('landed', 'checked')
""")
_LET_GO = text("update exchanges set holder = null where exchange_id = :exchange_id and epoch = :epoch")


@contextmanager
def attended(engine: Engine, department: str, feed: str) -> Iterator[bool]:
    """Hold a feed for as long as the block, and this process, lasts; yield whether nobody else who lives holds it."""
    lock = {"space": _SPACE, "feed": f"{department}/{feed}"}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        is_alone = _try(conn, lock)
        try:
            yield is_alone
        finally:
            with suppress(DBAPIError):  # a session that broke has let go already
                if is_alone:
                    conn.execute(_RELEASE, lock)


def _try(conn: Connection, lock: dict[str, object]) -> bool:
    """Try for a moment: the database needs one to notice that a process was killed."""
    for _ in range(TRIES - 1):
        if conn.scalar(_TRY, lock):
            return True
        time.sleep(PAUSE)
    return bool(conn.scalar(_TRY, lock))


def this_process() -> str:
    """Name this process for whoever finds its exchange."""
    return f"{socket.gethostname()}:{os.getpid()}"


def take_hold(engine: Engine, exchange: Exchange, holder: str) -> None:
    """Note which process goes on with an exchange; it holds the feed, so whoever holds it later knows that it is dead."""
    with engine.begin() as conn:
        conn.execute(_TAKE_HOLD, {"exchange_id": exchange.exchange_id, "epoch": exchange.epoch, "holder": holder})


def let_go(engine: Engine, exchange: Exchange) -> None:
    """Note that no single process holds the exchange any more: others go on with it, and its lease decides."""
    with engine.begin() as conn:
        conn.execute(_LET_GO, {"exchange_id": exchange.exchange_id, "epoch": exchange.epoch})

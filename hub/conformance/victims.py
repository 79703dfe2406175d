"""Whatever is to be killed: a process that has loaded everything and started nothing, and a fork of it for each order.

Run as `python -m hub.conformance.victims`: an order a line on standard input, how the fork ended on standard output.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from connectors.wire.connection import parse_connection
from hub.conformance.impatience import LEASE, SECRET, impatient
from hub.context import Bounds, HubContext
from hub.crash_points import VARIABLE
from hub.pulling.pull import pull
from hub.pushing.push import PushBounds, push
from hub.reconciling.reconcile import reconcile
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring
from schemas.errors import ProcessFailed
from schemas.license.license import LICENSE
from schemas.suites.expectations import load_suite, require_runnable

PATIENCE = 120.0


class Order(msgspec.Struct, frozen=True):
    """Tell a victim what to do and where to die, and how the department behaves meanwhile; a push knows no feed."""

    database: str
    connection: str
    department: str
    feed: str
    folder: str
    now: datetime
    point: str
    work: Literal["pull", "push", "reconcile"] = "pull"
    mode: str = "ok"


class Victims:
    """Send orders to the process that forks, started when the first one comes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, order: Order) -> int:
        """Do the work and return how its process ended: minus the signal, or its exit code."""
        process = self._process = self._process or _start()
        if process.stdin is None or process.stdout is None:
            raise ProcessFailed("victims: have no standard input and output")
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(PATIENCE):
                raise ProcessFailed(
                    f"victims: no word of the {order.work} to be killed at {order.point} in {PATIENCE:g} s"
                )
        return int(process.stdout.readline() or b"1")

    def end(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process = None


@contextmanager
def standing_by() -> Iterator[Victims]:
    """Yield somebody who runs exchanges that are killed, as long as the block lasts."""
    victims = Victims()
    try:
        yield victims
    finally:
        victims.end()


def _start() -> subprocess.Popen[bytes]:
    # Its standard error is nobody's: what is killed leaves complaints of every library it had loaded.
    return subprocess.Popen(
        [sys.executable, "-m", "hub.conformance.victims"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def main() -> None:
    """Fork for every order until standard input ends."""
    _load()
    for line in sys.stdin.buffer:
        order = msgspec.json.decode(line, type=Order)
        child = os.fork()
        if not child:
            _die_on_the_way(order)
        _, status = os.waitpid(child, 0)
        sys.stdout.buffer.write(b"%d\n" % os.waitstatus_to_exitcode(status))
        sys.stdout.buffer.flush()


def _load() -> None:
    """Import what an exchange imports late, once for all; none of it starts a thread."""
    importlib.import_module("connectors.soap.soap_contract")
    require_runnable(load_suite(LICENSE.name), LICENSE)
    gc.freeze()  # no fork copies memory only to look for garbage in it


def _die_on_the_way(order: Order) -> None:
    try:
        os.environ[VARIABLE] = order.point
        hub = HubContext(
            open_database(order.database), Keyring(SECRET), lambda: order.now,
            Path(order.folder) if order.folder else None, Bounds(lease=LEASE), amend=partial(impatient, mode=order.mode),
        )  # fmt: skip
        os._exit(0 if _is_done(hub, order) else 1)
    finally:
        os._exit(1)


def _is_done(hub: HubContext, order: Order) -> bool:
    connection = parse_connection(order.connection)
    if order.work == "push":
        return push(hub, order.department, connection, bounds=PushBounds(grace=timedelta(0))).is_good
    if order.work == "reconcile":
        return reconcile(hub, order.department, order.feed, connection, full=True).reconciliation_id > 0
    return pull(hub, order.department, order.feed, connection, full=True).state == "merged"


if __name__ == "__main__":
    main()

"""Run one feed in several processes at once, as schedulers, by hand, or as an orphan that goes on late; tell how each ended.

Run by test_two_schedulers.py: what an exchange needs is loaded once, then each work is a fork. All wait for a line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from connectors.wire.connection import Connection, parse_connection
from hub.context import Bounds, HubContext, utc_now
from hub.progress import no_progress
from hub.pulling import pull as steps
from hub.pulling import task_steps
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring
from schemas.errors import HubError
from schemas.license.license import LICENSE
from schemas.suites.expectations import load_suite, require_runnable

KEYRING = Keyring(b"a secret of thirty-two bytes, ok")
NAME, FEED = "transport", "licenses"
Wait = Callable[[], None]


def run_as_scheduler(hub: HubContext, connection: Connection, wait: Wait) -> None:
    """Run the three tasks as the DAG does."""
    wait()
    number = steps.land(hub, NAME, FEED, connection)
    task_steps.check(hub, number)
    task_steps.merge(hub, number)


def run_beside(hub: HubContext, connection: Connection, wait: Wait) -> None:
    """Begin at once, with a lease that is over at once; go on when the others have begun too."""
    hub = replace(hub, bounds=Bounds(lease=timedelta(seconds=-1)))
    begun = steps.begin(hub, NAME, FEED)
    wait()
    steps.land_pages(hub, begun, *steps.declared_feed(hub, NAME, FEED), connection, no_progress)
    task_steps.check(hub, begun.exchange_id)
    task_steps.merge(hub, begun.exchange_id)


def run_by_hand(hub: HubContext, connection: Connection, wait: Wait) -> None:
    """Do what `hub pull` does."""
    wait()
    steps.pull(hub, NAME, FEED, connection)


def go_on_with(number: int) -> Callable[[HubContext, Connection, Wait], None]:
    """Return the two later tasks of an exchange that somebody landed."""

    def run(hub: HubContext, _connection: Connection, wait: Wait) -> None:
        wait()
        task_steps.check(hub, number)
        task_steps.merge(hub, number)

    return run


def orphan_at(step: str) -> Callable[[HubContext, Connection, Wait], None]:
    """Return a run that stands still before a step, and goes on when it is long overtaken."""

    def run(hub: HubContext, connection: Connection, wait: Wait) -> None:
        if step == "landing":
            begun = steps.begin(hub, NAME, FEED)
            declared = steps.declared_feed(hub, NAME, FEED)
            steps.land_pages(hub, begun, *declared, connection, lambda _step, _done: wait())
            return
        number = steps.land(hub, NAME, FEED, connection)
        if step == "merge":
            task_steps.check(hub, number)
        wait()
        (task_steps.merge if step == "merge" else task_steps.check)(hub, number)

    return run


def main(database: str, connection: str, folder: str, *works: str) -> None:
    """Fork for each work; start them all at a line on standard input; print how each ended."""
    if set(works) - {"orphan:landing", "orphan:check"}:  # who never comes to check anything does not wait for it
        require_runnable(load_suite(LICENSE.name), LICENSE)
    waiting, starting = os.pipe()
    ready, told = os.pipe()
    children = []
    for work in works:
        child = os.fork()
        if not child:
            os.close(starting)
            hub = HubContext(open_database(database), KEYRING, utc_now, Path(folder))
            _work(hub, parse_connection(connection), work, lambda: _wait(told, waiting))
        children.append(child)
    for _ in works:
        os.read(ready, 1)
    os.write(1, b"READY\n")
    sys.stdin.readline()
    os.close(starting)
    for child in children:
        os.waitpid(child, 0)


def _wait(told: int, waiting: int) -> None:
    os.write(told, b".")
    os.read(waiting, 1)  # ends when the parent closes its end


def _work(hub: HubContext, connection: Connection, work: str, wait: Wait) -> None:
    kind, _, detail = work.partition(":")
    kinds = {"scheduler": lambda: run_as_scheduler, "beside": lambda: run_beside, "hand": lambda: run_by_hand}
    kinds |= {"tasks": lambda: go_on_with(int(detail)), "orphan": lambda: orphan_at(detail)}
    ended = "done"
    try:
        kinds[kind]()(hub, connection, wait)
    except HubError as error:
        ended = error.code
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells it
        ended = f"{type(error).__name__}: {error}"
    os.write(1, (json.dumps([work, ended]) + "\n").encode())
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])

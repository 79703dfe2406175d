"""Pull one front table and die by SIGKILL at a named point: `step:count` of the progress, or before a commit there.

Run by test_acknowledging.py in a process of its own; nothing here may tidy up.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import sqlalchemy as sa

from connectors.connection import parse_connection
from hub.context import Bounds, HubContext, utc_now
from hub.progress import Step
from hub.pull import pull
from license_library.database import open_database
from license_library.keyring import Keyring


def die() -> NoReturn:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def main(database: str, connection: str, folder: str, point: str) -> None:
    """Pull, and die at `point`."""
    step, count = point.split(":")
    front = parse_connection(connection)
    commits = 0

    def listen(told: Step, done: int) -> None:
        if told == step and count in {str(done), "any"}:
            die()

    def before_commit(conn: sa.Connection) -> None:
        nonlocal commits
        commits += conn.engine.url.database == front.path.removeprefix("/")
        if step == "front_commit" and commits == int(count):
            die()

    sa.event.listen(sa.Engine, "commit", before_commit)
    keyring = Keyring(b"a secret of thirty-two bytes, ok")
    hub = HubContext(open_database(database), keyring, utc_now, Path(folder), Bounds(lease=timedelta(seconds=-1)))
    pull(hub, "work_safety", "licenses", front, progress=listen)


if __name__ == "__main__":
    main(*sys.argv[1:])

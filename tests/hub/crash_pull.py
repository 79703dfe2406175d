"""Pull one feed and die by SIGKILL: at a crash point, before a commit at the department, after a write or a move there.

Run by test_acknowledging.py and test_answering_files.py in a process of its own; nothing here may tidy up.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from connectors.drops.sftp_folder import SftpFolder
from connectors.wire.connection import parse_connection
from hub.context import Bounds, HubContext, utc_now
from hub.crash_points import POINTS, VARIABLE
from hub.pulling.pull import pull
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring


def die() -> NoReturn:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def die_after(work: Callable[..., Any], count: int) -> Callable[..., Any]:
    """Let `work` be done `count` times."""
    done = 0

    def counted(*given: Any) -> Any:
        nonlocal done
        result, done = work(*given), done + 1
        if done == count:
            die()
        return result

    return counted


def main(database: str, connection: str, folder: str, point: str, department: str = "work_safety") -> None:
    """Pull, and die at `point`."""
    step, count = point.split(":")
    front = parse_connection(connection)
    commits = 0

    def before_commit(conn: sa.Connection) -> None:
        nonlocal commits
        commits += conn.engine.url.database == front.path.removeprefix("/")
        if step == "front_commit" and commits == int(count):
            die()

    if step in POINTS:
        os.environ[VARIABLE] = point
    sa.event.listen(sa.Engine, "commit", before_commit)
    if step.startswith("drop_"):
        name = step.removeprefix("drop_")
        setattr(SftpFolder, name, die_after(getattr(SftpFolder, name), int(count)))
    keyring = Keyring(b"a secret of thirty-two bytes, ok")
    hub = HubContext(open_database(database), keyring, utc_now, Path(folder), Bounds(lease=timedelta(seconds=-1)))
    pull(hub, department, "licenses", front)


if __name__ == "__main__":
    main(*sys.argv[1:])

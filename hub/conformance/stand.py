"""A department on trial from beginning to end: databases made, its fake served, checks run, everything thrown away.

The way in for the command and for tests; knows no check in particular.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from connectors.declarations.declaration import load_department
from hub.conformance.bench import opened_bench
from hub.conformance.outcome import Check, Report
from hub.conformance.run import Told, run_checks
from hub.conformance.scratch import Scratch


@dataclass(frozen=True)
class Ground:
    """Say where a fake keeps what it is read from, where not as usual."""

    front: str = ""  # a front table: SQLAlchemy address of another server, on which a database is made and dropped
    local: bool = False  # a file drop: a folder of this machine, no SFTP


USUAL = Ground()


def try_feed(
    scratch: Scratch,
    name: str,
    feed: str,
    folder: Path | None,
    checks: Iterable[Check],
    told: Told = lambda _: None,
    ground: Ground = USUAL,
) -> Report:
    """Run checks against one feed of a department, over a library of its own."""
    is_table = load_department(name, folder).transport.kind == "table"
    with ExitStack() as stack:
        library = stack.enter_context(scratch.library())
        made = scratch.on_server(ground.front) if ground.front else scratch.empty()
        front = stack.enter_context(made) if is_table else ""
        bench = stack.enter_context(
            opened_bench(name, feed, folder, library, front, scratch.victims, local=ground.local)
        )
        return run_checks(bench, checks, told)

"""A department on trial from beginning to end: databases made, its fake served, checks run, everything thrown away.

The way in for the command and for tests; knows no check in particular.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from connectors.declaration import load_department
from hub.conformance.bench import opened_bench
from hub.conformance.outcome import Check, Report
from hub.conformance.run import Told, run_checks
from hub.conformance.scratch import Scratch


def try_feed(  # noqa: PLR0913, PLR0917 - the last one has a default
    scratch: Scratch, name: str, feed: str, folder: Path | None, checks: Iterable[Check], told: Told = lambda _: None
) -> Report:
    """Run checks against one feed of a department, over a library of its own."""
    is_table = load_department(name, folder).transport.kind == "table"
    with ExitStack() as stack:
        library = stack.enter_context(scratch.library())
        front = stack.enter_context(scratch.empty()) if is_table else ""
        bench = stack.enter_context(opened_bench(name, feed, folder, library, front, scratch.victims))
        return run_checks(bench, checks, told)

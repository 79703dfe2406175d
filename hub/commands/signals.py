"""How a command is asked to end: every signal that asks unwinds what was started.

Knows signals and the exit code; not what is unwound.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from hub.commands.output import note

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn the signals that ask us to end into one interruption, and that into an exit code."""

    def end(_number: int, _frame: object) -> None:
        for number in ENDING:  # asked once, we are on our way
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in ENDING}
    try:
        yield
    except KeyboardInterrupt:
        note("ended")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

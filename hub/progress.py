"""How a long step tells how far it is: the name of the step and the records (or pages) behind it.

A plain function, so that a progress bar, a log or nothing at all can listen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Step = Literal[
    "land",
    "check",
    "merge",
    "acknowledge",
    "deliver",
    "poll",
    "keys",
    "replay",
    "dry-run",
    "compare",
    "rebuild",
    "retain",
    "seal",
    "verify",
]
Progress = Callable[[Step, int], None]


def no_progress(step: Step, done: int) -> None:
    """Listen to nothing."""

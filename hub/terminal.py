"""The terminal: standard error, where progress, notes and warnings go, and how text is written so that it stays text.

Standard output is for results. Knows no command and no exchange.
"""

from __future__ import annotations

import logging
from typing import Any

from rich.console import Console
from rich.text import Text

from schemas.visible_text import visible, visible_line


class PlainConsole(Console):
    """Write text as it is: what a department wrote moves no cursor, paints nothing and turns no line around."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Return what is printed for a text, wherever it stands; `:name:` stays what it is, too."""
        return super().render_str(visible(text), **{**how, "emoji": False})


class _PlainLines(logging.Formatter):
    """Write each warning on one line: a name with a line break in it would pass for another."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return visible_line(super().formatMessage(record))


def warn_plainly() -> None:
    """Write the warnings for which nobody set up a log, which Python writes to standard error, so that they stay text."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_PlainLines())


notes = PlainConsole(stderr=True, highlight=False)

"""The terminal: standard error, where progress and notes go, and how text is written so that it stays text.

Standard output is for results. Knows no command and no exchange.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from rich.console import Console
from rich.text import Text

# What a terminal obeys instead of showing it: control characters, marks that turn a line around or take no room, halves.
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class PlainConsole(Console):
    """Write text as it is: what a department wrote moves no cursor, paints nothing and turns no line around."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Return what is printed for a text, wherever it stands; `:name:` stays what it is, too."""
        return super().render_str(visible(text), **{**how, "emoji": False})


def visible(text: str) -> str:
    """Write what could not be seen as Python would; line breaks stay."""
    return _written(text, lambda char: char.encode("unicode_escape").decode())


def visible_json(text: str) -> str:
    """Write the same in JSON as JSON does, so that it means what it meant."""
    return _written(text, lambda char: json.dumps(char)[1:-1])


def _written(text: str, escape: Callable[[str], str]) -> str:
    return "".join(escape(one) if unicodedata.category(one) in _UNSEEN and one != "\n" else one for one in text)


notes = PlainConsole(stderr=True, highlight=False)

"""Text that somebody else wrote, put down so that it stays text: what a terminal or a log would obey is written out.

Knows characters; neither terminal nor log.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Final

# What a terminal obeys instead of showing it: control characters, marks that turn a line around or take no room, halves.
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def is_visible(text: str) -> bool:
    """Tell whether all of a text can be seen, on one line."""
    return not any(map(_is_unseen, text))


def visible(text: str) -> str:
    """Write what could not be seen as Python would; line breaks stay."""
    return _written(text, lambda char: char.encode("unicode_escape").decode())


def visible_line(text: str) -> str:
    """Write line breaks so, too: the rest would pass for a line of ours."""
    return visible(text).replace("\n", "\\n")


def visible_json(text: str) -> str:
    """Write the same in JSON as JSON does, so that it means what it meant."""
    return _written(text, lambda char: json.dumps(char)[1:-1])


def _written(text: str, escape: Callable[[str], str]) -> str:
    return "".join(escape(one) if one != "\n" and _is_unseen(one) else one for one in text)


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN

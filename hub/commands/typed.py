"""What may be typed: text that is UTF-8, numbers that a table can hold. Judged before a verb runs, whichever it is.

Knows values and what their arguments are called; no verb.
"""

from __future__ import annotations

from typing import Any

import typer

from license_library.asking.cursors import LAST


def judge_arguments(verb: Any) -> None:
    """Let every argument of a verb, and of those below it, be judged as soon as it is read."""
    for inner in getattr(verb, "commands", {}).values():
        judge_arguments(inner)
    for one in verb.params:
        if one.callback is None:
            one.callback = _judged


def _judged(context: Any, argument: Any, value: Any) -> Any:
    """Return the value; a fault that the database or a hash would stumble over is told with the argument's name."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if expected := _expected_of(one):
            raise typer.BadParameter(f"expected {expected}; nothing was done", ctx=context, param=argument)
    return value


def _expected_of(value: object) -> str:
    """Return what is expected in place of a value; nothing where it may stand. A file may be called whatever it is."""
    if isinstance(value, str) and not _is_utf8(value):
        return "UTF-8 text, got bytes that are none"
    if isinstance(value, int) and abs(value) > LAST:
        return f"a number of at most {LAST}"
    return ""


def _is_utf8(text: str) -> bool:
    """Tell whether text was decoded whole: Python keeps a byte that is not UTF-8 as half a character."""
    return not any("\ud800" <= char <= "\udfff" for char in text)

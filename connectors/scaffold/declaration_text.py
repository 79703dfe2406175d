"""A draft as TOML: one key a line, each guess with its confidence and reason behind it, under sixty lines.

Knows how TOML is written; guesses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.draft import Draft
from connectors.scaffold.line import Line, one_line

MOST_LINES = 59
SURE, WIDTH = 0.6, 80
BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")  # digits alone may stand bare, and are misread as numbers


def write_declaration(draft: Draft, made_from: str) -> str:
    """Return the text of department.toml."""
    tables = [
        [_opening(made_from), *_notes(draft), *_table("", draft.head)],
        _table("[transport]", draft.transport),
        _table("[feeds.licenses]", draft.feed),
        _table("[feeds.licenses.fields]", draft.fields),
        _table("[feeds.licenses.face]", draft.face) if draft.face else [],
    ]
    lines = [line for table in tables if table for line in [*table, ""]][:-1]
    if len(lines) > MOST_LINES and draft.face:
        short = {line.key: line.value for line in draft.face}
        feed = [
            *draft.feed,
            Line("face", short, min((line.confidence or 0) for line in draft.face), "on the face of the license"),
        ]
        tables[2], tables[4] = _table("[feeds.licenses]", feed), []
        lines = [line for table in tables if table for line in [*table, ""]][:-1]
    spare = max(
        0, len(draft.notes) - max(0, len(lines) - MOST_LINES)
    )  # notes give way: they are shown on the screen too
    return "\n".join(lines[: 1 + spare] + lines[1 + len(draft.notes) :]) + "\n"


def write_value(value: Any) -> str:
    """Write one TOML value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(write_value, value))}]"
    if isinstance(value, dict):
        return (
            f"{{ {', '.join(f'{_key(key)} = {write_value(one)}' for key, one in value.items())} }}" if value else "{}"
        )
    return _text(str(value))


def _opening(made_from: str) -> str:
    return f"# Made from {made_from}. Behind each guess: how sure it is (0 to 1) and why. Fill in every {TO_FILL_IN}."


def _notes(draft: Draft) -> Iterator[str]:
    for note in draft.notes:
        yield f"# {_plain(note, 200)}"


def _table(title: str, lines: list[Line]) -> list[str]:
    wide = max((len(_key(line.key)) for line in lines), default=0)
    return ([title] if title else []) + [_line(line, wide) for line in lines]


def _line(line: Line, wide: int) -> str:
    written = f"{_key(line.key):<{wide}} = {write_value(line.value)}"
    if line.confidence is None:
        return written
    doubt = "fill in: " if line.is_open else "check: " if line.confidence < SURE else ""
    sure = "" if line.confidence == 0 else f"{line.confidence:.2f} "
    return f"{written}  # {sure}{doubt}{_plain(line.reason, WIDTH)}".rstrip()


def _plain(text: str, most: int) -> str:
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'

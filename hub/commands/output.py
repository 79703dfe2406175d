"""How commands speak: one JSON object or a table on standard output, everything else on standard error.

Exit codes: 0 done, 1 the data or the department is wrong, 2 wrong usage.
"""

from __future__ import annotations

import errno
import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
import typer
from rich.table import Table

from hub.terminal import PlainConsole, notes
from schemas.bureau_time import local_minute
from schemas.errors import HubError, NotFound, RequestError
from schemas.visible_text import visible_json

WIDE = 200
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="How many at the most.")]
After = Annotated[str | None, typer.Option(help="Go on after a page: its `next`.")]


class Paged(Protocol):
    """One page of a list; `next` says where it goes on."""

    @property
    def next(self) -> str | None: ...


def print_json(answer: Any) -> None:
    """Write one JSON value, as UTF-8 whatever the terminal thinks."""
    _demand_output()
    written = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
    sys.stdout.buffer.write(visible_json(written).encode() + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "none") -> None:
    """Write a table; None is a dash, an instant is told in Beijing time. Nothing is cut off: in a pipe lines may be long, in a terminal cells wrap.

    Without rows a sentence stands in its place: an empty frame looks like something that broke.
    """
    _demand_output()
    lines = list(rows)
    if not lines:
        say(f"{title}: {empty}")
        return
    table = Table(title=_on_one_line(title), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in lines:
        table.add_row(*(_cell(value) for value in row))
    width = None if sys.stdout.isatty() else WIDE
    PlainConsole(highlight=False, markup=False, width=width).print(table)


def say(text: str) -> None:
    """Write one line of a result."""
    _demand_output()
    PlainConsole(highlight=False, markup=False, soft_wrap=True).print(text)


def show_page(
    answer: Paged,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    empty: str = "none",
    *,
    as_json: bool,
) -> None:
    """Write one page of a list, and how to go on where there is more of it."""
    if as_json:
        print_json(answer)
        return
    print_table(title, columns, rows, empty)
    tell_next(answer.next)


def tell_next(cursor: str | None) -> None:
    """Say how a list goes on, where it does."""
    if cursor:
        note(f"there are more; go on with --after {shlex.quote(cursor)}")


def note(text: str) -> None:
    """Say something beside the result."""
    notes.print(text, markup=False, soft_wrap=True)


def explain(error: HubError) -> int:
    """Write an error where people look for it; return the exit code."""
    notes.print(f"[{error.code}] {error}", markup=False, style="red", soft_wrap=True)
    return 2 if isinstance(error, RequestError) and not isinstance(error, NotFound) else 1


def _demand_output() -> None:
    if sys.stdout is None:  # closed by whoever started us
        raise OSError(errno.EBADF, "the output is closed")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return local_minute(value) if isinstance(value, datetime) else _on_one_line(str(value))


def _on_one_line(text: str) -> str:
    """A line break in a value would pass for the next line of the list."""
    return text.replace("\n", "\\n")

"""Which department and feed a command means, and the bar that shows how far its exchange is.

Knows words of the terminal; runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from connectors.declarations.declaration import Department, list_departments, load_department
from hub.context import HubContext
from hub.progress import Progress, Step
from hub.settings import Settings, demand_folder
from hub.terminal import notes

WORDS = {
    "land": "pages landed",
    "check": "records checked",
    "merge": "merging",
    "acknowledge": "pages acknowledged",
    "deliver": "deliveries brought",
    "poll": "receipts asked for",
    "keys": "subjects done",
    "replay": "cases taken up again",
    "dry-run": "records judged twice",
    "retain": "exchanges",
    "compare": "records compared",
    "rebuild": "records merged again",
    "seal": "inquiries sealed",
    "verify": "inquiries verified",
}


def declared_department(department: str, settings: Settings) -> Department:
    """Return a declaration; wrong usage where there is none of that name."""
    require_declared(department, settings)
    return load_department(department, settings.connectors_folder)


def require_declared(department: str, settings: Settings) -> None:
    """Refuse a name that no folder has; what is wrong with the declaration in it is no wrong usage."""
    demand_folder(settings.connectors_folder)
    known = list_departments(settings.connectors_folder)
    if department not in known:
        raise typer.BadParameter(
            f"{department!r} is not declared; there are {', '.join(known)}", param_hint="DEPARTMENT"
        )


def declared_names(hub: HubContext) -> list[str]:
    """Return the departments that a list may be asked for though they never exchanged anything."""
    return list_departments(hub.connectors_folder)


def chosen_feeds(declared: Department, feed: str | None) -> list[str]:
    """Return the feed that was named, or every one."""
    if feed is not None and feed not in declared.feeds:
        raise typer.BadParameter(f"{feed!r} is no feed; there are {', '.join(declared.feeds)}", param_hint="FEED")
    return [feed] if feed else sorted(declared.feeds)


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """Show a bar on standard error as long as the block lasts."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=notes, transient=True) as bar:
        yield bar


def shown_progress(bar: Bar, name: str) -> Progress:
    """Return what an exchange tells its progress to."""
    line = bar.add_task(name, total=None)

    def show(step: Step, done: int) -> None:
        bar.update(line, description=f"{name}: {WORDS[step]} {done or ''}")

    return show

"""`hub rules dry-run`: a changed declaration or suite tried on what landed, before it is let in.

Knows arguments and output; reading history again is hub/stewarding/dry_run.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connectors.declarations.declaration import Department, load_department
from hub.commands.choosing import chosen_feeds, declared_department, progress_bar, shown_progress
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.signals import ended_by_signals
from hub.context import opened_hub
from hub.pulling.checking import suite_of
from hub.settings import Settings
from hub.stewarding.dry_run import DryRun, Judge, dry_run
from schemas.errors import RequestError
from schemas.suites.suite import load_suite

rules = typer.Typer(help="What records are judged by.", no_args_is_help=True)


@rules.callback()
def _rules() -> None:
    """Keep `dry-run` a command of its own while it is the only one."""


@rules.command("dry-run")
def try_on_history(
    name: Annotated[str, typer.Argument(help="Name of the department's folder.")],
    feed: Annotated[str | None, typer.Argument(help="Name of the feed; default: every feed.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--connectors", help="Folder with the changed declaration in NAME/.", exists=True, file_okay=False
        ),
    ] = None,
    suite: Annotated[
        Path | None,
        typer.Option(help="The changed suite.toml of the department.", exists=True, dir_okay=False),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days of history.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Tell what a changed declaration or suite would have quarantined or let in; nothing is written."""
    if folder is None and suite is None:
        raise RequestError("dry-run: expected a candidate, --connectors or --suite; nothing was read")
    settings = Settings()
    declared = declared_department(name, settings)
    candidate = load_department(name, folder) if folder else declared
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        told = [
            dry_run(
                hub, _judge(declared, one), _judge(candidate, one, suite), days, shown_progress(bar, f"{name}/{one}")
            )
            for one in chosen_feeds(declared, feed)
        ]
    if as_json:
        print_json(told[0] if len(told) == 1 else told)
    else:
        for one in told:
            _show(one, days)
    raise typer.Exit(1 if any(one.unread for one in told) else 0)


def _judge(declared: Department, feed: str, suite: Path | None = None) -> Judge:
    if feed not in declared.feeds:
        raise RequestError(f"dry-run: the candidate has no feed {feed!r}; there are {', '.join(declared.feeds)}")
    one = declared.feeds[feed]
    return Judge(declared, one, load_suite(one.record, suite, feed) if suite else suite_of(declared, one))


def _show(told: DryRun, days: int) -> None:
    note(
        f"{told.department}/{told.feed}: would have quarantined {told.would_quarantine:,} of the last {days} days' "
        f"{told.received:,} records, {told.would_quarantine_open:,} of them in open cases; would have let in "
        f"{told.would_let_in:,} of the {told.quarantined:,} that were quarantined, {told.would_let_in_open:,} of them in open cases"
    )
    rows = [[one.code, one.found, one.gone, ", ".join(one.examples)] for one in told.codes]
    print_table(
        f"{told.department}/{told.feed}",
        ["code", "found anew", "no longer", "as record"],
        rows,
        "the candidate finds just what was found",
    )
    for words in told.unread:
        note(f"not read: {words}")

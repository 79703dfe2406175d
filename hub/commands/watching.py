"""`hub department drift`: what differs from the pinned contract. Knows arguments and output; comparing is hub/watching/drifting.py."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from connectors.wire.connection import read_connection
from hub.commands.choosing import declared_department
from hub.commands.output import AsJson, note, print_json, print_table, say
from hub.context import opened_hub
from hub.settings import Settings
from hub.watching.drifting import Watched, watch_drift

SAID = {
    "same": "the live contract is the pinned one",
    "not_declared": "the declaration does not say where the live contract is; nothing was compared",
}


def drift(
    name: Annotated[str, typer.Argument(help="Name of the department's folder.")], as_json: AsJson = False
) -> None:
    """Compare the live contract with the pinned one; differences become incidents."""
    settings = Settings()
    connection = read_connection(declared_department(name, settings), os.environ)
    with opened_hub(settings) as hub:
        watched = watch_drift(hub, name, connection)
    if as_json:
        print_json(_told(watched))
    else:
        _show(watched)
    raise typer.Exit(0 if watched.is_quiet else 1)


def _told(watched: Watched) -> dict[str, object]:
    failure = watched.failure
    return {
        "department": watched.department,
        "state": watched.state,
        "differences": watched.drift.differences,
        "not_compared": watched.drift.not_compared,
        "error_code": failure.code if failure else None,
        "error_message": str(failure) if failure else None,
    }


def _show(watched: Watched) -> None:
    if watched.state in SAID:
        say(f"{watched.department}: {SAID[watched.state]}")
    if watched.failure:
        note(f"[{watched.failure.code}] {watched.failure}")
    if watched.drift.differences:
        rows = [[one.effect, one.feed or None, one.words_zh, one.words_en] for one in watched.drift.differences]
        print_table(f"{watched.department}: live against pinned", ["effect", "feed", "差异", "difference"], rows)
    for location in watched.drift.not_compared:
        note(f"not compared: {location}")

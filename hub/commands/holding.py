"""`hub delivery hold`, `resume`, `holds`: whether anything may leave at all.

Knows arguments and output; deciding is the service's act.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.asker import Who, actor, served_library
from hub.commands.output import AsJson, note, print_json, print_table
from license_library.answers.deliveries import PushHolds
from license_library.service.acts import holding

Reason = Annotated[str, typer.Option("--reason", help="Why.")]
COLUMNS = ["hold", "cause", "since", "by", "reason", "ended", "by", "because"]


def hold(
    who: Who,
    reason: Reason,
    restored: Annotated[
        bool,
        typer.Option("--restored", help="The database was restored by what leaves no trace: a snapshot of its disk."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let nothing leave, to any department, until `hub delivery resume`."""
    with served_library() as service:
        _show(holding.hold(service, actor(), who, reason, is_restored=restored), as_json=as_json)


def resume(
    who: Who,
    reason: Reason,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored", help="The database was restored; both ends were compared, what it forgot was handed in again."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let deliveries leave again; what may have arrived already is asked about first, or is to be verified."""
    with served_library() as service:
        _show(holding.resume(service, actor(), who, reason, is_restored=restored), as_json=as_json)


def holds(as_json: AsJson = False) -> None:
    """List when nothing left, and why, newest first."""
    with served_library() as service:
        _show(holding.holds(service), as_json=as_json)


def _show(told: PushHolds, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    rows = [
        [one.hold_id, one.cause, one.began_at, one.began_by, one.reason, one.ended_at, one.ended_by, one.end_reason]
        for one in told.holds
    ]
    print_table("holds", COLUMNS, rows, "deliveries were never held back")
    note("deliveries are held back" if told.is_held else "deliveries leave")

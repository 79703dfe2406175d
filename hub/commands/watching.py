"""`hub department drift` and `hub incident`: what differs from the pinned contract, and what somebody must look after.

Knows arguments and output; comparing is hub/drifting.py, incidents are the library's.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from connectors.connection import read_connection
from connectors.declaration import load_department
from hub.commands.output import AsJson, note, print_json, print_table
from hub.context import opened_hub
from hub.drifting import Watched, watch_drift
from hub.settings import Settings
from license_library.answers import IncidentBrief
from license_library.incident_list import list_incidents
from license_library.incidents import Decision, decide_incident
from license_library.questions import IncidentFilter

incident = typer.Typer(help="What somebody must look after.", no_args_is_help=True)
IncidentId = Annotated[int, typer.Argument(help="Number of the incident.")]
Who = Annotated[str, typer.Option("--by", help="Who decides.")]
Note = Annotated[str | None, typer.Option(help="What is done about it.")]
SAID = {
    "same": "the live contract is the pinned one",
    "not_declared": "the declaration does not say where the live contract is; nothing was compared",
}


def drift(
    name: Annotated[str, typer.Argument(help="Name of the department's folder.")], as_json: AsJson = False
) -> None:
    """Compare the live contract with the pinned one; differences become incidents."""
    settings = Settings()
    connection = read_connection(load_department(name, settings.connectors_folder), os.environ)
    with opened_hub(settings) as hub:
        watched = watch_drift(hub, name, connection)
    if as_json:
        print_json(_told(watched))
    else:
        _show(watched)
    raise typer.Exit(0 if watched.is_quiet else 1)


@incident.command("list")
def list_open(
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    state: Annotated[
        str | None, typer.Option(help="open, acknowledged, muted, resolved or all; default: all but resolved.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List incidents, the gravest and newest first."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        answer = list_incidents(conn, IncidentFilter(department, state), hub.clock())
    if as_json:
        print_json(answer)
        return
    columns = ["incident", "department", "feed", "kind", "severity", "state", "last seen", "what"]
    print_table("incidents", columns, [_row(one) for one in answer.incidents])


@incident.command()
def acknowledge(incident_id: IncidentId, who: Who, note: Note = None, as_json: AsJson = False) -> None:
    """Say that somebody looks after an incident; it ends by itself when its cause is gone."""
    _decide(incident_id, "acknowledged", who, note, as_json=as_json)


@incident.command()
def mute(incident_id: IncidentId, who: Who, note: Note = None, as_json: AsJson = False) -> None:
    """Say that an incident need not be looked after while its cause lasts."""
    _decide(incident_id, "muted", who, note, as_json=as_json)


def _decide(incident_id: int, decision: Decision, who: str, why: str | None, *, as_json: bool) -> None:
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        decided = decide_incident(conn, incident_id, decision, who, why, hub.clock())
    if as_json:
        print_json(decided)
    else:
        note(f"incident {incident_id} is {decided.state}: {decided.words.en}")


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
        typer.echo(f"{watched.department}: {SAID[watched.state]}")
    if watched.failure:
        note(f"[{watched.failure.code}] {watched.failure}")
    if watched.drift.differences:
        rows = [[one.effect, one.feed or None, one.words_zh, one.words_en] for one in watched.drift.differences]
        print_table(f"{watched.department}: live against pinned", ["effect", "feed", "差异", "difference"], rows)
    for location in watched.drift.not_compared:
        note(f"not compared: {location}")


def _row(one: IncidentBrief) -> list[object]:
    seen = f"{one.last_seen_at:%Y-%m-%d %H:%M}"
    return [one.incident_id, one.department, one.feed or None, one.kind, one.severity, one.state, seen, one.words.en]

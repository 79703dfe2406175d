"""`hub incident`: what somebody must look after, seen and decided; alerts sent.

Knows arguments and output; incidents are the library's, alerts are hub/watching/alerting.py.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.asker import Who, actor, served_library
from hub.commands.output import After, AsJson, Limit, note, print_json, print_table, show_page
from hub.context import opened_hub
from hub.settings import Settings
from hub.watching.alerting import Told, channels_of, send_alerts
from hub.watching.judging import judge_feeds
from license_library.answers import IncidentBrief, IncidentDetail
from license_library.asking.questions import DEFAULT_LIMIT, IncidentFilter
from license_library.oversight.incident_decisions import DAYS_MUTED, IncidentDecision
from license_library.service.acts import overseeing
from license_library.service.acts.deciding import decide_on_incident
from schemas.bureau_time import local_day

incident = typer.Typer(help="What somebody must look after.", no_args_is_help=True)
IncidentId = Annotated[int, typer.Argument(help="Number of the incident.")]
Note = Annotated[str | None, typer.Option(help="What is done about it.")]
COLUMNS = ["incident", "department", "feed", "kind", "severity", "state", "assigned to", "last seen", "what"]


@incident.command("list")
def list_open(
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    state: Annotated[
        str | None, typer.Option(help="open, acknowledged, muted, resolved or all; default: all but resolved.")
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List incidents, the gravest and newest first."""
    wanted = IncidentFilter(department, state, limit, after)
    with served_library() as service:
        answer = overseeing.incidents(service, wanted)
    rows = [_row(one) for one in answer.incidents]
    show_page(answer, "incidents", COLUMNS, rows, "none that fits", as_json=as_json)


@incident.command()
def show(incident_id: IncidentId, as_json: AsJson = False) -> None:
    """Show one incident with its history and its alerts."""
    with served_library() as service:
        answer = overseeing.incident(service, incident_id)
    if as_json:
        print_json(answer)
        return
    _show(answer)


@incident.command()
def acknowledge(incident_id: IncidentId, who: Who, note: Note = None, as_json: AsJson = False) -> None:
    """Say that somebody looks after an incident; it ends by itself when its cause is gone, and is alerted no more."""
    _decide(incident_id, IncidentDecision("acknowledge", who, note), as_json=as_json)


@incident.command()
def assign(
    incident_id: IncidentId,
    who: Who,
    to: Annotated[str, typer.Option(help="Whose business it is; empty: nobody's.")],
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Say whose business an incident is."""
    _decide(incident_id, IncidentDecision("assign", who, note, assignee=to), as_json=as_json)


@incident.command()
def mute(
    incident_id: IncidentId,
    who: Who,
    days: Annotated[int, typer.Option(min=1, max=90, help="For how many days.")] = DAYS_MUTED,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Say that an incident need not be looked after for some days; then it is open again."""
    _decide(incident_id, IncidentDecision("mute", who, note, days=days), as_json=as_json)


@incident.command()
def resolve(incident_id: IncidentId, who: Who, note: Note = None, as_json: AsJson = False) -> None:
    """Say that an incident is over; the same cause within fourteen days opens it again."""
    _decide(incident_id, IncidentDecision("resolve", who, note), as_json=as_json)


@incident.command()
def reopen(incident_id: IncidentId, who: Who, note: Note = None, as_json: AsJson = False) -> None:
    """Say that an incident is not over."""
    _decide(incident_id, IncidentDecision("reopen", who, note), as_json=as_json)


@incident.command()
def judge(as_json: AsJson = False) -> None:
    """Judge every feed by the clock: fresh, running, held, with news; each fault is an incident until it is gone."""
    with opened_hub(Settings()) as hub:
        found = judge_feeds(hub)
    if as_json:
        print_json({"found": found})
    else:
        note(f"{found} things are wrong; see `hub incident list`" if found else "every feed is as it should be")
    raise typer.Exit(1 if found else 0)


@incident.command()
def alert(as_json: AsJson = False) -> None:
    """Send the alerts that are due by mail and webhook, as far as they are set; one for each incident a day."""
    settings = Settings()
    channels = channels_of(settings)
    if not channels:
        note("no channel is set; expected HUB_ALERT_SMTP or HUB_ALERT_WEBHOOK; nothing was sent")
    with opened_hub(settings) as hub:
        told = send_alerts(hub, channels, settings.public_url)
    if as_json:
        print_json(told)
    else:
        columns = ["alert", "incident", "department", "channel", "tries", "failure"]
        print_table("alerts", columns, [_alert_row(one) for one in told], "nothing was due")
    raise typer.Exit(1 if any(one.failure for one in told) else 0)


def _decide(incident_id: int, decision: IncidentDecision, *, as_json: bool) -> None:
    with served_library() as service:
        decided = decide_on_incident(service, actor(), incident_id, decision)
    if as_json:
        print_json(decided)
        return
    whose = f", assigned to {decided.assigned_to}" if decided.assigned_to else ""
    note(f"incident {incident_id} is {decided.state}{whose}: {decided.words.en}")


def _show(answer: IncidentDetail) -> None:
    print_table("incident", COLUMNS, [_row(answer.incident)])
    note(f"what to do: {answer.incident.advice.en}")
    steps = [[one.happened_at, one.what, one.who, one.note] for one in answer.events]
    print_table("history", ["when", "what", "who", "note"], steps)
    alerts = [[one.channel, one.due_at, one.tries, one.sent_at, one.failure] for one in answer.alerts]
    print_table("alerts", ["channel", "due", "tries", "sent", "failure"], alerts)


def _alert_row(one: Told) -> list[object]:
    return [one.alert_id, one.incident_id, one.department, one.channel, one.tries, one.failure]


def _row(one: IncidentBrief) -> list[object]:
    state = one.state if one.muted_until is None else f"muted until {local_day(one.muted_until)}"
    names = [one.incident_id, one.department, one.feed or None, one.kind, one.severity]
    return [*names, state, one.assigned_to, one.last_seen_at, one.words.en]

"""`hub quarantine`: one case seen, and what a person decides about it, carried out at once.

Knows arguments and output; decisions are the library's, a replay is hub/pulling/replay.py.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from hub.commands.asker import Who, actor, served_hub, served_library
from hub.commands.output import After, AsJson, Limit, note, print_json, print_table, show_page
from hub.pulling.replay import replay
from license_library.answers import QuarantineCase, QuarantineDetail
from license_library.asking.questions import DEFAULT_LIMIT, QuarantineFilter
from license_library.quarantine.case_decisions import CaseDecision
from license_library.service.acts import case_deciding, overseeing

quarantine = typer.Typer(help="Records that wait, and what is done about them.", no_args_is_help=True)
CaseId = Annotated[int, typer.Argument(help="Number of the case.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the history of the case.")]
Until = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day on which it may pass.")]
PLACE = ["exchange", "page", "position", "first seen", "mapping", "rules", "page kept"]
COLUMNS = ["case", "department", "feed", "record", "state", "owner", "tries", "last seen", "reasons"]


@quarantine.command("list")
def list_cases(  # noqa: PLR0913, PLR0917 - each narrows it
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    code: Annotated[str | None, typer.Option(help="Only with this problem code.")] = None,
    state: Annotated[str, typer.Option(help="open, mended, waived, superseded, discarded or all.")] = "open",
    owner: Annotated[str | None, typer.Option(help="Only what this person looks after.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List cases, newest first."""
    chosen = None if state == "all" else state
    wanted = QuarantineFilter(department, feed, code, chosen, owner=owner, limit=limit, after=after)
    with served_library() as service:
        answer = overseeing.quarantine(service, wanted)
    title = f"quarantine: {answer.total}" if answer.cases else "quarantine"
    show_page(answer, title, COLUMNS, [_row(case) for case in answer.cases], "no case that fits", as_json=as_json)


@quarantine.command()
def show(
    case_id: CaseId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show personal values; recorded.")] = False,
    purpose: Annotated[str, typer.Option(help="Why they are shown.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show one case: its reasons, its source row masked, its history."""
    with served_library() as service:
        if reveal:
            found = case_deciding.reveal(service, actor(), case_id, purpose)
        else:
            found = overseeing.quarantine_case(service, case_id)
    _show(found, as_json=as_json)


@quarantine.command()
def recheck(case_id: CaseId, who: Who, reason: Reason = "", as_json: AsJson = False) -> None:
    """Check a case again, with all others of its record."""
    _decide(case_id, CaseDecision("recheck", who, reason), as_json=as_json)


@quarantine.command()
def edit(
    case_id: CaseId,
    who: Who,
    values: Annotated[list[str], typer.Option("--set", help="FIELD=VALUE, a source field; empty: no value.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Put values in place of the department's, and check again; what it said is kept."""
    _decide(case_id, CaseDecision("edit", who, reason, values=edited_values(values)), as_json=as_json)


@quarantine.command()
def waive(case_id: CaseId, who: Who, until: Until, reason: Reason, as_json: AsJson = False) -> None:
    """Let a record in although it suffers from this, until a last day."""
    _decide(case_id, CaseDecision("waive", who, reason, until=_day(until)), as_json=as_json)


@quarantine.command()
def discard(case_id: CaseId, who: Who, reason: Reason, as_json: AsJson = False) -> None:
    """Mark a case as not worth mending; nothing is deleted."""
    _decide(case_id, CaseDecision("discard", who, reason), as_json=as_json)


@quarantine.command()
def assign(
    case_id: CaseId,
    who: Who,
    owner: Annotated[str, typer.Option("--to", help="Who looks after it.")],
    as_json: AsJson = False,
) -> None:
    """Say who looks after a case."""
    _decide(case_id, CaseDecision("assign", who, owner=owner), as_json=as_json)


def edited_values(given: list[str]) -> dict[str, str | None]:
    """Return the source fields of `FIELD=VALUE` with what is put there; an empty value is none."""
    if any("=" not in one for one in given):
        raise typer.BadParameter("expected FIELD=VALUE", param_hint="--set")
    return {name: value or None for name, _, value in (one.partition("=") for one in given)}


def _decide(case_id: int, decision: CaseDecision, *, as_json: bool) -> None:
    """Write the decision, carry out what follows from it, show the case as it stands then."""
    with served_hub() as (hub, service):
        found = case_deciding.decide(service, actor(), case_id, decision)
        if decision.action in {"edit", "waive", "recheck"}:
            replay(hub, found.case.department, found.case.feed, [case_id])
            found = overseeing.quarantine_case(service, case_id)
    _show(found, as_json=as_json)
    if decision.action != "assign" and found.case.state == "open":
        note(f"case {case_id} is still open: {', '.join(found.case.codes)}")
        raise typer.Exit(1)


def _day(typed: datetime) -> date:
    return typed.date()


def _show(found: QuarantineDetail, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_table("case", COLUMNS, [_row(found.case)])
    print_table("where it came from", PLACE, [_place(found)])
    problems = [[one.field, one.code, one.expected.words.en, one.got.words.en] for one in found.case.problems]
    print_table("problems", ["field", "code", "expected", "got"], problems)
    source = [[one.name, one.value, one.edited if one.is_edited else None] for one in found.source]
    print_table("source row", ["field", "said", "edited to"], source)
    history = [[one.happened_at, one.words.en, one.who, one.detail, one.reason] for one in found.history]
    print_table("history", ["when", "what", "who", "which", "why"], history)


def _place(found: QuarantineDetail) -> list[object]:
    case, kept = found.case, "yes" if found.page_kept else "no"
    place = [case.exchange_id, case.page_number, case.position + 1, case.first_seen_at]
    return [*place, found.mapping_version[:12], found.rule_version, kept]


def _row(case: QuarantineCase) -> list[object]:
    waived = f"{case.state} until {case.waived_until}" if case.waived_until else case.state
    names = [case.quarantine_id, case.department, case.feed, case.record_id]
    return [*names, waived, case.owner, case.tries, case.last_seen_at, ", ".join(case.codes)]

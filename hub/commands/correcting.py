"""`hub correction`, `hub quarantine return`: departments asked to put a record right, by a working day.

Knows arguments and output; requests are the library's, handing over is hub/pushing/correcting.py.
"""

from __future__ import annotations

from typing import Annotated, cast, get_args

import typer

from hub.commands.asker import Who, actor, served_hub, served_library
from hub.commands.mending import CaseId, quarantine
from hub.commands.output import After, AsJson, Limit, print_json, print_table, show_page
from hub.context import HubContext, opened_hub
from hub.pushing.correcting import follow_corrections
from hub.settings import Settings
from license_library.answers import CorrectionBrief, CorrectionDetail
from license_library.asking.questions import DEFAULT_LIMIT, CorrectionFilter
from license_library.quarantine.corrections import DEFAULT_DAYS, Answer
from license_library.service.acts import correcting
from license_library.service.acts.correcting import CorrectionAnswer, CorrectionOrder
from license_library.service.settings import ServiceSettings

correction = typer.Typer(help="What departments are asked to put right.", no_args_is_help=True)
Field = Annotated[str, typer.Option(help="The field to put right.")]
Basis = Annotated[str, typer.Option(help="On what basis it is asked.")]
Proposed = Annotated[str, typer.Option(help="What should stand there.")]
Seen = Annotated[str, typer.Option(help="What stands there, or what the applicant shows.")]
Evidence = Annotated[str, typer.Option(help="What proves it.")]
Days = Annotated[int, typer.Option(min=1, max=60, help="Working days to answer.")]
RequestId = Annotated[int, typer.Argument(help="Number of the request.")]
COLUMNS = ["request", "department", "about", "field", "seen", "proposed", "due", "delivery", "state", "by"]


@quarantine.command("return")
def send_back(  # noqa: PLR0913, PLR0917 - what is asked for
    case_id: CaseId,
    who: Who,
    field: Field,
    basis: Basis,
    proposed: Proposed = "",
    seen: Seen = "",
    evidence: Evidence = "",
    days: Days = DEFAULT_DAYS,
    as_json: AsJson = False,
) -> None:
    """Send a case back to its department: a correction request with a last working day."""
    order = CorrectionOrder(
        field=field, basis=basis, who=who, quarantine_id=case_id,
        proposed=proposed, seen=seen, evidence=evidence, days=days,
    )  # fmt: skip
    _ask(order, as_json=as_json)


@correction.command()
def ask(  # noqa: PLR0913, PLR0917 - what is asked for
    license_id: Annotated[int, typer.Argument(help="Number of the license.")],
    who: Who,
    field: Field,
    basis: Basis,
    proposed: Proposed = "",
    seen: Seen = "",
    evidence: Evidence = "",
    days: Days = DEFAULT_DAYS,
    as_json: AsJson = False,
) -> None:
    """Ask for a value of a license to be put right; the license is disputed until its department answers."""
    order = CorrectionOrder(
        field=field, basis=basis, who=who, license_id=license_id,
        proposed=proposed, seen=seen, evidence=evidence, days=days,
    )  # fmt: skip
    _ask(order, as_json=as_json)


@correction.command("list")
def list_them(
    department: Annotated[str | None, typer.Argument(help="Only to this department.")] = None,
    state: Annotated[str | None, typer.Option(help="open, late, answered or withdrawn.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List correction requests, the open ones first, by their last day."""
    with served_library() as service:
        answer = correcting.corrections(service, CorrectionFilter(department, state, limit=limit, after=after))
    rows = [_row(one) for one in answer.corrections]
    show_page(answer, "corrections", COLUMNS, rows, "no request that fits", as_json=as_json)


@correction.command()
def show(
    request_id: RequestId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show values and evidence; recorded.")] = False,
    purpose: Annotated[str, typer.Option(help="Why they are shown.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show one request with its evidence and its history, values masked."""
    with served_library() as service:
        if reveal:
            found = correcting.reveal(service, actor(), request_id, purpose)
        else:
            found = correcting.correction(service, request_id)
    if as_json:
        print_json(found)
        return
    _show_one(found)


@correction.command()
def follow(as_json: AsJson = False) -> None:
    """Settle what came back corrected, hand over what is new, open an incident for what is late."""
    with opened_hub(Settings()) as hub:
        counts = follow_corrections(hub)
    if as_json:
        print_json(counts)
        return
    print_table("corrections", ["what", "requests"], [[name.replace("_", " "), many] for name, many in counts.items()])


@correction.command()
def answer(
    request_id: RequestId,
    said: Annotated[str, typer.Argument(help="corrected, confirmed, refused or withdrawn.")],
    who: Who,
    note: Annotated[str, typer.Option(help="In the department's words.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write down what the department answered, or withdraw the request."""
    if said not in get_args(Answer):
        raise typer.BadParameter(f"expected one of {', '.join(get_args(Answer))}", param_hint="SAID")
    with served_hub() as (hub, service):
        correcting.answer(service, actor(), request_id, CorrectionAnswer(cast("Answer", said), who, note))
        found = _handed_over(hub, service, request_id)
    _show(found, as_json=as_json)


def _ask(order: CorrectionOrder, *, as_json: bool) -> None:
    with served_hub() as (hub, service):
        asked = correcting.ask(service, actor(), order)
        found = _handed_over(hub, service, asked.correction.request_id)
    _show(found, as_json=as_json)


def _handed_over(hub: HubContext, service: ServiceSettings, request_id: int) -> CorrectionBrief:
    """Let the hub follow up at once; what the department must be told by hand has no delivery."""
    follow_corrections(hub)
    return correcting.correction(service, request_id).correction


def _show(found: CorrectionBrief, *, as_json: bool) -> None:
    print_json(found) if as_json else print_table("corrections", COLUMNS, [_row(found)])


def _show_one(found: CorrectionDetail) -> None:
    print_table("correction", COLUMNS, [_row(found.correction)])
    print_table("why", ["basis", "evidence"], [[found.correction.basis, found.evidence]])
    history = [[one.happened_at, one.words.en, one.who, one.note] for one in found.events]
    print_table("history", ["when", "what", "who", "note"], history)


def _row(one: CorrectionBrief) -> list[object]:
    about = f"case {one.quarantine_id}" if one.quarantine_id else f"license {one.license_id}"
    delivery = f"{one.delivery_id} {one.delivery_state}" if one.delivery_id else "by hand"
    values = [one.request_id, one.department, about, one.field, one.seen, one.proposed, one.due_on, delivery]
    return [*values, one.state_words.en, one.asked_by]

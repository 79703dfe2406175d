"""`hub correction`, `hub quarantine return`: departments asked to put a record right, by a working day.

Knows arguments and output; requests are the library's, handing over is hub/pushing/correcting.py.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, cast, get_args

import msgspec
import typer
from sqlalchemy import Connection

from hub.commands.choosing import declared_names
from hub.commands.mending import CaseId, Who, quarantine
from hub.commands.output import AsJson, note, print_json, print_table
from hub.context import HubContext, opened_hub, today
from hub.pushing.correcting import follow_corrections
from hub.settings import Settings
from license_library.answers import CorrectionBrief, CorrectionDetail
from license_library.asking.questions import CorrectionFilter
from license_library.quarantine.correction_list import get_correction, list_corrections, show_correction
from license_library.quarantine.corrections import (
    DEFAULT_DAYS,
    Answer,
    Correction,
    answer_correction,
    ask_for_case,
    ask_for_license,
)
from license_library.quarantine.revealing import reveal_correction
from license_library.storage.keyring import Keyring

correction = typer.Typer(help="What departments are asked to put right.", no_args_is_help=True)
Field = Annotated[str, typer.Option(help="The field to put right.")]
Basis = Annotated[str, typer.Option(help="On what basis it is asked.")]
Proposed = Annotated[str, typer.Option(help="What should stand there.")]
Seen = Annotated[str, typer.Option(help="What stands there, or what the applicant shows.")]
Evidence = Annotated[str, typer.Option(help="What proves it.")]
Days = Annotated[int, typer.Option(min=1, max=60, help="Working days to answer.")]
Write = Callable[[Connection, Keyring, int, Correction, date, datetime], int]
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
    asked = Correction(field=field, basis=basis, who=who, proposed=proposed, seen=seen, evidence=evidence, days=days)
    _ask(ask_for_case, case_id, asked, as_json=as_json)


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
    asked = Correction(field=field, basis=basis, who=who, proposed=proposed, seen=seen, evidence=evidence, days=days)
    _ask(ask_for_license, license_id, asked, as_json=as_json)


@correction.command("list")
def list_them(
    department: Annotated[str | None, typer.Argument(help="Only to this department.")] = None,
    state: Annotated[str | None, typer.Option(help="open, late, answered or withdrawn.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    after: Annotated[str | None, typer.Option(help="`next` of the page before.")] = None,
    as_json: AsJson = False,
) -> None:
    """List correction requests, the open ones first, by their last day."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        wanted = CorrectionFilter(department, state, limit=limit, after=after)
        answer = list_corrections(conn, hub.keyring, wanted, today(hub), hub.clock(), declared=declared_names(hub))
    _show(answer.corrections, answer, as_json=as_json)
    if answer.next and not as_json:
        note(f"there are more; go on with --after {answer.next}")


@correction.command()
def show(
    request_id: RequestId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show values and evidence; recorded.")] = False,
    purpose: Annotated[str, typer.Option(help="Why they are shown.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show one request with its evidence and its history, values masked."""
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        if reveal:
            about = (getpass.getuser(), purpose, today(hub), hub.clock())
            found = reveal_correction(conn, hub.keyring, request_id, *about)
        else:
            found = show_correction(conn, hub.keyring, request_id, today(hub), hub.clock())
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
    with opened_hub(Settings()) as hub:
        with hub.engine.begin() as conn:
            answer_correction(conn, request_id, cast("Answer", said), who, note, hub.clock())
        found = _handed_over(hub, request_id)
    _show([found], found, as_json=as_json)


def _ask(write: Write, about: int, asked: Correction, *, as_json: bool) -> None:
    with opened_hub(Settings()) as hub:
        with hub.engine.begin() as conn:
            request_id = write(conn, hub.keyring, about, asked, today(hub), hub.clock())
        found = _handed_over(hub, request_id)
    _show([found], found, as_json=as_json)


def _handed_over(hub: HubContext, request_id: int) -> CorrectionBrief:
    """Let the hub follow up at once; what the department must be told by hand has no delivery."""
    follow_corrections(hub)
    with hub.engine.connect() as conn:
        return get_correction(conn, hub.keyring, request_id, today(hub))


def _show(told: list[CorrectionBrief], answer: msgspec.Struct, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    print_table("corrections", COLUMNS, [_row(one) for one in told], "no request that fits")


def _show_one(found: CorrectionDetail) -> None:
    print_table("correction", COLUMNS, [_row(found.correction)])
    print_table("why", ["basis", "evidence"], [[found.correction.basis, found.evidence]])
    history = [[f"{one.happened_at:%Y-%m-%d %H:%M}", one.words.en, one.who, one.note] for one in found.events]
    print_table("history", ["when", "what", "who", "note"], history)


def _row(one: CorrectionBrief) -> list[object]:
    about = f"case {one.quarantine_id}" if one.quarantine_id else f"license {one.license_id}"
    delivery = f"{one.delivery_id} {one.delivery_state}" if one.delivery_id else "by hand"
    values = [one.request_id, one.department, about, one.field, one.seen, one.proposed, one.due_on, delivery]
    return [*values, one.state_words.en, one.asked_by]

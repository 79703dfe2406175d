"""`hub fact`: data elements and their masters, where sources differ, and what a steward decides about it.

Knows arguments and output; facts, conflicts and decisions are the library's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hub.commands.asker import ASKED_HERE, Who, Why, actor, served_hub, served_library
from hub.commands.asking import MOMENTS
from hub.commands.output import After, AsJson, note, print_json, print_table, tell_next
from hub.pushing.correcting import follow_corrections
from license_library.answers import ConflictBrief, ConflictDetail, ConflictsAnswer
from license_library.asking.questions import DEFAULT_LIMIT, MAX_LIMIT, ConflictFilter
from license_library.facts.conflict_decisions import ConflictDecision
from license_library.quarantine.corrections import DEFAULT_DAYS
from license_library.service.acts import settling
from license_library.service.acts.asking import FactsRequest, show_facts
from license_library.service.acts.settling import MasterOrder
from schemas.bureau_time import ZONE

fact = typer.Typer(help="Facts by data element, their masters, and where sources differ.", no_args_is_help=True)
Subject = Annotated[int, typer.Argument(help="Number of the subject, as the list tells it.")]
Code = Annotated[str, typer.Argument(help="Code of the data element.")]
License = Annotated[
    int | None, typer.Option("--license", help="License of the value that is meant; none: the holder code's.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]
Mark = Annotated[
    str, typer.Option(help="Mark of the conflict as `hub fact show` told it: refused where it has changed since.")
]


@fact.command("list")
def list_them(
    subject: Annotated[str, typer.Option(help="Credit code or resident number of the subject.")],
    code_type: Annotated[str | None, typer.Option(help="Holder code type, where it is another code.")] = None,
    element: Annotated[list[str] | None, typer.Option(help="Only this data element; may be repeated.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="What held on this day.")] = None,
    known_at: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="As known at this instant; without zone: Beijing time.")
    ] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Say what is known of a subject by data element, now or on a day as known at an instant; it is recorded."""
    instant = known_at.replace(tzinfo=ZONE) if known_at and known_at.tzinfo is None else known_at
    asked = FactsRequest(subject, purpose, code_type, element or None, on.date() if on else None, instant)
    with served_library() as service:
        answer = show_facts(service, actor(), asked)
    if as_json:
        return print_json(answer)
    rows = [
        [one.words.zh, one.value, one.verdict_words.zh, (one.facts[0].words if one.facts else one.reason_words).zh]
        for one in answer.fields
    ]
    title = f"{answer.subject.name or '?'} ({answer.subject.code}) · {answer.on}"
    return print_table(title, ["数据元", "值", "结论", "来源"], rows)


@fact.command()
def elements(as_json: AsJson = False) -> None:
    """List the data elements with their masters."""
    with served_library() as service:
        answer = settling.elements(service)
    if as_json:
        return print_json(answer)
    rows = [
        [one.code, one.words.zh, one.kind, " ".join(one.masters), len(one.others), one.preferred]
        for one in answer.elements
    ]
    return print_table("elements", ["element", "", "compared as", "masters", "others", "put first"], rows)


@fact.command()
def master(
    element: Code,
    who: Who,
    reason: Reason,
    source: Annotated[str | None, typer.Argument(help="The source that goes first; none: as declared.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a source of an element before the declared order, for everybody and at once, or back."""
    with served_library() as service:
        answer = settling.prefer(service, actor(), element, MasterOrder(who, reason, source))
    changed = next(one for one in answer.elements if one.code == element)
    print_json(changed) if as_json else note(f"{element}: {changed.preferred or 'as declared'}")


@fact.command()
def conflicts(
    element: Annotated[str | None, typer.Option(help="Only this data element.")] = None,
    department: Annotated[str | None, typer.Option(help="Only where this department tells one of the values.")] = None,
    state: Annotated[str | None, typer.Option(help="open, settled or told.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only those this person looks after.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List where sources differ, looking through the whole library; values are masked."""
    found: list[ConflictBrief] = []
    seen, is_over = 0, False
    with served_library() as service:
        while not is_over and len(found) < limit:
            wanted = ConflictFilter(element, department, state, owner, min(limit, MAX_LIMIT), after)
            answer: ConflictsAnswer = settling.conflicts(service, wanted)
            found += answer.conflicts
            seen, after, is_over = seen + answer.subjects_seen, answer.next, answer.next is None
            if not is_over:
                note(f"looked through {seen} subjects, {len(found)} conflicts")
    if as_json:
        return print_json({"conflicts": found, "subjects_seen": seen, "is_whole": is_over, "next": after})
    columns = ["subject", "", "element", "values", "state", "owner"]
    print_table("conflicts", columns, [_row(one) for one in found])
    return tell_next(after)


@fact.command()
def show(subject: Subject, element: Code, purpose: Why = ASKED_HERE, as_json: AsJson = False) -> None:
    """Show one conflict with its values; it is recorded."""
    with served_library() as service:
        answer = settling.conflict(service, actor(), subject, element, purpose)
    _show(answer, as_json=as_json)


@fact.command()
def assign(
    subject: Subject,
    element: Code,
    who: Who,
    owner: Annotated[str, typer.Option("--to", help="Who looks after it; empty: nobody any more.")],
    as_json: AsJson = False,
) -> None:
    """Say who looks after a conflict."""
    _decide(subject, element, ConflictDecision(action="assign", who=who, owner=owner), as_json=as_json)


@fact.command()
def settle(  # noqa: PLR0913, PLR0917 - what is decided, by whom, why, until when
    subject: Subject,
    element: Code,
    who: Who,
    reason: Reason,
    mark: Mark,
    license_id: License = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day on which it holds.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which value stands; the conflict is open again when a value changes."""
    day = until.date() if until else None
    decision = ConflictDecision(action="settle", who=who, note=reason, mark=mark, license_id=license_id, until=day)
    _decide(subject, element, decision, as_json=as_json)


@fact.command()
def tell(  # noqa: PLR0913, PLR0917 - what is asked, of whom, by when
    subject: Subject,
    element: Code,
    who: Who,
    reason: Reason,
    license_id: License,
    mark: Mark,
    proposed: Annotated[str, typer.Option(help="What should stand there; empty: what the other source says.")] = "",
    days: Annotated[int, typer.Option(min=1, max=60, help="Working days to answer.")] = DEFAULT_DAYS,
    as_json: AsJson = False,
) -> None:
    """Ask the department of a value to put it right: a correction request."""
    decision = ConflictDecision(
        action="tell", who=who, note=reason, mark=mark, license_id=license_id, proposed=proposed, days=days
    )
    _decide(subject, element, decision, as_json=as_json)


@fact.command()
def reopen(subject: Subject, element: Code, who: Who, reason: Reason, mark: Mark, as_json: AsJson = False) -> None:
    """Take a decision back."""
    decision = ConflictDecision(action="reopen", who=who, note=reason, mark=mark)
    _decide(subject, element, decision, as_json=as_json)


def _decide(subject: int, element: str, decision: ConflictDecision, *, as_json: bool) -> None:
    with served_hub() as (hub, service):
        settling.decide(service, actor(), subject, element, decision)
        answer = settling.conflict(service, actor(), subject, element, f"{decision.action}: {ASKED_HERE}")
        if decision.action == "tell":
            follow_corrections(hub)
    _show(answer, as_json=as_json)


def _show(answer: ConflictDetail, *, as_json: bool) -> None:
    if as_json:
        return print_json(answer)
    one = answer.conflict
    title = (
        f"{one.element_words.zh} · {one.subject_name} ({one.subject_code}) · {one.state_words.zh} · mark {answer.mark}"
    )
    rows = [[fact.value, fact.license_id, fact.words.zh, fact.in_force] for fact in [*one.facts, *answer.others]]
    return print_table(title, ["值", "license", "来源", "in force"], rows)


def _row(one: ConflictBrief) -> list[object]:
    values = "; ".join(f"{fact.value} {fact.words.zh}" for fact in one.facts)
    return [one.subject_id, one.subject_name, one.element, values, one.state_words.zh, one.owner]

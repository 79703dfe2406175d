"""`hub subject`: which numbers are one person or organisation, proposed by rules, decided by people.

Knows arguments and output; what may be decided is the library's business.
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from hub.commands.asker import Who, actor, served_library
from hub.commands.choosing import progress_bar
from hub.commands.output import After, AsJson, Limit, note, print_json, print_table, show_page
from hub.context import opened_hub
from hub.settings import Settings
from license_library.answers import PairBrief
from license_library.asking.questions import DEFAULT_LIMIT, PairFilter
from license_library.pairs.subject_proposing import propose_pairs
from license_library.service.acts import binding
from license_library.service.acts.binding import OwnerOrder, PairOrder, UndoOrder

subject = typer.Typer(help="Which numbers are one person or organisation.", no_args_is_help=True)
One = Annotated[int, typer.Argument(help="Number of a subject.")]
Other = Annotated[int, typer.Argument(help="Number of another subject.")]
Decision = Annotated[int, typer.Argument(help="Number of a decision or proposal.")]
Reason = Annotated[str, typer.Option(help="Why, in words.")]
Licenses = Annotated[list[int] | None, typer.Option("--license", help="A license of the two that proves it.")]
Correction = Annotated[int | None, typer.Option(help="A correction request that proves it.")]
COLUMNS = ["decision", "state", "subjects", "numbers", "names", "rule", "doubt", "owner", "by", "at"]
NONE = "no pair that fits; `hub subject propose` looks for some"


@subject.command("list")
def list_them(
    state: Annotated[str | None, typer.Option(help="proposed, same, different or none.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only what this rule found.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only what this person looks after.")] = None,
    subject_id: Annotated[int | None, typer.Option("--subject", help="Only pairs of this subject.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List pairs of subjects, the latest first."""
    with served_library() as service:
        answer = binding.pairs(service, PairFilter(state, rule, owner, subject_id, limit, after))
    show_page(answer, "subjects", COLUMNS, [_row(one) for one in answer.pairs], NONE, as_json=as_json)


@subject.command()
def propose(as_json: AsJson = False) -> None:
    """Bind what numbers alone make certain, and propose the rest to a person; safe to run again at any time."""
    with opened_hub(Settings()) as hub, progress_bar() as bar:
        line = bar.add_task("numbers", total=None)
        told = lambda count: bar.update(line, description=f"numbers seen {count}")  # noqa: E731 - one line, used once
        done = propose_pairs(hub.engine, hub.keyring, hub.clock, told)
    if as_json:
        print_json(done)
    else:
        note(f"subjects: {done.seen_count} numbers seen, {done.bound_count} bound, {done.proposed_count} proposed")


@subject.command()
def bind(
    one: One,
    other: Other,
    who: Who,
    reason: Reason,
    license_ids: Licenses = None,
    correction: Correction = None,
    as_json: AsJson = False,
) -> None:
    """Decide that two subjects are the same, with what proves it."""
    _decide(one, other, "same", who, reason, license_ids or [], correction, as_json=as_json)


@subject.command("keep-apart")
def keep_apart(
    one: One, other: Other, who: Who, reason: Reason, license_ids: Licenses = None, as_json: AsJson = False
) -> None:
    """Decide that two subjects are not the same; they are not proposed again."""
    _decide(one, other, "different", who, reason, license_ids or [], None, as_json=as_json)


@subject.command()
def unbind(decision_id: Decision, who: Who, reason: Reason, as_json: AsJson = False) -> None:
    """Undo the standing decision of a pair, whichever it is: what stood before it stands again."""
    with served_library() as service:
        found = binding.undo(service, actor(), decision_id, UndoOrder(who, reason))
    _show_pair(found, as_json=as_json)


@subject.command()
def assign(
    decision_id: Decision,
    who: Who,
    owner: Annotated[str, typer.Option("--to", help="Who looks after it.")],
    as_json: AsJson = False,
) -> None:
    """Give a proposal an owner."""
    with served_library() as service:
        found = binding.assign(service, actor(), decision_id, OwnerOrder(owner, who))
    _show_pair(found, as_json=as_json)


def _decide(  # noqa: PLR0913 - what a decision needs
    one: int,
    other: int,
    decision: Literal["same", "different"],
    who: str,
    reason: str,
    license_ids: list[int],
    correction: int | None,
    *,
    as_json: bool,
) -> None:
    order = PairOrder(decision=decision, who=who, reason=reason, license_ids=license_ids, request_id=correction)
    with served_library() as service:
        found = binding.decide(service, actor(), one, other, order)
    _show_pair(found, as_json=as_json)


def _show_pair(found: PairBrief | None, *, as_json: bool) -> None:
    assert found is not None  # noqa: S101 - for the type checker: it was written just now
    print_json(found) if as_json else print_table("subjects", COLUMNS, [_row(found)])


def _row(one: PairBrief) -> list[object]:
    numbers = " = ".join(f"{kind} {code}" for kind, code in zip(one.code_types, one.codes, strict=True))
    pair = [one.decision_id, one.state, f"{one.subject_id} {one.other_id}", numbers, " / ".join(one.names)]
    return [*pair, one.rule, one.doubt, one.owner, one.decided_by, one.decided_at]

"""`hub replay`, `hub quarantine batch` and its kin: one action over many cases, with a bar, to go on after a break.

Knows arguments and output; carrying a batch out is hub/stewarding/mending.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast, get_args

import msgspec
import typer

from hub.commands.asker import Who, actor, served_hub, served_library
from hub.commands.choosing import progress_bar, shown_progress
from hub.commands.mending import edited_values, quarantine
from hub.commands.output import AsJson, Limit, note, print_json, print_table
from hub.commands.signals import ended_by_signals
from hub.context import HubContext
from hub.pushing.correcting import follow_corrections
from hub.stewarding.mending import Mended, Stopped, mend_due, run_batch, run_waiting
from license_library.answers import BatchBrief
from license_library.asking.cursors import LAST
from license_library.asking.questions import DEFAULT_LIMIT
from license_library.quarantine.batch_list import get_batch
from license_library.quarantine.case_batches import (
    BatchAction,
    BatchChange,
    BatchOrder,
    Chosen,
)
from license_library.quarantine.corrections import DEFAULT_DAYS
from license_library.service.acts import case_deciding
from license_library.service.acts.case_deciding import BatchDecision
from license_library.service.settings import ServiceSettings

BatchId = Annotated[int, typer.Argument(help="Number of the batch.")]
Where = Annotated[list[str] | None, typer.Option("--where", help="KEY=VALUE; several narrow further.")]
COLUMNS = ["batch", "action", "over", "state", "done", "skipped", "of", "by", "why"]
KEYS = Chosen.__struct_fields__


def replay(
    where: Where = None,
    batch_id: Annotated[int | None, typer.Option("--batch", help="Go on with this batch.")] = None,
    who: Annotated[str, typer.Option("--by", help="Who asks for it.")] = "hub",
    as_json: AsJson = False,
) -> None:
    """Take cases up again: those chosen, or a batch, or all that is due and every batch that waits."""
    if where and batch_id is not None:
        raise typer.BadParameter("expected a batch or which cases, got both; nothing was done", param_hint="--where")
    chosen = _chosen(where) if where else None
    with ended_by_signals(), served_hub() as (hub, service), progress_bar() as bar:
        if batch_id is None and chosen is None:
            told, stopped = run_waiting(hub, shown_progress(bar, "batches"))
            due = mend_due(hub, shown_progress(bar, "due"))
        else:
            begun = (
                _known(hub, batch_id)
                if batch_id is not None
                else _begin(service, BatchOrder("recheck", who, chosen or Chosen()))
            )
            told, stopped, due = [_run(hub, bar, begun)], [], None
    if due is None:
        _show(told, told[0], as_json=as_json)
        return
    _show_due(told, stopped, due, as_json=as_json)


@quarantine.command()
def batch(  # noqa: PLR0913, PLR0917 - what is done, to which cases, by whom and why
    action: Annotated[str, typer.Argument(help="recheck, edit, waive, return, discard or assign.")],
    who: Who,
    where: Where = None,
    reason: Annotated[str, typer.Option(help="Why; kept in the history of each case.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="waive: the last day.")] = None,
    owner: Annotated[str, typer.Option("--to", help="assign: who looks after them.")] = "",
    values: Annotated[list[str] | None, typer.Option("--set", help="edit: FIELD=VALUE, a source field.")] = None,
    field: Annotated[str, typer.Option(help="return: the field to put right.")] = "",
    basis: Annotated[str, typer.Option(help="return: on what basis it is asked.")] = "",
    proposed: Annotated[str, typer.Option(help="return: what should stand there.")] = "",
    evidence: Annotated[str, typer.Option(help="return: what proves it.")] = "",
    days: Annotated[int, typer.Option(min=1, max=60, help="return: working days to answer.")] = DEFAULT_DAYS,
    as_json: AsJson = False,
) -> None:
    """Do one thing to every open case that is chosen; recheck is `hub replay --where`."""
    if action not in get_args(BatchAction):
        raise typer.BadParameter(f"expected one of {', '.join(get_args(BatchAction))}", param_hint="ACTION")
    day = until.date() if until else None
    order = BatchOrder(
        cast("BatchAction", action), who, _chosen(where or []), reason, owner, day, edited_values(values or []),
        field=field, basis=basis, proposed=proposed, evidence=evidence, days=days,
    )  # fmt: skip
    with ended_by_signals(), served_hub() as (hub, service), progress_bar() as bar:
        told = _run(hub, bar, _begin(service, order))
        if action == "return":
            follow_corrections(hub)
    _show([told], told, as_json=as_json)


@quarantine.command()
def batches(limit: Limit = DEFAULT_LIMIT, as_json: AsJson = False) -> None:
    """List batches, those that are not over first."""
    with served_library() as service:
        answer = case_deciding.batches(service, limit)
    _show(answer.batches, answer, as_json=as_json)


@quarantine.command()
def pause(batch_id: BatchId, who: Who, as_json: AsJson = False) -> None:
    """Let a batch stop after the cases it is at."""
    _change(batch_id, "pause", who, as_json=as_json)


@quarantine.command()
def resume(batch_id: BatchId, who: Who, as_json: AsJson = False) -> None:
    """Let a paused batch go on, with the next `hub replay`."""
    _change(batch_id, "resume", who, as_json=as_json)


@quarantine.command()
def cancel(batch_id: BatchId, who: Who, as_json: AsJson = False) -> None:
    """End a batch; what it has done stays done."""
    _change(batch_id, "cancel", who, as_json=as_json)


def _change(batch_id: int, change: BatchChange, who: str, *, as_json: bool) -> None:
    with served_library() as service:
        told = case_deciding.change(service, actor(), batch_id, BatchDecision(change, who))
    _show([told], told, as_json=as_json)


def _chosen(where: list[str]) -> Chosen:
    given = dict(one.partition("=")[::2] for one in where)
    unknown = sorted(set(given) - set(KEYS))
    if unknown or not all(given.values()):
        raise typer.BadParameter(f"expected KEY=VALUE of {', '.join(KEYS)}", param_hint="--where")
    try:
        return msgspec.convert(given, Chosen, strict=False)
    except msgspec.ValidationError:
        raise typer.BadParameter(
            f"expected exchange_id=NUMBER, of at most {LAST}; nothing was done", param_hint="--where"
        ) from None


def _begin(service: ServiceSettings, order: BatchOrder) -> BatchBrief:
    return case_deciding.begin_batch(service, actor(), order)


def _known(hub: HubContext, batch_id: int) -> BatchBrief:
    with hub.engine.connect() as conn:
        return get_batch(conn, batch_id)


def _run(hub: HubContext, bar: Any, begun: BatchBrief) -> BatchBrief:
    number = begun.batch_id
    note(f"batch {number}: {begun.total} cases; after a break go on with `hub replay --batch {number}`")
    return run_batch(hub, number, shown_progress(bar, f"batch {number}"))


def _show(told: list[BatchBrief], answer: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    print_table("batches", COLUMNS, [_row(one) for one in told], "none yet")


def _show_due(told: list[BatchBrief], stopped: list[Stopped], due: list[Mended], *, as_json: bool) -> None:
    if as_json:
        print_json({"batches": told, "stopped": stopped, "due": due})
    else:
        if told:
            print_table("batches", COLUMNS, [_row(one) for one in told])
        if stopped:
            print_table("stopped", ["batch", "error"], [[one.batch_id, one.error_message] for one in stopped])
        columns = ["department", "feed", "taken up", "mended", "still bad", "error"]
        rows = [[one.department, one.feed, one.taken, one.mended, one.waiting, one.error_message] for one in due]
        print_table("due", columns, rows, "nothing was")
    if stopped or any(one.error_code for one in due):
        raise typer.Exit(1)


def _row(one: BatchBrief) -> list[object]:
    over = ", ".join(f"{name}={value}" for name, value in one.chosen.items()) or "all"
    return [one.batch_id, one.action, over, one.state, one.done, one.skipped, one.total, one.who, one.reason]

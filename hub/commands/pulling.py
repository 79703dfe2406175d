"""`hub pull`, `hub exchange`, `hub hold`: exchanges run by hand, seen, released.

Knows arguments and output; an exchange itself is hub/pulling/pull.py.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import Progress as Bar

from connectors.wire.connection import Connection, read_connection
from hub.commands.asker import Who, actor, served_hub, served_library
from hub.commands.choosing import chosen_feeds, declared_department, progress_bar, shown_progress
from hub.commands.output import After, AsJson, Limit, explain, note, print_json, print_table, show_page
from hub.commands.signals import ended_by_signals
from hub.context import Bounds, HubContext, opened_hub
from hub.pulling.pull import pull as pull_feed
from hub.settings import Settings
from hub.terminal import notes
from license_library.answers import ExchangeBrief
from license_library.asking.questions import DEFAULT_LIMIT, ExchangeFilter, HoldDecision
from license_library.exchange.exchanges import fail_exchange, get_exchange
from license_library.exchange.summaries import ExchangeSummary, summarize
from license_library.service.acts import deciding, overseeing
from schemas.errors import HubError, LeaseLost, RequestError

exchange = typer.Typer(
    help="Exchanges with their counts, and those that do not end by themselves.", no_args_is_help=True
)
hold = typer.Typer(help="Batches that wait for the steward.", no_args_is_help=True)
ExchangeId = Annotated[int, typer.Argument(help="Number of the exchange.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the history of the feed's incident.")]
COLUMNS = [
    "department",
    "feed",
    "state",
    "received",
    "merged",
    "unchanged",
    "quarantined",
    "held",
    "seconds",
    "reasons",
]
# Nobody waits between the steps here, so a pull that was killed keeps its feed to itself for minutes only.
LEASE = timedelta(minutes=5)


def pull(
    department: Annotated[str, typer.Argument(help="Name of the department's folder.")],
    feed: Annotated[str | None, typer.Argument(help="Name of the feed; default: every feed.")] = None,
    full: Annotated[bool, typer.Option(help="Ask for everything again, not only for what changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run one exchange of a department here and now, without Airflow."""
    settings = Settings()
    declared = declared_department(department, settings)
    feeds = chosen_feeds(declared, feed)
    try:
        connection = read_connection(declared, os.environ)
        with ended_by_signals(), opened_hub(settings) as opened, progress_bar() as bar:
            hub = replace(opened, bounds=Bounds(lease=LEASE))
            summaries = [_pull_one(hub, bar, department, name, connection, full=full) for name in feeds]
    except HubError as error:
        explain(error)
        summaries = [_not_begun(department, name, error) for name in feeds]
    _show(summaries, as_json=as_json)
    raise typer.Exit(0 if all(_is_done(summary) for summary in summaries) else 1)


@exchange.command("list")
def exchanges(
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List the last exchanges with their counts."""
    with served_library() as service:
        answer = overseeing.exchanges(service, ExchangeFilter(department, limit=limit, after=after))
    columns = ["exchange", "started", *COLUMNS[:-1], "why"]
    rows = [_exchange_row(exchange) for exchange in answer.exchanges]
    none = "none that fits; `hub pull DEPARTMENT` makes one"
    show_page(answer, "exchanges", columns, rows, none, as_json=as_json)


@hold.command()
def release(exchange_id: ExchangeId, who: Who, reason: Reason, as_json: AsJson = False) -> None:
    """Merge a held batch after all."""
    _settle(exchange_id, HoldDecision("release", who, reason), as_json=as_json)


@hold.command()
def discard(exchange_id: ExchangeId, who: Who, reason: Reason, as_json: AsJson = False) -> None:
    """Throw a held batch away; its pages are kept, the next exchange asks for the same time again."""
    _settle(exchange_id, HoldDecision("discard", who, reason), as_json=as_json)


def _settle(exchange_id: int, decision: HoldDecision, *, as_json: bool) -> None:
    with served_hub() as (hub, service):
        deciding.decide_on_held(service, actor(), exchange_id, decision)
        _show([summarize(hub.engine, exchange_id)], as_json=as_json)


@exchange.command()
def end(exchange_id: ExchangeId, as_json: AsJson = False) -> None:
    """End an exchange that nobody goes on with; nothing of it is applied, and its feed is free."""
    with opened_hub(Settings()) as hub:
        found = get_exchange(hub.engine, exchange_id)
        message = (
            f"{found.department}/{found.feed}: exchange {exchange_id} was ended by hand; nothing of it was applied"
        )
        was_open = fail_exchange(hub.engine, exchange_id, LeaseLost.code, message, hub.clock())
        summary = summarize(hub.engine, exchange_id)
        if not was_open:
            raise _not_open(summary)
        _show([summary], as_json=as_json)


def _not_open(summary: ExchangeSummary) -> RequestError:
    number = summary.exchange_id
    decide = f"; decide on it with `hub hold release {number}` or `hub hold discard {number}`"
    return RequestError(
        f"{summary.department}/{summary.feed}: exchange {number} is {summary.state}; expected one that is landing, landed "
        f"or checked; nothing was ended and it stays as it is{decide if summary.state == 'held' else ''}"
    )


def _pull_one(
    hub: HubContext, bar: Bar, department: str, feed: str, connection: Connection, *, full: bool
) -> ExchangeSummary:
    try:
        return pull_feed(
            hub, department, feed, connection, full=full, progress=shown_progress(bar, f"{department}/{feed}")
        )
    except HubError as error:
        explain(error)
        return _not_begun(department, feed, error)


def _is_done(summary: ExchangeSummary) -> bool:
    return summary.state == "merged" and summary.error_code is None


def _not_begun(department: str, feed: str, error: HubError) -> ExchangeSummary:
    """Whoever reads JSON gets the same shape when no exchange was begun."""
    return ExchangeSummary(
        exchange_id=0,
        department=department,
        feed=feed,
        state="failed",
        received=0,
        merged=0,
        unchanged=0,
        quarantined=0,
        held=0,
        pages=0,
        seconds=0,
        top_reasons=[],
        error_code=error.code,
        error_message=str(error),
    )


def _show(summaries: list[ExchangeSummary], *, as_json: bool) -> None:
    if as_json:
        print_json(summaries[0] if len(summaries) == 1 else summaries)
        _note_shadows(summaries)
        return
    print_table("exchange", COLUMNS, [_row(summary) for summary in summaries])
    for summary in (one for one in summaries if one.exchange_id):
        for words in filter(None, [summary.hold_words and summary.hold_words.en, summary.error_message]):
            notes.print(words, markup=False, style="red")
    _note_shadows(summaries)


def _note_shadows(summaries: list[ExchangeSummary]) -> None:
    for one in summaries:
        if one.state == "shadowed":
            name = f"{one.department} {one.feed}"
            note(
                f"{one.department}/{one.feed}: nothing was merged, this mapping is not activated; look with `hub department "
                f"shadow {name}`, then `hub department activate {name} --by WHO`, and a second person with --approve"
            )


def _row(summary: ExchangeSummary) -> list[object]:
    reasons = ", ".join(f"{code} {count}" for code, count in summary.top_reasons)
    return [getattr(summary, column) for column in COLUMNS[:-1]] + [reasons]


def _exchange_row(exchange: ExchangeBrief) -> list[object]:
    why = exchange.hold_words.en if exchange.hold_words else exchange.error_message
    counts = [getattr(exchange, column) for column in COLUMNS[3:-1]]
    state = exchange.state_words.en
    return [exchange.exchange_id, exchange.started_at, exchange.department, exchange.feed, state, *counts, why]

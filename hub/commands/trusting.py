"""`hub department try`, `shadow`, `activate`: look at live rows, run beside the library, let a mapping in.

Knows arguments and output; each is done elsewhere.
"""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
import typer

from connectors.wire.connection import read_connection
from hub.commands.asker import actor
from hub.commands.choosing import chosen_feeds, declared_department, progress_bar, shown_progress
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.signals import ended_by_signals
from hub.context import opened_hub, utc_now
from hub.pulling.activating import approve as approve_feeds
from hub.pulling.activating import propose as propose_feeds
from hub.pulling.pull import pull as pull_feed
from hub.pulling.trying import Tried, try_feed
from hub.settings import Settings
from license_library.answers import ShadowAnswer
from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.oversight.shadow_report import report_shadow
from schemas.bureau_time import local_day
from schemas.errors import RequestError

Name = Annotated[str, typer.Argument(help="Name of the department's folder.")]
FeedName = Annotated[str | None, typer.Argument(help="Name of the feed; default: every feed.")]


class Revealed(msgspec.Struct, frozen=True):
    """What is recorded, as a keyed hash, when personal values of live rows are shown."""

    department: str
    feed: str
    limit: int


def try_live(
    name: Name,
    feed: Annotated[str, typer.Argument(help="Name of the feed.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many rows.")] = 20,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show personal values; needs --purpose, is recorded.")
    ] = False,
    purpose: Annotated[str, typer.Option(help="Why personal values must be seen.")] = "",
    as_json: AsJson = False,
) -> None:
    """Look at live rows, as they came and as they would be mapped, with every reason; nothing is written."""
    settings = Settings()
    declared = declared_department(name, settings)
    (chosen,) = chosen_feeds(declared, feed)
    if reveal and not 0 < len(purpose.strip()) <= 200:
        raise RequestError("department try: --reveal needs --purpose, at most 200 characters; nothing was asked")
    connection = read_connection(declared, os.environ)
    today = local_day(utc_now())
    with ended_by_signals():
        tried = try_feed(declared, declared.feeds[chosen], connection, limit, today, reveal=reveal)
    if reveal:  # what cannot be recorded is not shown
        _record(settings, Revealed(name, chosen, limit), purpose, len(tried.rows))
    if as_json:
        print_json(tried)
    else:
        _show_tried(tried)


def shadow(
    name: Name,
    feed: FeedName = None,
    since_last: Annotated[
        bool, typer.Option("--since-last", help="Only what changed since the last merge; default: everything.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run an exchange beside the library: land and check as always, compare instead of merge."""
    settings = Settings()
    declared = declared_department(name, settings)
    connection = read_connection(declared, os.environ)
    answers: list[ShadowAnswer] = []
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        for one in chosen_feeds(declared, feed):
            progress = shown_progress(bar, f"{name}/{one}")
            done = pull_feed(hub, name, one, connection, full=not since_last, shadow=True, progress=progress)
            with hub.engine.connect() as conn:
                answers.append(report_shadow(conn, done.exchange_id))
    if as_json:
        print_json(answers[0] if len(answers) == 1 else answers)
    else:
        for answer in answers:
            _show_shadow(answer)
    raise typer.Exit(0 if all(one.state == "shadowed" for one in answers) else 1)


def activate(
    name: Name,
    feed: FeedName = None,
    who: Annotated[str, typer.Option("--by", help="Who proposes or approves.")] = "",
    approve: Annotated[bool, typer.Option("--approve", help="Approve what another person proposed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose that a mapping be merged from now on, or approve it as a second person."""
    if not who.strip():
        raise typer.BadParameter("expected who decides", param_hint="--by")
    settings = Settings()
    feeds = chosen_feeds(declared_department(name, settings), feed)
    with opened_hub(settings) as hub:
        if approve:
            approve_feeds(hub, name, feeds, who)
            rests: dict[str, int] = {}
        else:
            rests = propose_feeds(hub, name, feeds, who)
    told = [{"department": name, "feed": one, "state": "active" if approve else "proposed", "by": who,
             "shadow_exchange": rests.get(one)} for one in feeds]  # fmt: skip
    if as_json:
        print_json(told[0] if len(told) == 1 else told)
        return
    for one in feeds:
        rest = f"it rests on shadow exchange {rests[one]}; a second person approves it with --approve" if rests else ""
        note(f"{name}/{one}: {'active: merged from the next exchange on' if approve else f'proposed; {rest}'}")


def _record(settings: Settings, revealed: Revealed, purpose: str, rows: int) -> None:
    with opened_hub(settings) as hub, hub.engine.begin() as conn:
        hashed = hash_question(hub.keyring, revealed)
        record_inquiry(conn, actor(), "reveal", purpose.strip(), hashed, rows, hub.clock())


def _show_tried(tried: Tried) -> None:
    for row in tried.rows:
        title = f"{row.position + 1} · " + ("good" if row.is_good else f"would wait: {', '.join(row.codes)}")
        lines = [[one.zh, one.field, one.source or "（常量）", one.source_value, one.value, "；".join(one.problems) or None]
                 for one in row.fields]  # fmt: skip
        print_table(title, ["字段", "field", "source", "as it came", "as mapped", "why not"], lines)
    note(f"{tried.department}/{tried.feed}: {tried.received} rows on the first page, {len(tried.rows)} shown, "
         f"{tried.good} of them good; nothing was written" + ("; personal values are masked" if tried.is_masked else ""))  # fmt: skip


def _show_shadow(answer: ShadowAnswer) -> None:
    counts = {name: getattr(answer, name) for name in ("received", "new", "changed", "unchanged", "quarantined")}
    title = f"{answer.department}/{answer.feed}: shadow exchange {answer.exchange_id}, {answer.state}, nothing merged"
    print_table(title, list(counts), [list(counts.values())])
    if answer.changed_fields:
        rows = [
            [one.words.zh, one.field, one.count, one.emptied, " ".join(one.examples)] for one in answer.changed_fields
        ]
        print_table("changed fields", ["字段", "field", "records", "would lose its value", "for example"], rows)
    if answer.top_reasons:
        rows = [[one.words.zh, one.code, one.count] for one in answer.top_reasons]
        print_table("would wait in quarantine", ["原因", "code", "records"], rows)
    if answer.hold_words:
        note(f"would be held: {answer.hold_words.en}")
    if answer.error_message:
        note(answer.error_message)

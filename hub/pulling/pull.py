"""One exchange with a department: land its pages, check its records, merge what is good, acknowledge where it asks for it.

Introduces the department's side to the library's; knows the order of the steps and what a failure leaves behind.
Only the exchange id travels from one step to the next, so each can run in a process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from connectors.declarations.declaration import Department, Feed, load_department
from connectors.front.front_marking import Marked
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.failures import failed_at_any_error, failed_unless_repeatable, plain_database_errors, plain_database_errors_at
from hub.progress import Progress, no_progress
from hub.pulling.acknowledging import acknowledge_rows
from hub.pulling.activating import may_merge
from hub.pulling.answering_files import answer_files
from hub.pulling.checking import check_exchange
from hub.pulling.landing import land_pages
from hub.pulling.reversals import tell_reversals
from hub.pulling.statement_limits import limited_for
from hub.pulling.unlisted import tell_unlisted
from hub.registration import register
from license_library.answers import Words
from license_library.exchange.exchanges import (
    Exchange,
    Held,
    begin_exchange,
    get_exchange,
)
from license_library.exchange.summaries import ExchangeSummary, summarize
from license_library.merge.attendance import attended, let_go, this_process
from license_library.merge.merging import Counts, merge_exchange
from license_library.merge.shadowing import compare_exchange
from license_library.search.subject_keys import key_subjects
from license_library.storage.table_statistics import refresh_statistics
from license_library.words.hold_words import hold_words
from schemas.errors import DataHeld, DeclarationError, HubError


def pull(  # noqa: PLR0913 - the last two have defaults
    hub: HubContext,
    department: str,
    feed: str,
    connection: Connection,
    *,
    full: bool = False,
    shadow: bool = False,
    keys: Sequence[str] | None = None,
    progress: Progress = no_progress,
) -> ExchangeSummary:
    """Run one whole exchange here and now; return its counts, whether it was merged, held, shadowed or failed.

    `shadow` runs it beside the library; `keys` asks for these records only. Where only the acknowledgement failed, the summary is of a merged exchange and
    its error says so.
    """
    with plain_database_errors_at(f"{department}/{feed}"), attended(hub.engine, department, feed) as is_alone:
        held = Held(this_process(), is_alone)
        is_full = full or keys is not None
        exchange = begin(
            hub, department, feed, full=is_full, shadow=shadow, kind="pull" if keys is None else "keys", held=held
        )
        with suppress(HubError), failed_at_any_error(hub, exchange):
            land_pages(hub, exchange, *declared_feed(hub, department, feed), connection, progress, keys)
            check(hub, exchange.exchange_id, progress)
            progress("merge", 0)
            merge(hub, exchange.exchange_id)
            make_keys(hub, progress)
    with plain_database_errors(exchange):  # what broke the pull may still be broken
        summary = summarize(hub.engine, exchange.exchange_id)
        return _acknowledged(hub, summary, connection, progress) if summary.state == "merged" else summary


def _acknowledged(
    hub: HubContext, summary: ExchangeSummary, connection: Connection, progress: Progress
) -> ExchangeSummary:
    """Acknowledge what was merged; an error there takes nothing back, so the summary stands and carries it."""
    try:
        acknowledge(hub, summary.exchange_id, connection, progress)
    except HubError as error:
        words = f"merged, but not acknowledged to the department: {error}"
        return msgspec.structs.replace(summary, error_code=error.code, error_message=words)
    return summary


def land(hub: HubContext, department: str, feed: str, connection: Connection, *, full: bool = False) -> int:
    """Begin an exchange and store what the department answers; return the exchange id. A failed one is begun anew.

    A department that was found down is left alone for a while; what a person starts by `pull` is not.
    """
    with plain_database_errors_at(f"{department}/{feed}"), attended(hub.engine, department, feed) as is_alone:
        held = Held(this_process(), is_alone)
        exchange = begin(hub, department, feed, full=full, held=held, is_patient=True)
        with failed_at_any_error(hub, exchange):
            land_pages(hub, exchange, *declared_feed(hub, department, feed), connection, no_progress)
            let_go(hub.engine, exchange)
    return exchange.exchange_id


def check(hub: HubContext, exchange_id: int, progress: Progress = no_progress) -> None:
    """Check what landed; safe to repeat. DataHeld when the batch breaks its bounds."""
    exchange = get_exchange(hub.engine, exchange_id)
    if exchange.state in {"merged", "discarded", "shadowed"}:
        return
    if exchange.state == "held":
        raise _held(exchange, summarize(hub.engine, exchange_id).hold_words)
    with failed_unless_repeatable(hub, exchange):
        hub = limited_for(hub, exchange.department)
        department, feed = declared_feed(hub, exchange.department, exchange.feed)
        _assert_same_declaration(exchange, department)
        reasons = check_exchange(hub, exchange, department, feed, progress)
    if reasons:
        raise _held(exchange, hold_words(reasons))


def merge(hub: HubContext, exchange_id: int) -> Counts:
    """Merge what was staged, in one transaction; a shadow exchange is compared instead. Safe to repeat."""
    exchange = get_exchange(hub.engine, exchange_id)
    with failed_unless_repeatable(hub, exchange):
        if exchange.is_shadow:
            compare_exchange(hub.engine, exchange, hub.clock())
            return Counts(0, 0, is_shadow=True)
        own = limited_for(hub, exchange.department)
        counts = merge_exchange(own.engine, exchange_id, hub.clock, lambda: pass_by("before_merge_commit"))
    pass_by("after_merge_commit")
    tell_unlisted(hub, exchange.department)
    tell_reversals(hub, exchange.department)
    return counts


def make_keys(hub: HubContext, progress: Progress = no_progress) -> int:
    """Make the search keys of everyone whom merges brought or renamed, and return how many; safe to repeat.

    Until then a license is found by every number and by its holder's name, only not by sound, core or former name. What
    merges have made grow is planned for from then on.
    """
    made = key_subjects(hub.engine, hub.keyring, lambda done: progress("keys", done))
    with hub.engine.begin() as conn:
        refresh_statistics(conn)
    return made


def acknowledge(
    hub: HubContext, exchange_id: int, connection: Connection, progress: Progress = no_progress
) -> Marked | None:
    """Tell the department what became of its rows or files, where its feed says how; safe to repeat.

    An error leaves the exchange merged: what was not answered still lies there, and the next exchange answers it.
    """
    exchange = get_exchange(hub.engine, exchange_id)
    department, feed = declared_feed(hub, exchange.department, exchange.feed)
    if not feed.is_answered or exchange.state != "merged":
        return None
    _assert_same_declaration(exchange, department)
    if feed.files:
        return answer_files(hub, exchange, department, feed, connection, progress)
    return acknowledge_rows(hub, exchange, department, feed, connection, progress)


def begin(  # noqa: PLR0913 - all but the first three have defaults
    hub: HubContext,
    department: str,
    feed: str,
    *,
    full: bool = False,
    shadow: bool = False,
    kind: str = "pull",
    held: Held | None = None,
    is_patient: bool = False,
) -> Exchange:
    """Note the declaration and begin an exchange of one feed; in shadow where the rule asks for an activation it lacks."""
    declared, one = declared_feed(hub, department, feed)
    register(hub, declared)
    now, lease = hub.clock(), hub.bounds.lease
    is_shadow = shadow or not may_merge(hub, declared, one)
    return begin_exchange(
        hub.engine, department, one.name, declared.digest, now, lease,
        full=full, is_shadow=is_shadow, kind=kind, held=held, is_patient=is_patient,
    )  # fmt: skip


def declared_feed(hub: HubContext, department: str, feed: str) -> tuple[Department, Feed]:
    """Return the declaration of one feed; DeclarationError names the alternatives."""
    declared = hub.amend(load_department(department, hub.connectors_folder))
    if feed not in declared.feeds:
        raise DeclarationError(f"{department}: no feed {feed!r}; there are {', '.join(sorted(declared.feeds))}")
    return declared, declared.feeds[feed]


def _held(exchange: Exchange, why: Words | None) -> DataHeld:
    return DataHeld(
        f"{exchange.department}/{exchange.feed}: exchange {exchange.exchange_id} is held: {why.en if why else ''}; nothing was merged; "
        f"release or discard it on its page, or with `hub hold release {exchange.exchange_id} --by WHO --reason …`"
    )


def _assert_same_declaration(exchange: Exchange, department: Department) -> None:
    if exchange.mapping_version != department.digest:
        raise DeclarationError(
            f"{department.department}: the declaration changed after exchange {exchange.exchange_id} had landed; "
            "nothing of it is applied; the next exchange uses the new one"
        )

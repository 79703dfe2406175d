"""Cases of one feed taken up again, as an exchange of kind replay: mapped, checked, staged and merged like any other.

The department is not asked: rows are read from the pages that landed. What is still bad waits on, as the same case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection

from connectors.declarations.declaration import Department, Feed
from hub.context import HubContext
from hub.failures import failed_at_any_error
from hub.progress import Progress, no_progress
from hub.pulling.activating import may_merge
from hub.pulling.checking import rule_version, suite_of
from hub.pulling.pull import check, declared_feed, make_keys, merge
from hub.pulling.replayed_rows import pick_rows
from hub.registration import register
from license_library.exchange.exchanges import Held, begin_exchange, finish_landing
from license_library.exchange.summaries import ExchangeSummary, summarize
from license_library.merge.attendance import attended, this_process
from license_library.quarantine.replaying import Case, note_unread, place_cases, rekey_cases, select_cases
from schemas.errors import DeclarationError, HubError


@dataclass
class Taken:
    """What one reading of the landed pages found: the digest of each case's row, and whose row is gone, and why."""

    digests: dict[int, bytes] = field(default_factory=dict)
    unread: dict[str, list[int]] = field(default_factory=dict)


def replay(
    hub: HubContext, department: str, feed: str, cases: Sequence[int], progress: Progress = no_progress
) -> ExchangeSummary | None:
    """Take up these cases and all others of the same records; return the exchange, or None where nothing was left to do.

    DeclarationError where the mapping may not merge; LeaseTaken while another exchange of the feed runs.
    """
    declared, one = declared_feed(hub, department, feed)
    if not may_merge(hub, declared, one):
        raise DeclarationError(f"{department}/{feed}: this mapping is not activated; nothing was taken up again")
    with hub.engine.connect() as conn:
        if not select_cases(conn, department, feed, cases):
            return None
    register(hub, declared)
    with attended(hub.engine, department, feed) as is_alone:
        exchange = begin_exchange(
            hub.engine, department, feed, declared.digest, hub.clock(), hub.bounds.lease,
            full=True, held=Held(this_process(), is_alone), kind="replay",
        )  # fmt: skip
        with failed_at_any_error(hub, exchange):
            with hub.engine.connect() as conn:
                chosen = select_cases(conn, department, feed, cases)
            taken = _take(hub, declared, one, chosen)
            with hub.engine.begin() as conn:
                place_cases(conn, exchange, _settle(hub, conn, declared, one, taken))
            finish_landing(hub.engine, exchange, hub.clock())
            check(hub, exchange.exchange_id, progress)
            merge(hub, exchange.exchange_id)
            make_keys(hub, progress)
    return summarize(hub.engine, exchange.exchange_id)


def _take(hub: HubContext, declared: Department, feed: Feed, chosen: Sequence[Case]) -> Taken:
    """Read each page once; a page that cannot be read leaves its own cases waiting, and no others."""
    taken = Taken()
    by_page = sorted(chosen, key=lambda case: (case.exchange_id, case.page_number))
    for source, of_page in groupby(by_page, key=lambda case: (case.exchange_id, case.page_number)):
        by_position = {case.position: case.quarantine_id for case in of_page}
        try:
            rows = dict(pick_rows(hub, source, declared, feed, list(by_position)))
        except HubError as error:
            taken.unread.setdefault(error.code, []).extend(by_position.values())
            continue
        for position, quarantine_id in by_position.items():
            if position in rows:
                taken.digests[quarantine_id] = rows[position].digests()[0]
            else:
                taken.unread.setdefault("data.row_gone", []).append(quarantine_id)
    return taken


def _settle(hub: HubContext, conn: Connection, declared: Department, feed: Feed, taken: Taken) -> list[int]:
    """Note what cannot be read any more; return the cases that are taken up."""
    rules = rule_version(suite_of(declared, feed))
    for reason, cases in taken.unread.items():
        note_unread(conn, cases, reason, declared.digest, rules, hub.clock())
    return rekey_cases(conn, taken.digests, hub.clock())

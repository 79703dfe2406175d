"""A change of a rule or a mapping tried on history before it is let in: what it would have quarantined, and what let in.

Reads the raw pages twice, as they are judged today and as they would be, and compares the reasons row by row. Writes
nothing; the same archive and the same candidate give the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from connectors.declarations.declaration import Department, Feed
from hub.context import HubContext
from hub.progress import Progress, no_progress
from hub.pulling.checking import read_chunks, rule_version
from license_library.asking.masking import mask_text
from license_library.exchange.exchanges import Exchange
from license_library.exchange.judged_exchanges import list_archived, list_waiting_records
from schemas.bureau_time import local_day
from schemas.catalogue.catalogue import load_catalogue
from schemas.checking.checks import check_records
from schemas.errors import HubError
from schemas.license.license import LICENSE
from schemas.license.problems import join_problems
from schemas.suites.expectations import Suite, run_suite

EXAMPLES = 3
Place = tuple[int, int, int]  # exchange, page, position


@dataclass(frozen=True)
class Judge:
    """Hold what records are mapped and judged by: a declaration and a suite."""

    department: Department
    feed: Feed
    suite: Suite


@dataclass
class Findings:
    """What one judge found in the archive: every bad row with its record id and codes."""

    received: int = 0
    bad: dict[Place, tuple[str | None, frozenset[str]]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


class CodeShift(msgspec.Struct, frozen=True):
    """Count for one problem code in how many rows it would be found anew, and in how many no longer."""

    code: str
    found: int
    gone: int
    examples: list[str]  # the department's own record ids, masked where they may name a person


class DryRun(msgspec.Struct, frozen=True):
    """Tell what a candidate would have done with the records of some days."""

    department: str
    feed: str
    since: datetime
    mapping_version: str
    rule_version: str
    exchanges: int
    received: int
    quarantined: int  # as judged today
    would_quarantine: int  # good today, bad under the candidate
    would_quarantine_open: int  # of these, records of which something waits already
    would_let_in: int  # bad today, good under the candidate
    would_let_in_open: int
    codes: list[CodeShift]
    unread: list[str]  # exchanges whose pages could not be read, and why


def dry_run(hub: HubContext, today: Judge, candidate: Judge, days: int, progress: Progress = no_progress) -> DryRun:
    """Judge what landed in the last days by both and compare."""
    department, feed = today.department.department, today.feed.name
    since = hub.clock() - timedelta(days=days)
    with hub.engine.connect() as conn:
        archived = list_archived(conn, department, feed, since)
        waiting = list_waiting_records(conn, department, feed)
    before, after = Findings(), Findings()
    for exchange in archived:
        _judge(hub, exchange, today, before)
        _judge(hub, exchange, candidate, after)
        progress("dry-run", before.received)
    return _compared(since, candidate, len(archived), before, after, waiting)


def _judge(hub: HubContext, exchange: Exchange, judge: Judge, findings: Findings) -> None:
    """Judge one exchange as of its own day; one whose pages cannot be read is named and left out."""
    day = local_day(exchange.started_at)
    types = {kind.license_type for kind in load_catalogue().license_types}
    try:
        for chunk in read_chunks(hub, exchange, judge.department, judge.feed, {}):
            frame = chunk.frame
            findings.received += frame.height
            if frame.is_empty():
                continue
            found = check_records(frame, LICENSE, types, day)
            problems = join_problems(chunk.problems, found, run_suite(frame, judge.suite).problems)
            codes: dict[int, set[str]] = defaultdict(set)
            for row, code in problems.select("row", "code").iter_rows():
                codes[row].add(code)
            places = frame.select("record_id", "_page", "_position")
            for row, of_row in codes.items():
                record_id, page, position = places.row(row)
                findings.bad[exchange.exchange_id, page, position] = (record_id, frozenset(of_row))
    except HubError as error:
        findings.unread.append(f"exchange {exchange.exchange_id}: [{error.code}] {error}")


def _compared(
    since: datetime, candidate: Judge, exchanges: int, before: Findings, after: Findings, waiting: set[str]
) -> DryRun:
    worse = {place: after.bad[place][0] for place in sorted(after.bad.keys() - before.bad.keys())}
    better = {place: before.bad[place][0] for place in sorted(before.bad.keys() - after.bad.keys())}
    return DryRun(
        department=candidate.department.department,
        feed=candidate.feed.name,
        since=since,
        mapping_version=candidate.department.digest,
        rule_version=rule_version(candidate.suite),
        exchanges=exchanges,
        received=before.received,
        quarantined=len(before.bad),
        would_quarantine=len(worse),
        would_quarantine_open=sum(record in waiting for record in worse.values()),
        would_let_in=len(better),
        would_let_in_open=sum(record in waiting for record in better.values()),
        codes=_shifts(before, after),
        unread=sorted({*before.unread, *after.unread}),
    )


def _shifts(before: Findings, after: Findings) -> list[CodeShift]:
    found: Mapping[str, list[str]] = defaultdict(list)
    gone: Mapping[str, list[str]] = defaultdict(list)
    for place in sorted(before.bad.keys() | after.bad.keys()):
        record, was = before.bad.get(place, (None, frozenset()))
        record_now, now = after.bad.get(place, (record, frozenset()))
        shown = mask_text(record_now or record or "—")
        for code in now - was:
            found[code].append(shown)
        for code in was - now:
            gone[code].append(shown)
    return [
        CodeShift(
            code,
            len(found.get(code, [])),
            len(gone.get(code, [])),
            [*found.get(code, []), *gone.get(code, [])][:EXAMPLES],
        )
        for code in sorted(found.keys() | gone.keys())
    ]

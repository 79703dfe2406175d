"""What happens to landed pages between their bytes and a verdict: mapped, checked, staged or quarantined, or held.

Works in chunks, so memory is bounded by the page. Knows neither how a department speaks nor which tables there are.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from connectors.declarations.declaration import Department, Feed
from connectors.mapping.row_edits import Edits, edit_rows
from connectors.pages.pages import MappedPage, PageRows, map_pages
from connectors.pages.row_chunks import gather_rows
from hub.context import HubContext
from hub.crash_points import pass_by
from hub.progress import Progress
from hub.pulling.ahead import one_ahead, one_behind
from hub.pulling.batch_quality import judge_batch
from hub.pulling.bounds import hold_reasons, missed_reasons, window_of
from hub.pulling.contradictions import ToldBefore, quarantine_contradictions
from hub.pulling.field_watch import FieldWatch
from hub.pulling.moved_pages import MovedPages
from hub.pulling.replayed_rows import rows_of
from hub.pulling.unlisted import Listed
from hub.pulling.waiving import let_pass
from hub.pulling.wrong_apart import set_wrong_apart
from license_library.exchange.checking import clear_check, finish_check, hold_exchange, save_quality_results
from license_library.exchange.exchanges import Exchange
from license_library.exchange.staging import stage_records
from license_library.merge.listings import Missed
from license_library.merge.overtaken import BadRows
from license_library.merge.shadowing import note_reasons
from license_library.quarantine.quarantining import quarantine_records
from license_library.quarantine.standing import Standing, find_standing
from schemas.bureau_time import local_day
from schemas.catalogue.catalogue import load_catalogue
from schemas.checking.checks import RULE_VERSION, check_records
from schemas.checking.term_checks import TERM_COLUMNS, judge_terms
from schemas.license.license import LICENSE
from schemas.license.problems import join_problems
from schemas.suites.expectations import Suite, SuiteOutcome, merge_outcomes, run_suite
from schemas.suites.hold_reasons import HoldReason
from schemas.suites.measures import Measures, measure_records
from schemas.suites.suite import load_suite

_log = logging.getLogger(__name__)


@dataclass
class Tally:
    """What a check has seen so far."""

    received: int = 0
    quarantined: int = 0
    cursor_at: datetime | None = None
    outcomes: list[SuiteOutcome] = field(default_factory=list)
    measures: Measures = field(default_factory=Measures)


@dataclass(frozen=True)
class Check:
    """One check as it runs, in one transaction."""

    hub: HubContext
    conn: Connection
    exchange: Exchange
    suite: Suite
    standing: Standing
    mapped: Collection[str]
    now: datetime
    tally: Tally = field(default_factory=Tally)
    told: ToldBefore = field(default_factory=ToldBefore)
    bad: BadRows = field(default_factory=BadRows)

    @property
    def rule_version(self) -> str:
        """Return the version of everything a record was judged by."""
        return rule_version(self.suite)


def suite_of(department: Department, feed: Feed) -> Suite:
    """Return what a feed's records are expected to be, by type and by department; DeclarationError names the file that is wrong."""
    return load_suite(feed.record, department.suite_file, feed.name)


def rule_version(suite: Suite) -> str:
    """Return the version of everything that records are judged by under this suite."""
    return f"{RULE_VERSION}+{suite.version}"


def check_exchange(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, progress: Progress
) -> list[HoldReason]:
    """Check everything that landed, in one transaction; return why the batch is held, or nothing."""
    with hub.engine.begin() as conn:
        now = hub.clock()
        standing = find_standing(conn, hub.keyring, exchange.department, exchange.feed, local_day(now), now)
        _tell_damaged(exchange, standing)
        suite = suite_of(department, feed)
        running = Check(hub, conn, exchange, suite, standing, feed.fields.keys(), now)
        clear_check(conn, exchange)
        moved, listed = MovedPages(feed, exchange.started_at), Listed(conn, exchange, feed)
        fields = FieldWatch(department, feed)
        with one_behind() as leave:  # the database takes in one chunk while the next is judged, and a third is read
            for chunk in one_ahead(read_chunks(hub, exchange, department, feed, standing.edits)):
                moved.look(chunk.frame)
                fields.look(chunk)
                if not chunk.frame.is_empty():
                    leave(_keep, running, listed, *_judge(running, chunk))
                pass_by("mid_check")
                progress("check", running.tally.received)
        if len(running.tally.outcomes) > 1 and not exchange.is_replay:  # each chunk was looked at by itself
            facts = (exchange, department, feed, standing.edits, running.rule_version, now)
            running.tally.quarantined += quarantine_contradictions(hub, conn, running.told, running.bad, *facts)
        if running.tally.quarantined and not exchange.is_replay:
            running.tally.quarantined -= running.bad.pass_overtaken(conn, exchange, now)
        # The next exchange asks for the same time again, and finds what was pushed over an edge; a replay asked for nothing.
        if moved.is_found or exchange.is_replay:
            running.tally.cursor_at = None
        lost = fields.tell(conn, exchange, now)
        return _conclude(running, feed, listed.find_missed(has_moved=moved.is_found), lost)


def _tell_damaged(exchange: Exchange, standing: Standing) -> None:
    for case in standing.damaged:
        words = "%s/%s: the edit of case %d cannot be decrypted; its row is judged as it was told; edit the case again"
        _log.warning(words, exchange.department, exchange.feed, case)


def read_chunks(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, edits: Edits
) -> Iterator[MappedPage]:
    """Yield the records of an exchange, mapped, some pages at a time; those that a person edited as edited."""
    names = {kind.license_type: kind.name for kind in load_catalogue().license_types}
    for pages in one_ahead(_some_pages(hub, exchange, department, feed, edits)):
        yield map_pages(department, feed, pages, names)


def _some_pages(
    hub: HubContext, exchange: Exchange, department: Department, feed: Feed, edits: Edits
) -> Iterator[list[tuple[int, PageRows]]]:
    edited = ((number, edit_rows(rows, edits)) for number, rows in rows_of(hub, exchange, department, feed))
    return gather_rows(edited, hub.bounds.chunk_records, hub.bounds.chunk_characters)


def _judge(check: Check, chunk: MappedPage) -> tuple[MappedPage, pl.DataFrame]:
    """Find every reason against every record; asks no database."""
    outcome = run_suite(chunk.frame, check.suite)
    found = check_records(chunk.frame, LICENSE, _license_types(), local_day(check.now))
    problems = let_pass(join_problems(chunk.problems, found, outcome.problems), chunk, check.standing.waivers)
    problems = set_wrong_apart(problems, chunk, check.standing.wrong)
    terms = judge_terms(_good(chunk.frame.select(TERM_COLUMNS), problems["row"].unique()))  # what waits is told anyway
    outcome = replace(outcome, results=[*outcome.results, *chunk.face_results, *terms])
    _count(check.tally, chunk.frame, problems, outcome)
    for one in measure_records(chunk.frame, problems, LICENSE, check.mapped):
        check.tally.measures.add(one)
    return chunk, problems


def _keep(check: Check, listed: Listed, chunk: MappedPage, problems: pl.DataFrame) -> None:
    """Note which records came, stage the good ones, quarantine the rest with every reason. Alone uses the transaction."""
    listed.look(chunk.frame)
    bad = problems["row"].unique()
    check.told.look(stage_records(check.conn, check.hub.keyring, check.exchange, _good(chunk.frame, bad)))
    check.bad.look(chunk.frame, problems)
    if check.exchange.is_shadow:
        note_reasons(check.conn, check.exchange, chunk.frame, problems)
        return
    digests, sources = chunk.digests(bad.to_list()), chunk.sources(bad.to_list())
    facts = (chunk.frame, problems, digests, check.rule_version, check.now, sources)
    quarantine_records(check.conn, check.hub.keyring, check.exchange, *facts)


def _good(frame: pl.DataFrame, bad: pl.Series) -> pl.DataFrame:
    return frame.filter(~pl.int_range(frame.height, dtype=pl.UInt32, eager=True).is_in(bad.implode()))


def _count(tally: Tally, frame: pl.DataFrame, problems: pl.DataFrame, outcome: SuiteOutcome) -> None:
    """Only good records move the cursor, so that a wrong time in a bad one cannot."""
    received, good = frame.height, _good(frame.select("source_updated_at"), problems["row"].unique())
    newest = [] if good.is_empty() else [good.select(pl.col("source_updated_at").max()).item()]
    tally.received += received
    tally.quarantined += received - good.height
    tally.cursor_at = max([*newest, *filter(None, [tally.cursor_at])], default=None)
    tally.outcomes.append(outcome)


def _conclude(check: Check, feed: Feed, missed: Missed, lost: list[HoldReason]) -> list[HoldReason]:
    """Note the outcome: checked, or held with every reason."""
    tally, exchange = check.tally, check.exchange
    outcome = merge_outcomes(tally.outcomes)
    if not exchange.is_replay:  # what waited says nothing of the department's batches, and is no batch of bounds
        save_quality_results(check.conn, exchange, feed.record, outcome.results)
    window = window_of(exchange.since_at, exchange.started_at)
    # No news since the last pull is no fault, nor is a front table or a file drop from which everything was taken; a
    # department that suddenly holds nothing at all is one.
    is_emptied = feed.flag is not None or feed.files is not None
    quiet = not tally.received and (window is not None or is_emptied)
    failures = [] if quiet else outcome.batch_failures
    reasons = [*lost, *hold_reasons(feed.expects, tally.received, tally.quarantined, window, failures)]
    reasons += judge_batch(check.conn, exchange, feed, tally.received, tally.measures, outcome.results, check.now)
    reasons += missed_reasons(feed.expects, missed.count, missed.known)
    reasons = reasons if exchange.kind == "pull" else []  # a few chosen records are no batch
    facts = (tally.received, tally.quarantined, tally.cursor_at, check.rule_version, check.now)
    if reasons and not exchange.is_shadow:
        hold_exchange(check.conn, exchange, reasons, *facts)
    else:
        finish_check(check.conn, exchange, *facts, reasons=reasons)
    return [] if exchange.is_shadow else reasons


def _license_types() -> frozenset[str]:
    return frozenset(kind.license_type for kind in load_catalogue().license_types)

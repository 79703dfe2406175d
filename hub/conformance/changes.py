"""L4: what comes late, out of order, changed, revoked or deleted ends up as the department has it."""

from __future__ import annotations

from functools import partial

from connectors.declarations.declaration import duration
from connectors.fake.modes import MODES
from hub.conformance.bench import Bench
from hub.conformance.outcome import Check, Failed, NotApplicable
from hub.reconciling.pull_differences import pull_differences

DAYS = 40
LATER = (DAYS, 10, 20, 10)  # days after which it is too late; a record that is updated again in them is not missed
UNTIMELY = ("late_commit", "clock_backwards", "revokes", "deletes", "late_file", "corrected_file", "marker_alone")
MANY_DAYS = 150  # enough updates for more than one page


def _happens(bench: Bench, mode: str) -> str:
    """Pull what is new while the mode lasts, and again when it is over: then everything must be there."""
    bench.require_shown(mode)
    before = bench.versions()
    bench.server.set_mode(mode)
    try:
        during = bench.pull()
    finally:
        bench.server.set_mode("ok")
    bench.require_state(during, "merged", f"during {mode}")
    after = bench.pull()
    bench.require_state(after, "merged", f"after {mode}")
    bench.require_truth(f"after {mode}")
    return f"{during.merged} merged meanwhile, {after.merged} afterwards, {bench.versions() - before} versions more"


def _let_slip(bench: Bench) -> int:
    """Let a record be committed when its overlap has passed, and pull past it; return how many were missed."""
    if bench.feed.flag:
        raise NotApplicable("rows are chosen by their flag, so nothing is ever too late")
    for days in LATER:
        bench.server.set_mode("late_commit")
        try:
            bench.pull()
            bench.server.set_day(bench.server.shelves[bench.feed.name].day + days)
            bench.pull()
        finally:
            bench.server.set_mode("ok")
        bench.pull()
        if missed := len(bench.differences()):
            return missed
    return 0


def _later_than_overlap(bench: Bench) -> str:
    """What is committed after the overlap has passed is not asked for any more; a sweep brings it."""
    feed = bench.feed
    if not (feed.flag or feed.cursor.sweep):
        raise Failed("no `cursor.sweep`: what is committed late is never found", 'declare `sweep = "weekly"`')
    missed = _let_slip(bench)
    swept = bench.pull(full=True)
    bench.require_state(swept, "merged", "the sweep")
    bench.require_truth("after the sweep")
    if not missed:
        raise NotApplicable("whatever came late was found all the same, before the sweep")
    return f"{missed} came later than {duration(feed.cursor.overlap)} and were found by the sweep"


def _ends_apart(bench: Bench) -> str:
    """What no exchange brought is named by a comparison of both ends, and brought by one exchange for just that."""
    bench.compare()
    missed = _let_slip(bench)
    if not missed:
        raise NotApplicable("whatever came late was found all the same")
    found = bench.compare()
    if found.missing + found.different != missed:
        raise Failed(
            f"{missed} records differ; comparing both ends by {found.method} names {found.missing} as missing and "
            f"{found.different} as different",
            "look at `reconcile`: its question must bring the record as it is now",
        )
    brought = pull_differences(bench.hub, found.reconciliation_id, bench.connection)
    if brought is None:
        raise Failed(f"{missed} records differ and no exchange was made for them", "report it: a loss")
    bench.require_state(brought, "merged", "the exchange for what differs")
    bench.require_truth("after the exchange for what differs")
    return f"{missed} had been missed; {found.method} named each, and one exchange brought {brought.merged}"


def _pages_shift(bench: Bench) -> str:
    """A record that moves to the end while pages are read pushes another one over the edge: it must come after all."""
    bench.require_shown("page_shifts")
    bench.server.set_day(bench.server.shelves[bench.feed.name].day + MANY_DAYS)
    news = len(bench.differences())
    bench.server.set_mode("page_shifts")
    try:
        during = bench.pull()
    finally:
        bench.server.set_mode("ok")
    missed = len(bench.differences())
    bench.require_state(bench.pull(), "merged", "after the pages shifted")
    bench.require_truth("after the pages shifted")
    return f"{news} were new, {during.merged} came, {missed} were pushed over the edge and came with the next exchange"


def _answer_lost(bench: Bench) -> str:
    """The department commits our answer, and we never hear of it."""
    if not (bench.feed.flag or bench.feed.files):
        raise NotApplicable("it is asked and never answered: no word about its records goes back")
    bench.require_shown("ack_lost")
    bench.server.set_day(bench.server.shelves[bench.feed.name].day + DAYS)
    bench.server.set_mode("ack_lost")
    try:
        summary = _pull_unheard(bench)
    finally:
        bench.server.set_mode("ok")
    bench.require_truth("after the lost word")
    before = bench.versions()
    again = bench.pull()
    bench.require_state(again, "merged", "after the lost word")
    if again.merged or bench.versions() != before:
        raise Failed(f"{again.merged} records were merged twice", "report it: a double effect")
    bench.require_truth("after the lost word")
    return f"{summary}; {again.received} rows came again and were unchanged"


def _pull_unheard(bench: Bench) -> str:
    try:
        return f"the exchange is {bench.pull().state}"
    except Exception as error:  # noqa: BLE001 - the records are merged; how the lost word is told may differ
        return f"the exchange is merged, its answer failed: {type(error).__name__}"


CHECKS = [
    *(Check("L4", mode, MODES[mode].words, partial(_happens, mode=mode)) for mode in UNTIMELY),
    Check("L4", "later_than_overlap", "what is committed after the overlap comes with the sweep", _later_than_overlap),
    Check("L4", "ends_apart", "what was missed is named by comparing both ends, and brought", _ends_apart),
    Check("L4", "page_shifts", MODES["page_shifts"].words, _pages_shift),
    Check("L4", "ack_lost", MODES["ack_lost"].words, _answer_lost),
]

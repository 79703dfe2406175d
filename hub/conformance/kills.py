"""L3: killed at every step of an exchange, the next one finds everything: nothing lost, nothing twice."""

from __future__ import annotations

import signal
from functools import partial

from connectors.fake.stores.front_table import FrontTables
from hub.conformance.bench import Bench
from hub.conformance.outcome import Check, Failed, NotApplicable
from hub.conformance.victims import Order
from hub.crash_points import POINTS

DAYS = 25  # of updates before each kill, so that there is something to lose
PASSES = {"after_fetch": (1, 2), "after_landing": (1, 2, 3), "before_send": (1, 2), "after_mark": (1, 2)}
ELSEWHERE = {"after_claim", "after_send_before_mark", "mid_reconcile"}  # no pull passes these
ACKNOWLEDGING = {"before_send", "after_mark"}


def kill_at(bench: Bench, point: str) -> None:
    """Run an exchange that is killed at `point`; Failed where it was not."""
    order = Order(
        bench.database, bench.server.connection_value, bench.department.department, bench.feed.name,
        str(bench.hub.connectors_folder or ""), bench.hub.clock(), point,
    )  # fmt: skip
    ended = bench.victims.run(order)
    if ended == 0:
        raise NotApplicable(f"this exchange does not pass {point}: it has fewer pages than that")
    if ended != -signal.SIGKILL:
        raise Failed(f"the exchange to be killed at {point} failed by itself ({ended})", "look at what L1 says of it")


def _kill(bench: Bench, point: str) -> str:
    if point.partition(":")[0] in ACKNOWLEDGING and not bench.feed.is_answered:
        raise NotApplicable("nothing is acknowledged: its feed has neither flag nor files that are answered")
    before = bench.versions()
    bench.server.set_day(bench.server.shelves[bench.feed.name].day + DAYS)
    changed = len(bench.differences())
    kill_at(bench, point)
    _require_answered_is_kept(bench)
    summary = bench.pull(full=True)
    bench.require_state(summary, "merged", f"the exchange after the kill at {point}")
    bench.require_truth(f"after the kill at {point}")
    if bench.versions() < before + changed:
        raise Failed(f"{changed} records had changed, {bench.versions() - before} versions came", "report it: a loss")
    again = bench.pull(full=True)
    if again.merged:
        raise Failed(f"{again.merged} records came twice after the kill", "report it: a double effect")
    return f"{changed} changes came through, {summary.merged} of them with the next exchange"


def _require_answered_is_kept(bench: Bench) -> None:
    """Whoever was told that a row is read must find it in the library, or in quarantine if it was told to be wrong."""
    if not isinstance(bench.server.store, FrontTables):
        return
    kept = bench.holdings().keys() | {name for name, _ in bench.waiting()}
    lost = bench.server.store.answered(bench.feed.name) - kept
    if lost:
        raise Failed(f"{len(lost)} rows were answered and are not in the library", "report it: an acknowledged loss")


def _checks() -> list[Check]:
    points = [f"{point}:{number}" for point in POINTS if point not in ELSEWHERE for number in PASSES.get(point, (1,))]
    words = {point: f"killed when {POINTS[point.partition(':')[0]]}" for point in points}
    return [
        Check("L3", f"kill_{point.replace(':', '_')}", words[point], partial(_kill, point=point)) for point in points
    ]


CHECKS = _checks()

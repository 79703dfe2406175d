"""A checked batch judged by its numbers: measures kept, anomalies found, each an incident until a later batch is well.

Introduces what was counted to the feed's past; the thresholds are the declaration's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from connectors.declarations.declaration import Feed, duration
from hub.pulling.anomalies import Anomaly, Batch, find_anomalies, judged_kinds
from hub.pulling.bounds import window_of
from license_library.exchange.exchanges import Exchange
from license_library.exchange.feed_history import count_known, read_history, save_measures
from license_library.oversight.incidents import Cause, Severity, tell_incidents
from schemas.suites.hold_reasons import HoldReason
from schemas.suites.measures import Measured, Measures
from schemas.suites.suite_outcomes import ExpectationResult

EXPECTATION: Final = "expectation"


def judge_batch(
    conn: Connection,
    exchange: Exchange,
    feed: Feed,
    received: int,
    measures: Measures,
    results: Sequence[ExpectationResult],
    now: datetime,
) -> list[HoldReason]:
    """Keep what was counted, tell what is unlike the feed's past, and return why the batch must be held."""
    if exchange.kind != "pull":  # a few chosen records say nothing of the department's batches
        return []
    window = window_of(exchange.since_at, exchange.started_at)
    # A front table or a file drop from which everything was taken says nothing of what its department holds.
    proves = window is None and feed.flag is None and feed.files is None
    batch = Batch(window, received, measures.all(), count_known(conn, exchange) if proves else None)
    # The promise as it is today is kept with the exchange, so that a past month is scored by what was promised then.
    promised = int(duration(feed.fresh_within).total_seconds())
    save_measures(conn, exchange, [*batch.counted, Measured("promise", "fresh_seconds", promised, promised)])
    anomalies = find_anomalies(feed.expects, batch, read_history(conn, exchange))
    if not exchange.is_shadow:
        _tell(conn, exchange, batch, anomalies, results, now)
    return [one.held_for for one in anomalies if one.held_for]


def _tell(
    conn: Connection,
    exchange: Exchange,
    batch: Batch,
    anomalies: Sequence[Anomaly],
    results: Sequence[ExpectationResult],
    now: datetime,
) -> None:
    """Make each anomaly and each warning of the suite an incident; end those of which this batch shows the contrary."""
    for kind in judged_kinds(batch):
        causes = [_cause(exchange, one) for one in anomalies if one.kind == kind]
        tell_incidents(conn, exchange.department, kind, causes, now, feed=exchange.feed)
    if results:
        causes = [_warning(exchange, one) for one in results if one.severity == "warning" and not one.success]
        tell_incidents(conn, exchange.department, EXPECTATION, causes, now, feed=exchange.feed)


def _cause(exchange: Exchange, one: Anomaly) -> Cause:
    severity: Severity = "critical" if one.held_for else "warning"
    return Cause(exchange.feed, one.cause, severity, one.words.zh, one.words.en)


def _warning(exchange: Exchange, one: ExpectationResult) -> Cause:
    """The words of a suite end with a full stop; what was found follows."""
    zh = f"{one.zh.rstrip('。')}；{one.evaluated} 个值中有 {one.unexpected} 个不符"
    return Cause(exchange.feed, one.expectation, "warning", zh, f"{one.en.rstrip('.')}; {one.detail}")

"""Airflow's DAGs of every department, triggered once and followed to their end.

Knows DAG names and run states; what a run brought is told by its exchange.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.declarations.declaration import Department, load_departments
from hub.airflow.api import AirflowApi
from hub.airflow.pools import pools_of
from hub.airflow.servers import wait_until
from hub.children.processes import Children
from hub.context import HubContext
from hub.demo.leftovers import end_left_exchanges
from hub.demo.run_progress import RunProgress
from license_library.answers import ExchangeBrief
from license_library.asking.questions import ExchangeFilter
from license_library.exchange.summaries import ExchangeSummary, summarize
from license_library.oversight.exchange_list import list_exchanges
from schemas.errors import ProcessFailed

PARSE_SECONDS = 120.0
RUN_SECONDS = 900.0
TAG = "pull"
ENDED = {"success", "failed"}


@dataclass(frozen=True)
class DagRuns:
    """What came of the runs: a summary of each exchange, and the feeds whose run failed before one began."""

    summaries: list[ExchangeSummary]
    lost: list[str]

    @property
    def is_good(self) -> bool:
        """Tell whether every feed was merged."""
        return not self.lost and all(summary.state == "merged" for summary in self.summaries)


@dataclass(frozen=True)
class Cycle:
    """One run of every feed's DAG, as it is followed."""

    api: AirflowApi
    children: Children
    hub: HubContext
    feeds: dict[str, str]  # DAG id -> "department/feed"
    begun_at: datetime

    @property
    def run_id(self) -> str:
        """Return the id that all these runs share."""
        return f"demo_{self.begun_at:%Y%m%dT%H%M%S}"


def run_to_the_end(
    api: AirflowApi, children: Children, hub: HubContext, departments: Sequence[Department], begun_at: datetime
) -> DagRuns:
    """Trigger the DAG of every feed once and wait until each has ended. Only what was parsed since `begun_at` counts."""
    feeds = feeds_by_dag(departments)
    cycle = Cycle(api, children, hub, feeds, begun_at)
    make_pools(api, hub.connectors_folder)
    _await_parsed(cycle)
    for dag_id in feeds:
        api.trigger(dag_id, cycle.run_id)
        api.unpause(dag_id)
    _follow(cycle)
    return _collect(cycle)


def make_pools(api: AirflowApi, connectors_folder: Path | None) -> None:
    """Make the pool of every department, also of those not shown: tasks without one would wait for ever, unsaid."""
    declared, _ = load_departments(connectors_folder)
    for name, pool in pools_of(declared).items():
        api.keep_pool(name, int(str(pool["slots"])), str(pool["description"]))


def feeds_by_dag(departments: Sequence[Department]) -> dict[str, str]:
    """Return DAG id -> "department/feed"."""
    return {f"pull_{d.department}.{feed}": f"{d.department}/{feed}" for d in departments for feed in sorted(d.feeds)}


def end_cut_off_runs(api: AirflowApi, hub: HubContext, departments: Sequence[Department]) -> None:
    """Fail the runs that an earlier Airflow could not finish, and free their feeds."""
    feeds = feeds_by_dag(departments)
    end_left_exchanges(hub, {feeds[dag_id] for dag_id in api.end_runs(TAG) if dag_id in feeds})


def _await_parsed(cycle: Cycle) -> None:
    """A DAG known from an earlier start may come from an earlier declaration, so each is awaited anew."""

    def are_parsed() -> bool:
        parsed = cycle.api.parsed_times(TAG)
        return all(dag_id in parsed and parsed[dag_id] > cycle.begun_at for dag_id in cycle.feeds)

    try:
        wait_until(are_parsed, cycle.children, "its DAGs to be parsed", PARSE_SECONDS)
    except ProcessFailed as failure:
        raise ProcessFailed(f"{failure} {' '.join(cycle.api.import_errors())}".strip()) from failure


def _follow(cycle: Cycle) -> None:
    with RunProgress(list(cycle.feeds.values())) as shown:

        def have_ended() -> bool:
            shown.show(_exchanges(cycle))
            states = cycle.api.run_states(cycle.run_id)
            return all(states.get(dag_id) in ENDED for dag_id in cycle.feeds)

        wait_until(have_ended, cycle.children, "the DAG runs to end", RUN_SECONDS, 1.0)


def _collect(cycle: Cycle) -> DagRuns:
    begun = {f"{exchange.department}/{exchange.feed}": exchange for exchange in reversed(_exchanges(cycle))}
    feeds = list(cycle.feeds.values())
    summaries = [summarize(cycle.hub.engine, begun[feed].exchange_id) for feed in feeds if feed in begun]
    return DagRuns(summaries, [feed for feed in feeds if feed not in begun])


def _exchanges(cycle: Cycle) -> list[ExchangeBrief]:
    """Return the exchanges of this cycle, newest first."""
    with cycle.hub.engine.connect() as conn:
        answer = list_exchanges(conn, ExchangeFilter(limit=100), cycle.hub.clock())
    return [exchange for exchange in answer.exchanges if exchange.started_at >= cycle.begun_at]

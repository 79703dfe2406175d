"""The hub's own pull, step by step as Airflow would run it, everything on: raw pages, checks, expectations, history.

Great Expectations is imported before the clock starts, as in the processes that Airflow forks its tasks from. Reads one JSON job from standard input, pulls twice, writes seconds, counts and peak memory as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.measures import changed, metered, peaks
from connectors.wire.connection import Connection, parse_connection
from hub.context import HubContext, prepare_database, utc_now
from hub.pulling import pull
from license_library.exchange.summaries import summarize
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring


def pull_once(hub: HubContext, department: str, connection: Connection) -> dict[str, float]:
    """Pull everything from the beginning; return seconds of each step and the counts."""
    marks = [time.perf_counter()]
    exchange_id = pull.land(hub, department, "licenses", connection, full=True)
    marks.append(time.perf_counter())
    pull.check(hub, exchange_id)
    marks.append(time.perf_counter())
    pull.merge(hub, exchange_id)
    marks.append(time.perf_counter())
    pull.make_keys(hub)
    marks.append(time.perf_counter())
    told = summarize(hub.engine, exchange_id)
    steps = {name: marks[n + 1] - marks[n] for n, name in enumerate(("land", "check", "merge", "keys"))}
    counts = {name: getattr(told, name) for name in ("merged", "unchanged", "quarantined", "held")}
    return {**steps, "records": told.received, **counts}


def main() -> None:
    """Pull once into an empty library, once more unchanged, and once with a few changes."""
    job = json.load(sys.stdin)
    importlib.import_module("great_expectations")
    engine = open_database(job["url"])
    prepare_database(job["url"], engine)
    hub = HubContext(engine, Keyring(bytes(32)), utc_now, Path(job["connectors"]))
    connection = parse_connection(job["connection"])
    with metered(job["postmaster"]) as first:
        first.update(pull_once(hub, job["department"], connection))
    with metered(job["postmaster"]) as again:
        again.update(pull_once(hub, job["department"], connection))
    with changed(job), metered(job["postmaster"]) as third:
        third.update(pull_once(hub, job["department"], connection))
    engine.dispose()
    print(json.dumps({"first": first, "again": again, "changed": third, **peaks()}))


if __name__ == "__main__":
    main()

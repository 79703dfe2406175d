"""Two schedulers, the same job started by hand, an orphaned task that goes on: whatever runs at once, there is one effect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake, column, count
from sqlalchemy import text

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, utc_now
from hub.pulling import pull as steps

SOME = Plot(scale=120, day=0, bad_share=0.05)
LATER = 40
ONE_WON = {"done", "hub.lease_taken", "hub.lease_lost"}
COUNTED = "received_count = merged_count + unchanged_count + quarantined_count + held_count"
Ends = Callable[[], dict[str, list[str]]]


@contextmanager
def at_once(one: Faked, address: str, *works: str) -> Iterator[Ends]:
    """Give what lets all of these go on at once, and tells how each ended; they wait where they are to meet."""
    command = [sys.executable, str(Path(__file__).with_name("at_once.py")), address, one.process.connection_value]
    environ = os.environ | {"PYTHONPATH": os.getcwd()}
    running = subprocess.Popen(
        [*command, str(one.folder), *works], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    )

    def go_on() -> dict[str, list[str]]:
        told, _ = running.communicate("go on\n", timeout=120)
        ended: dict[str, list[str]] = {}
        for work, how in map(json.loads, told.splitlines()):
            ended.setdefault(work, []).append(how)
        return ended

    try:
        assert running.stdout
        assert running.stdout.readline() == "READY\n"
        yield go_on
    finally:
        running.kill()
        running.communicate()


def require_one_effect(hub: HubContext, one: Faked) -> None:
    """The library is what one pull makes of it, every record is counted once, and nothing is left open or staged."""
    truth = one.truth()
    assert (count(hub, "licenses"), count(hub, "license_versions")) == (truth.good, 0)
    assert count(hub, "quarantined_records", "state = 'open'") == count(hub, "quarantined_records") == truth.bad
    assert column(hub, "select sum(merged_count) from exchanges where state = 'merged'") == [truth.good]
    assert count(hub, "exchanges", "state in ('landing', 'landed', 'checked')") == 0
    assert count(hub, "exchanges", f"state = 'merged' and not ({COUNTED})") == count(hub, "staged_licenses") == 0


@pytest.mark.crash
def test_two_schedulers_and_a_pull_by_hand_have_one_effect(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    one = fake("transport", SOME)
    with at_once(one, database_address, "scheduler", "scheduler", "hand") as go_on:
        ended = go_on()
    everyone = [how for hows in ended.values() for how in hows]
    assert len(everyone) == 3
    assert set(everyone) <= ONE_WON
    assert "done" in everyone
    require_one_effect(hub, one)


@pytest.mark.crash
def test_of_schedulers_that_all_began_only_the_last_one_writes(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    one = fake("transport", SOME)
    with at_once(one, database_address, "beside", "beside", "beside") as go_on:
        ended = go_on()
    assert sorted(ended["beside"]) == ["done", "hub.lease_lost", "hub.lease_lost"]
    require_one_effect(hub, one)


def test_the_same_tasks_run_twice_at_once_beside_a_pull_by_hand_have_one_effect(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    one = fake("transport", SOME)
    number = steps.land(hub, one.name, "licenses", one.connection)
    with at_once(one, database_address, f"tasks:{number}", f"tasks:{number}", "hand") as go_on:
        ended = go_on()
    assert set(ended[f"tasks:{number}"]) | set(ended["hand"]) <= ONE_WON
    assert "done" in ended[f"tasks:{number}"]
    require_one_effect(hub, one)


@pytest.mark.parametrize("step", ["landing", "check", pytest.param("merge", marks=pytest.mark.crash)])
def test_an_orphan_that_goes_on_after_it_was_overtaken_changes_nothing(
    hub: HubContext, fake: StartFake, database_address: str, step: str
) -> None:
    one = fake("transport", SOME)
    with at_once(one, database_address, f"orphan:{step}") as go_on:
        one.process.set_day(LATER)
        later = replace(hub, clock=lambda: utc_now() + timedelta(hours=1))
        assert steps.pull(later, one.name, "licenses", one.connection).state == "merged"
        before = all_there_is(hub)
        assert go_on() == {f"orphan:{step}": ["hub.lease_lost"]}
    assert all_there_is(hub) == before
    assert column(hub, "select state || ' ' || coalesce(error_code, '') from exchanges order by exchange_id") == [
        "failed hub.lease_lost", "merged ",
    ]  # fmt: skip


def all_there_is(hub: HubContext) -> list[object]:
    """Return every row that an exchange may write."""
    tables = [
        "licenses",
        "license_versions",
        "quarantined_records",
        "staged_licenses",
        "landed_pages",
        "feeds",
        "exchanges",
    ]
    with hub.engine.connect() as conn:
        return [conn.execute(text(f"select * from {table} order by 1, 2, 3")).all() for table in tables]

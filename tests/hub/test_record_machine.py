"""Whatever a department says and a person decides, in whatever order: every record is counted, the newest good one stands."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hub_makers import StartFake, expect_more
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from push_makers import StillClock
from record_model import FAULTS, Case, Department, Model
from sqlalchemy import text

from connectors.fake.rows.truth import Plot
from connectors.pages.pages import fetch_pages
from connectors.wire.connection import Connection
from hub.conformance.scratch import Scratch
from hub.conformance.victims import Victims
from hub.context import HubContext, today
from hub.pulling import pull as steps
from hub.pulling.replay import replay
from hub.rebuild import check_rebuild
from license_library.merge.merging import discard_held, release_held
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from tests.connectors.raw_server import serving

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
SAID = st.tuples(st.sampled_from("ABC"), st.sampled_from(["", "", *FAULTS]), st.sampled_from([0, 0, 0, 2, 5]))
examples = itertools.count(1)

LICENSES = (
    """select record_id, source_updated_at, change_reason, version_count from licenses where department = :name"""
)
WAITING = """select record_id, source_updated_at, quarantine_id from quarantined_records
  where department = :name and state = 'open'"""
VERSIONS = """select l.record_id, count(*) from license_history h join licenses l using (license_id)
  where l.department = :name group by 1"""
EXCHANGES = """select exchange_id, state, received_count, merged_count, unchanged_count, quarantined_count, held_count
  from exchanges where department = :name and state in ('merged', 'held', 'discarded')"""


class Records(RuleBasedStateMachine):
    """One department of its own, pulled and decided about; after each step library and quarantine are the model's."""

    def __init__(self, hub: HubContext, template: dict[str, Any], connection: Connection) -> None:
        super().__init__()
        self.stack, self.name = ExitStack(), f"roads_{next(examples)}"
        assert hub.connectors_folder
        shutil.copytree(hub.connectors_folder / "transport", hub.connectors_folder / self.name)
        self.department, self.model = Department(template), Model()
        server = self.stack.enter_context(serving(self.department.answer))
        self.connection, self.clock = replace(connection, port=server.port, path=""), StillClock(NOW)
        self.hub = replace(hub, clock=self.clock)

    def teardown(self) -> None:
        self.stack.close()

    @rule(said=st.lists(SAID, min_size=1, max_size=3))
    def news(self, said: list[tuple[str, str, int]]) -> None:
        """Let the department say something new; some of it comes days late."""
        for record, fault, days_late in said:
            self.department.say(record, fault, days_late)

    @rule(number=st.integers(0, 20))
    def change_in_place(self, number: int) -> None:
        self.department.change(number)

    @rule(number=st.integers(0, 20))
    def tell_otherwise(self, number: int) -> None:
        self.department.tell_otherwise(number)

    @rule(full=st.booleans())
    def pull(self, full: bool) -> None:
        assert self._pulled(full, self.hub) == "merged" or not self.department.answered

    @rule(full=st.booleans())
    def pull_beyond_bounds(self, full: bool) -> None:
        assert self._pulled(full, replace(self.hub, amend=expect_more)) == "held" or not self.department.answered

    @precondition(lambda self: self.model.held)
    @rule(choice=st.integers(0, 9), releases=st.booleans())
    def end_hold(self, choice: int, releases: bool) -> None:
        number = sorted(self.model.held)[choice % len(self.model.held)]
        good = self.model.held.pop(number)
        self.clock.pass_by(minutes=1)
        if releases:
            release_held(self.hub.engine, number, self.clock)
            self.model.merge(number, good)
        else:
            discard_held(self.hub.engine, number, self.clock())
            self.model.discard(number)

    @precondition(lambda self: self.model.open_cases())
    @rule(choice=st.integers(0, 9), replays=st.booleans())
    def excuse(self, choice: int, replays: bool) -> None:
        case, number = self._choose(choice)
        if case.row.fault == "to edit":
            self._decide(number, "edit", values={"CZZTDM": self.department.template["CZZTDM"]})
        else:
            self._decide(number, "waive", until=today(self.hub))
        case.is_excused = True
        if replays:
            self._replay(number, case)

    @precondition(lambda self: self.model.open_cases())
    @rule(choice=st.integers(0, 9))
    def discard(self, choice: int) -> None:
        case, number = self._choose(choice)
        self._decide(number, "discard")
        case.is_discarded, case.is_open = True, False

    @precondition(lambda self: self.model.open_cases())
    @rule(choice=st.integers(0, 9))
    def check_again(self, choice: int) -> None:
        case, number = self._choose(choice)
        self._decide(number, "recheck")
        self._replay(number, case)

    @invariant()
    def every_record_is_counted(self) -> None:
        told = self._rows(EXCHANGES)
        assert {row.exchange_id for row in told} == self.model.exchanges.keys()
        for row in told:
            expected = self.model.exchanges[row.exchange_id]
            counted = row.merged_count + row.unchanged_count + row.quarantined_count + row.held_count
            assert row.received_count == expected.received == counted
            assert (row.quarantined_count, row.merged_count) == (expected.quarantined, expected.merged)
        for row in self._rows(VERSIONS):
            assert row.count == self.model.licenses[row.record_id].versions

    @invariant()
    def the_newest_good_one_stands_and_what_is_newer_and_bad_waits(self) -> None:
        held = {
            row.record_id: (row.source_updated_at, row.change_reason, row.version_count) for row in self._rows(LICENSES)
        }
        assert held == {record: (one.row.at, one.row.mark, one.versions) for record, one in self.model.licenses.items()}
        waiting = sorted((row.record_id, row.source_updated_at) for row in self._rows(WAITING))
        assert waiting == sorted(case.row.name for case in self.model.open_cases())

    def _pulled(self, full: bool, hub: HubContext) -> str:
        self.clock.pass_by(minutes=1)
        done = steps.pull(hub, self.name, "licenses", self.connection, full=full)
        good = self.model.check(done.exchange_id, self.department.answered)
        if done.state == "merged":
            self.model.merge(done.exchange_id, good)
        else:
            self.model.held[done.exchange_id] = good
        return done.state

    def _replay(self, number: int, case: Case) -> None:
        taken = [one.row for one in self.model.open_cases() if one.row.record == case.row.record]
        seen = {one.row.name: one.seen for one in self.model.open_cases()}
        self.clock.pass_by(minutes=1)
        done = replay(self.hub, self.name, "licenses", [number])
        assert done is not None
        good = self.model.check(done.exchange_id, taken)
        for name, exchange in seen.items():  # a replay asks nobody: what is bad was not heard again
            self.model.cases[name].seen = exchange
        self.model.exchanges[done.exchange_id].quarantined = len(taken) - len(good)
        self.model.merge(done.exchange_id, good)

    def _choose(self, choice: int) -> tuple[Case, int]:
        waiting = {(row.record_id, row.source_updated_at): row.quarantine_id for row in self._rows(WAITING)}
        cases = self.model.open_cases()
        case = cases[choice % len(cases)]
        return case, waiting[case.row.name]

    def _decide(self, number: int, action: Any, **facts: Any) -> None:
        with self.hub.engine.begin() as conn:
            decision = CaseDecision(action, "张工", reason="来电核实", **facts)
            decide_case(conn, self.hub.keyring, number, decision, today(self.hub), self.clock())

    def _rows(self, statement: str) -> list[Any]:
        with self.hub.engine.connect() as conn:
            return list(conn.execute(text(statement), {"name": self.name}))


@pytest.fixture
def machine(hub: HubContext, fake: StartFake, tmp_path: Path) -> Callable[[], Records]:
    """Return what makes a machine over a department that nobody has asked yet."""
    one = fake("transport", Plot(scale=12, day=0, bad_share=0))
    (page,) = fetch_pages(one.department, one.department.feeds["licenses"], one.connection, None)
    rows = json.loads(page.body)["data"]["rows"]
    template = next(row for row in rows if row["CZZTLX"] == "001")
    shutil.copytree(one.folder / "transport", tmp_path / "transport")
    return lambda: Records(replace(hub, connectors_folder=tmp_path), template, one.connection)


def test_an_older_row_that_was_heard_later_ends_no_newer_one_s_waiting(machine: Callable[[], Records]) -> None:
    records = machine()
    records.news(said=[("A", "to edit", 0), ("A", "to waive", 5)])
    records.pull(full=True)
    records.excuse(choice=1, replays=True)
    records.every_record_is_counted()
    records.the_newest_good_one_stands_and_what_is_newer_and_bad_waits()
    assert [case.row.fault for case in records.model.open_cases()] == ["to edit"]
    records.teardown()


def test_a_replayed_row_ends_the_waiting_of_an_older_one_that_was_seen_later(machine: Callable[[], Records]) -> None:
    records = machine()
    records.news(said=[("A", "to waive", 0), ("A", "to waive", 0)])
    records.pull_beyond_bounds(full=True)
    records.excuse(choice=1, replays=False)
    records.pull_beyond_bounds(full=True)  # now only the older one is bad
    records.excuse(choice=1, replays=True)
    records.every_record_is_counted()
    records.the_newest_good_one_stands_and_what_is_newer_and_bad_waits()
    records.teardown()


def test_what_is_told_again_after_a_batch_was_held_outlives_that_batch_and_is_rebuilt_so(
    machine: Callable[[], Records], postgres_home: Path
) -> None:
    records = machine()
    records.news(said=[("A", "", 0)])
    records.pull(full=True)
    records.tell_otherwise(number=0)
    records.news(said=[("B", "", 0)])
    records.pull_beyond_bounds(full=True)
    records.tell_otherwise(number=0)
    records.department.rows.pop()  # B was said in the held batch only
    records.pull(full=True)
    records.end_hold(choice=0, releases=True)
    assert records.model.licenses.keys() == {"A", "B"}
    records.every_record_is_counted()
    records.the_newest_good_one_stands_and_what_is_newer_and_bad_waits()
    scratch = Scratch(postgres_home, Victims())
    scratch.prepare()
    assert check_rebuild(records.hub, scratch, records.name, "licenses").is_equal
    records.teardown()


def test_what_only_a_discarded_batch_had_overtaken_waits_again(machine: Callable[[], Records]) -> None:
    records = machine()
    records.news(said=[("A", "to edit", 0), ("A", "", 0)])
    records.pull_beyond_bounds(full=True)
    records.end_hold(choice=0, releases=False)
    records.every_record_is_counted()
    records.the_newest_good_one_stands_and_what_is_newer_and_bad_waits()
    records.teardown()


def profile(examples_: int, steps_: int) -> settings:
    """Return how long to try; always the same ones."""
    return settings(
        max_examples=examples_, stateful_step_count=steps_, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def test_after_every_step_all_is_counted_and_the_newest_good_row_stands(machine: Callable[[], Records]) -> None:
    run_state_machine_as_test(machine, settings=profile(3, 25))


@pytest.mark.scale
@pytest.mark.timeout(900)
def test_after_every_step_of_many_all_is_counted_and_the_newest_good_row_stands(machine: Callable[[], Records]) -> None:
    run_state_machine_as_test(machine, settings=profile(20, 40))

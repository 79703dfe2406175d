"""A pull brings exactly what the department holds, writes nothing twice, and keeps what was before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hub_makers import CITY, Faked, StartFake, column, count, pull_once
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from connectors.declarations.declaration import load_department
from connectors.fake.rows.truth import Plot
from hub.context import Bounds, HubContext
from hub.progress import Step
from hub.pulling import pull as steps
from hub.pulling import task_steps
from license_library.exchange.exchanges import Held, fail_exchange
from license_library.merge.attendance import attended
from schemas.errors import DatabaseUnavailable, DeclarationError, LeaseTaken


@pytest.mark.parametrize(("name", "feed"), CITY)
def test_a_pull_brings_exactly_what_the_department_holds(
    hub: HubContext, city: dict[str, Faked], name: str, feed: str
) -> None:
    truth = city[name].truth(feed=feed)
    summary = pull_once(hub, city[name], feed)
    assert (summary.state, summary.error_message) == ("merged", None)
    assert (summary.received, summary.quarantined) == (truth.received, truth.bad) == (60, 3)
    assert (summary.merged, summary.unchanged, summary.held) == (truth.good, 0, 0)
    assert count(hub, "licenses") == truth.good
    assert Counter(column(hub, "select unnest(codes) from quarantined_records")) == truth.problem_codes
    again = pull_once(hub, city[name], feed, full=True)
    assert (again.state, again.merged, count(hub, "license_versions")) == ("merged", 0, 0)
    assert again.received == again.unchanged + again.quarantined


def test_every_bad_record_waits_with_the_right_reason(hub: HubContext, fake: StartFake) -> None:
    one = fake("public_security")
    pull_once(hub, one)
    codes = column(hub, "select unnest(codes) from quarantined_records")
    assert Counter(codes) == one.truth().problem_codes


def test_after_the_first_pull_the_planner_knows_what_it_brought(hub: HubContext, fake: StartFake) -> None:
    known = (
        "select distinct tablename from pg_stats where tablename in ('licenses', 'subjects', 'subject_keys') order by 1"
    )
    assert column(hub, known) == []
    pull_once(hub, fake("transport"))
    assert column(hub, known) == ["licenses", "subject_keys", "subjects"]


def test_a_second_pull_changes_nothing(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    first = pull_once(hub, one)
    again = pull_once(hub, one, full=True)
    assert (again.received, again.merged, again.unchanged) == (first.received, 0, first.merged)
    assert again.quarantined == first.quarantined
    assert count(hub, "license_versions") == 0
    assert count(hub, "quarantined_records") == first.quarantined
    assert set(column(hub, "select tries from quarantined_records")) == {2}


def test_a_pull_that_finds_no_record_at_all_is_merged_and_not_held(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    pull_once(hub, one)
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update feeds set cursor_at = cursor_at + interval '30 days'")
    again = pull_once(hub, one)
    assert (again.state, again.received, again.held) == ("merged", 0, 0)


def test_a_pull_without_news_asks_only_for_the_overlap(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    pull_once(hub, one)
    again = pull_once(hub, one)
    assert again.state == "merged"
    assert again.received < 10
    assert again.merged == 0


def test_a_record_that_is_committed_after_a_later_one_comes_with_the_next_pull(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("transport", Plot(scale=61, day=10, bad_share=0))
    pull_once(hub, one)
    one.process.set_mode("late_commit")
    assert pull_once(hub, one).merged == 2  # one before it and one after
    one.process.set_mode("ok")
    assert pull_once(hub, one).merged == 1
    assert pull_once(hub, one, full=True).merged == 0


@pytest.mark.parametrize("name", ["market_regulation", "real_estate"])
def test_days_of_updates_become_versions(hub: HubContext, fake: StartFake, name: str) -> None:
    one = fake(name)
    pull_once(hub, one)
    before = count(hub, "licenses")
    one.process.set_day(60)
    later = pull_once(hub, one)
    assert later.merged > 0
    assert later.merged == count(hub, "license_versions") + count(hub, "licenses") - before
    one.process.set_day(60)
    assert pull_once(hub, one, full=True).merged == 0
    assert count(hub, "licenses") == one.truth(60).good


def test_raw_pages_are_kept_before_and_after(hub: HubContext, fake: StartFake) -> None:
    one = fake("real_estate")
    summary = pull_once(hub, one)
    assert count(hub, "landed_pages", f"exchange_id = {summary.exchange_id}") == summary.pages >= 1
    assert count(hub, "staged_licenses") == 0


def test_the_suite_really_ran_and_left_its_results(hub: HubContext, fake: StartFake) -> None:
    summary = pull_once(hub, fake("transport"))
    assert count(hub, "quality_results", f"exchange_id = {summary.exchange_id} and evaluated_count = 300") >= 5


def test_chunks_give_the_same_as_one_batch(hub: HubContext, fake: StartFake) -> None:
    plot = Plot(scale=2200)
    one = fake("transport", plot)
    truth = one.truth()
    summary = pull_once(replace(hub, bounds=Bounds(chunk_records=1000)), one)
    assert summary.pages == 3
    assert (summary.received, summary.merged, summary.quarantined) == (truth.received, truth.good, truth.bad)


def test_while_chunks_are_kept_nothing_else_uses_their_transaction(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport", Plot(scale=2200))
    few = replace(hub, bounds=Bounds(chunk_records=1000))
    pull_once(few, one)
    with hub.engine.begin() as conn:  # every chunk brings some back
        conn.execute(text("update licenses set unlisted_at = now() where license_id % 7 = 0"))
    used = list[tuple[int, bool]]()

    def note(conn: object, cursor: Any, *_rest: object) -> None:
        used.append((id(cursor.connection), threading.current_thread().name.startswith("behind")))

    event.listen(hub.engine, "before_cursor_execute", note)
    assert steps.pull(few, one.name, "licenses", one.connection, full=True).state == "merged"
    event.remove(hub.engine, "before_cursor_execute", note)
    keeping = [number for number, (_, is_behind) in enumerate(used) if is_behind]
    kept_by = used[keeping[0]][0]
    meanwhile = [is_behind for connection, is_behind in used[keeping[0] : keeping[-1]] if connection == kept_by]
    assert len(meanwhile) > 3
    assert all(meanwhile)
    assert count(hub, "licenses", "unlisted_at is not null") == 0


def test_every_step_tells_how_far_it_is(hub: HubContext, fake: StartFake) -> None:
    one, told = fake("transport"), list[tuple[Step, int]]()
    steps.pull(hub, one.name, "licenses", one.connection, progress=lambda step, done: told.append((step, done)))
    assert told == [("land", 1), ("check", 300), ("merge", 0), ("keys", count(hub, "subjects"))]


def test_the_three_steps_need_only_the_exchange_id_and_may_be_repeated(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    exchange_id = steps.land(hub, one.name, "licenses", one.connection)
    steps.check(hub, exchange_id)
    steps.check(hub, exchange_id)
    counts = steps.merge(hub, exchange_id)
    assert steps.merge(hub, exchange_id) == counts
    steps.check(hub, exchange_id)
    assert counts.merged == count(hub, "licenses") == one.truth().good


def test_a_running_exchange_is_not_disturbed(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    running = steps.begin(hub, one.name, "licenses")
    with pytest.raises(LeaseTaken):
        pull_once(hub, one)
    assert count(hub, "exchanges") == 1
    assert running.state == "landing"


def test_an_exchange_that_died_is_overtaken(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    digest = load_department(one.name, one.folder).digest
    steps.begin(replace(hub, bounds=Bounds(lease=timedelta(seconds=-1))), one.name, "licenses")
    assert pull_once(hub, one).state == "merged"
    assert column(hub, "select state from exchanges order by exchange_id") == ["failed", "merged"]
    assert column(hub, "select distinct mapping_version from exchanges") == [digest]


def test_an_exchange_whose_process_is_gone_is_overtaken_at_once(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    dead = steps.begin(hub, one.name, "licenses", held=Held("elsewhere:1", is_alone=True))
    assert pull_once(hub, one).state == "merged"
    messages = column(hub, f"select error_message from exchanges where exchange_id = {dead.exchange_id}")
    assert "the process elsewhere:1 is gone" in str(messages)


def test_a_living_holder_is_left_alone_until_its_lease_ends(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    with attended(hub.engine, one.name, "licenses") as is_alone:
        assert is_alone
        steps.begin(hub, one.name, "licenses", held=Held("elsewhere:1", is_alone=True))
        with pytest.raises(LeaseTaken, match="elsewhere:1"):
            pull_once(hub, one)
    assert pull_once(hub, one).state == "merged"


def test_an_exchange_between_two_tasks_is_nobodys_and_waits_for_its_lease(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    exchange_id = steps.land(hub, one.name, "licenses", one.connection)
    with pytest.raises(LeaseTaken, match=f"hub exchange end {exchange_id}"):
        pull_once(hub, one)
    fail_exchange(hub.engine, exchange_id, "hub.lease_lost", "ended by hand", hub.clock())
    assert pull_once(hub, one).state == "merged"


def test_an_interrupted_pull_leaves_the_feed_free(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")

    def interrupt(step: Step, _done: int) -> None:
        if step == "check":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.pull(hub, one.name, "licenses", one.connection, progress=interrupt)
    assert column(hub, "select state from exchanges") == ["failed"]
    assert count(hub, "staged_licenses") + count(hub, "quarantined_records") + count(hub, "licenses") == 0
    assert pull_once(hub, one).state == "merged"


def test_a_pull_whose_database_is_gone_says_so(
    hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> None:
        raise OperationalError("select", {}, psycopg.OperationalError("connection refused"))

    monkeypatch.setattr(steps, "summarize", lose)
    one = fake("transport")
    with pytest.raises(DatabaseUnavailable, match=r"transport/licenses: exchange \d+: the database broke off"):
        steps.pull(hub, one.name, "licenses", one.connection)


def test_a_declaration_that_changed_after_landing_is_not_used_on_the_old_pages(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("transport")
    steps.land(hub, one.name, "licenses", one.connection)
    steps_id = int(str(column(hub, "select exchange_id from exchanges")[0]))
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("update exchanges set mapping_version = 'older'")
    with pytest.raises(DeclarationError, match="declaration changed"):
        steps.check(hub, steps_id)
    assert column(hub, "select error_code from exchanges") == ["declaration.wrong"]


def test_an_unknown_feed_is_named_with_those_there_are(hub: HubContext) -> None:
    with pytest.raises(DeclarationError, match="no feed 'permits'; there are licenses"):
        steps.begin(hub, "transport", "permits")


KILLED = """
import sys
import threading
from pathlib import Path
from hub.pulling import task_steps
from hub.context import HubContext, utc_now
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring
hub = HubContext(open_database(sys.argv[1]), Keyring(b"a secret of thirty-two bytes, ok"), utc_now, Path(sys.argv[2]))
task_steps.check(hub, int(sys.argv[3]))
"""


def test_a_task_that_was_killed_while_it_checked_frees_its_feed_at_once(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    one = fake("transport")
    exchange_id = steps.land(hub, one.name, "licenses", one.connection)
    environ = os.environ | {"HUB_CRASH_AT": "mid_check:1", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", KILLED, database_address, str(one.folder), str(exchange_id)]
    done = subprocess.run(command, env=environ, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    again = steps.land(hub, one.name, "licenses", one.connection)
    assert column(hub, f"select error_message like '%is gone%' from exchanges where exchange_id = {exchange_id}") == [
        True
    ]
    task_steps.check(hub, again)
    assert column(hub, f"select holder from exchanges where exchange_id = {again}") == [None]
    task_steps.merge(hub, again)
    assert count(hub, "licenses") == one.truth().good
    assert count(hub, "subjects_to_key") == 0

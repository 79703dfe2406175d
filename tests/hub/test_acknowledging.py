"""A department is told what became of its rows only after the library kept them; whatever dies on the way, no row is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from front_makers import Front, fill_front, front_department
from hub_makers import column, count
from sqlalchemy import text

from connectors.declarations.declaration import load_department
from hub.context import Bounds, HubContext
from hub.progress import Step, no_progress
from hub.pulling import pull as steps
from license_library.exchange.summaries import ExchangeSummary
from schemas.errors import DeclarationError, DepartmentRefused, DepartmentUnreachable

PROJECT = Path(__file__).parents[2]
FLIPPED = "set_byte(body, 20, (get_byte(body, 20) + 1) % 256)"


@pytest.fixture
def front(front_url: str, hub: HubContext, tmp_path: Path) -> Front:
    """Give a filled front table, declared in a folder of its own with pages of forty rows."""
    folder = tmp_path / "work_safety"
    shutil.copytree(front_department().folder, folder)
    file = folder / "department.toml"
    file.write_text(file.read_text("utf-8").replace("size = 500", "size = 40"), "utf-8")
    return fill_front(load_department("work_safety", tmp_path), front_url)


@pytest.fixture
def hub_here(hub: HubContext, front: Front) -> HubContext:
    """Give a hub that reads the front table's own declaration."""
    return replace(hub, connectors_folder=front.department.folder.parent)


def pull(hub: HubContext, front: Front, *, full: bool = False) -> ExchangeSummary:
    return steps.pull(hub, "work_safety", "licenses", front.connection, full=full)


def assert_everything_is_kept_once(hub: HubContext, front: Front) -> None:
    """The library holds every record once, and the table says so of every row."""
    truth = front.truth
    assert count(hub, "licenses") == truth.good
    assert count(hub, "license_versions") == 0
    assert len(set(column(hub, "select record_id from licenses"))) == truth.good
    assert count(hub, "quarantined_records") == truth.bad
    assert front.flags() == {"1": truth.good, "3": truth.bad}


def test_good_rows_and_wrong_rows_are_answered_differently(hub_here: HubContext, front: Front) -> None:
    summary = pull(hub_here, front)
    assert (summary.state, summary.merged, summary.quarantined) == ("merged", front.truth.good, front.truth.bad)
    assert_everything_is_kept_once(hub_here, front)
    answers = {(flag, bool(words), moment is not None) for flag, words, moment in front.rows("GTSYNC", "CWXX", "DQSJ")}
    assert answers == {("1", False, True), ("3", True, True)}


def test_the_answer_names_the_departments_own_column_and_nothing_of_the_record(
    hub_here: HubContext, front: Front
) -> None:
    good = front.good_row("XH", "TYSHXYDM", "QYMC", "YWLSH")
    wrong = good[1][:-1] + ("1" if good[1][-1] != "1" else "2")
    front.change(good[0], TYSHXYDM=wrong)
    pull(hub_here, front)
    words = dict(front.rows("XH", "CWXX"))[good[0]]
    assert "(TYSHXYDM)：" in words
    assert wrong not in words
    assert good[2] not in words


def test_a_second_pull_reads_only_what_was_not_answered(hub_here: HubContext, front: Front) -> None:
    pull(hub_here, front)
    again = pull(hub_here, front)
    assert (again.state, again.received, again.pages) == ("merged", 0, 1)
    everything = pull(hub_here, front, full=True)
    assert (everything.received, everything.merged) == (front.truth.received, 0)
    assert_everything_is_kept_once(hub_here, front)


def test_a_row_that_the_department_mends_is_taken_and_answered_anew(hub_here: HubContext, front: Front) -> None:
    good = front.good_row("XH", "QYMC", "YWLSH")
    front.change(good[0], QYMC=None)
    pull(hub_here, front)
    assert dict(front.rows("XH", "GTSYNC"))[good[0]] == "3"
    front.change(good[0], QYMC=good[1], GTSYNC="0")
    assert pull(hub_here, front).merged == 1
    assert (good[0], "1", None) in front.rows("XH", "GTSYNC", "CWXX")
    assert column(hub_here, f"select state from quarantined_records where record_id = '{good[2]}'") == ["mended"]


def test_the_same_wrong_row_twice_is_answered_twice(hub_here: HubContext, front: Front) -> None:
    good = front.good_row("XH", "QYMC", "YWLSH")
    front.change(good[0], QYMC=None)
    twin = front.repeat(good[0])
    pull(hub_here, front)
    flags = dict(front.rows("XH", "GTSYNC"))
    assert (flags[good[0]], flags[twin]) == ("3", "3")


def test_a_row_that_changes_between_reading_and_answering_is_not_lost(hub_here: HubContext, front: Front) -> None:
    number, name = front.good_row("XH", "QYMC")

    def meddle(step: Step, done: int) -> None:
        if (step, done) == ("acknowledge", 0):
            front.change(number, QYMC=f"{name}（新）", GXSJ=max(moment for (moment,) in front.rows("GXSJ")))

    steps.pull(hub_here, "work_safety", "licenses", front.connection, progress=meddle)
    assert dict(front.rows("XH", "GTSYNC"))[number] is None
    assert pull(hub_here, front).merged == 1
    assert count(hub_here, "licenses", f"holder_name = '{name}（新）'") == 1
    assert dict(front.rows("XH", "GTSYNC"))[number] == "1"


def test_a_deleted_license_is_cancelled_and_its_history_stays(hub_here: HubContext, front: Front) -> None:
    pull(hub_here, front)
    front.tables.delete(2)
    summary = pull(hub_here, front)
    assert (summary.received, summary.merged) == (2, 2)
    found = column(
        hub_here, "select status || ' ' || change_reason from licenses where change_reason like '数据源删除%'"
    )
    assert found == ["cancelled 数据源删除(CD_OPERATION=D)"] * 2
    assert count(hub_here, "license_versions") == 2
    assert front.flags()["1"] == front.truth.good + 2


def test_inserted_changed_and_deleted_in_one_exchange_end_as_deleted(hub_here: HubContext, front: Front) -> None:
    number, record, moment = front.good_row("XH", "YWLSH", "GXSJ")
    front.repeat(number, CD_OPERATION="U", BGYY="变更经营场所", GXSJ=moment + timedelta(seconds=1))
    front.repeat(number, CD_OPERATION="D", GXSJ=moment + timedelta(seconds=2))
    pull(hub_here, front)
    assert column(hub_here, f"select status from licenses where record_id = '{record}'") == ["cancelled"]
    assert count(hub_here, "license_versions") == 2


def test_two_contents_under_one_time_wait_and_the_department_is_told(hub_here: HubContext, front: Front) -> None:
    number, record = front.good_row("XH", "YWLSH")
    twin = front.repeat(number, CD_OPERATION="D")
    pull(hub_here, front)
    flags = dict(front.rows("XH", "GTSYNC"))
    assert (flags[number], flags[twin]) == ("3", "3")
    assert count(hub_here, "licenses", f"record_id = '{record}'") == 0


def test_nothing_is_answered_while_a_batch_is_held(hub_here: HubContext, front: Front) -> None:
    with front.engine.begin() as conn:
        conn.execute(front.table.update().values(QYMC=None))
    assert pull(hub_here, front).state == "held"
    assert front.flags() == {None: front.truth.received}
    exchange_id = int(str(column(hub_here, "select exchange_id from exchanges")[0]))
    assert steps.acknowledge(hub_here, exchange_id, front.connection) is None


def test_an_answer_may_be_given_again_and_after_the_next_exchange(hub_here: HubContext, front: Front) -> None:
    first = pull(hub_here, front)
    pull(hub_here, front, full=True)
    marked = steps.acknowledge(hub_here, first.exchange_id, front.connection)
    assert marked is not None
    assert (marked.read, marked.wrong, marked.left) == (0, 0, front.truth.received)
    assert_everything_is_kept_once(hub_here, front)


def test_an_answer_that_cannot_be_given_leaves_the_records_merged(hub_here: HubContext, front: Front) -> None:
    exchange_id = steps.land(hub_here, "work_safety", "licenses", front.connection)
    steps.check(hub_here, exchange_id)
    steps.merge(hub_here, exchange_id)
    closed = replace(front.connection, port=9)
    with pytest.raises(DepartmentUnreachable):
        steps.acknowledge(hub_here, exchange_id, closed)
    assert count(hub_here, "licenses") == front.truth.good
    assert front.flags() == {None: front.truth.received}
    again = pull(hub_here, front)
    assert (again.merged, again.unchanged) == (0, front.truth.good)
    assert_everything_is_kept_once(hub_here, front)


def test_a_pull_whose_answer_alone_fails_still_tells_what_it_merged(hub_here: HubContext, front: Front) -> None:
    def rename(step: Step, _done: int) -> None:
        if step == "merge":
            front.alter(["rename column {CWXX} to {CWSM}"])

    summary = steps.pull(hub_here, "work_safety", "licenses", front.connection, progress=rename)
    assert (summary.state, summary.merged, summary.error_code) == (
        "merged",
        front.truth.good,
        "department.broke_promise",
    )
    assert "merged, but not acknowledged to the department: work_safety.licenses: " in (summary.error_message or "")
    assert count(hub_here, "licenses") == front.truth.good


def test_a_damaged_page_keeps_no_other_row_from_its_answer(
    hub_here: HubContext, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    def spoil(step: Step, done: int) -> None:
        if (step, done) == ("acknowledge", 0):
            with hub_here.engine.begin() as conn:
                conn.execute(text(f"update landed_pages set body = {FLIPPED} where page_number = 1"))

    summary = steps.pull(hub_here, "work_safety", "licenses", front.connection, progress=spoil)
    assert (summary.state, summary.error_code) == ("merged", "hub.page_damaged")
    assert "page 1 of exchange" in caplog.text
    assert front.flags()[None] == 40
    assert pull(hub_here, front).received == 40
    assert_everything_is_kept_once(hub_here, front)


def test_an_answer_by_another_declaration_is_not_given(hub_here: HubContext, front: Front) -> None:
    exchange_id = steps.land(hub_here, "work_safety", "licenses", front.connection)
    steps.check(hub_here, exchange_id)
    steps.merge(hub_here, exchange_id)
    with hub_here.engine.begin() as conn:
        conn.execute(text("update exchanges set mapping_version = 'older'"))
    with pytest.raises(DeclarationError, match="declaration changed"):
        steps.acknowledge(hub_here, exchange_id, front.connection, no_progress)
    assert front.flags() == {None: front.truth.received}


@pytest.mark.crash
@pytest.mark.parametrize("point", ["front_commit:1", "front_commit:2"])  # the hub's own: test_crash_fronts.py
def test_whatever_dies_while_it_answers_no_row_is_lost_and_none_comes_twice(
    hub_here: HubContext, front: Front, point: str
) -> None:
    database = hub_here.engine.url.render_as_string(hide_password=False)
    folder = str(front.department.folder.parent)
    command = [sys.executable, str(Path(__file__).with_name("crash_pull.py")), database]
    done = subprocess.run(
        [*command, front.tables.connection_value, folder, point], cwd=PROJECT, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    assert_what_is_answered_is_kept(hub_here, front)
    time.sleep(1.1)  # the dead exchange's lease is one second
    summary = pull(replace(hub_here, bounds=Bounds()), front)
    assert summary.state == "merged", summary.error_message
    assert_everything_is_kept_once(hub_here, front)


def assert_what_is_answered_is_kept(hub: HubContext, front: Front) -> None:
    """Whoever was told "read" is in the library, whoever was told "wrong" is in quarantine."""
    kept = set(column(hub, "select record_id from licenses"))
    waiting = set(column(hub, "select record_id from quarantined_records"))
    for flag, record in front.rows("GTSYNC", "YWLSH"):
        assert flag != "1" or record in kept
        assert flag != "3" or record in waiting


def test_an_account_without_the_right_to_answer_is_refused_in_words(hub_here: HubContext, front: Front) -> None:
    stranger = replace(front.connection, login="nobody", password="x")
    with pytest.raises(DepartmentRefused):
        steps.land(hub_here, "work_safety", "licenses", stranger)
    assert column(hub_here, "select error_code from exchanges") == ["department.refused"]

"""A department is told what became of its files only after the library kept them; whatever dies on the way, nothing is lost."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from file_makers import Drop, dropping
from hub_makers import column, count

from connectors.declarations.declaration import load_department
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.wire.connection import parse_connection
from hub.context import Bounds, HubContext, utc_now
from hub.progress import Step
from hub.pulling import pull as steps
from hub.pulling.retaining import retain_pages
from license_library.exchange.summaries import ExchangeSummary
from schemas.errors import DepartmentUnreachable

PROJECT = Path(__file__).parents[2]
PLOT = Plot(scale=120, bad_share=0.1)
NAMES = ["forestry", "health_inspection"]


def declared(name: str, folder: Path, *changes: tuple[str, str]) -> Path:
    """Copy a department whose drop settles at once, with changes to its declaration; return the folder of folders."""
    shutil.copytree(load_department(name).folder, folder / name)
    file = folder / name / "department.toml"
    text = file.read_text("utf-8").replace('settle   = "3s"', 'settle   = "0s"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    return folder


@pytest.fixture(params=NAMES)
def drop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drop]:
    """Give a filled drop behind SFTP, of each department."""
    folder = declared(request.param, tmp_path / "connectors")
    with dropping(load_department(request.param, folder), PLOT, local=False) as made:
        yield made


@pytest.fixture
def forestry(tmp_path: Path) -> Iterator[Drop]:
    """Give the drop that is answered by receipts and an archive, in a folder."""
    folder = declared("forestry", tmp_path / "connectors")
    with dropping(load_department("forestry", folder), PLOT) as made:
        yield made


@pytest.fixture
def hub_here(hub: HubContext, tmp_path: Path) -> HubContext:
    """Give a hub that reads these declarations."""
    return replace(hub, connectors_folder=tmp_path / "connectors")


def pull(hub: HubContext, drop: Drop, *, full: bool = False) -> ExchangeSummary:
    return steps.pull(hub, drop.department.department, "licenses", drop.connection, full=full)


def receipts(drop: Drop) -> list[dict[str, Any]]:
    return [json.loads((drop.folder / "receipt" / name).read_text("utf-8")) for name in drop.names("receipt")]


def assert_everything_is_kept_once(hub: HubContext, drop: Drop) -> None:
    """The library holds every record once, and no file waits."""
    truth = drop.truth
    assert count(hub, "licenses") == truth.good
    assert count(hub, "license_versions") == 0
    assert len(set(column(hub, "select record_id from licenses"))) == truth.good
    assert count(hub, "quarantined_records") == truth.bad
    assert drop.names() == []


def test_files_are_put_away_once_their_records_are_kept(hub_here: HubContext, drop: Drop) -> None:
    lying = drop.names()
    summary = pull(hub_here, drop)
    assert (summary.state, summary.merged, summary.quarantined) == ("merged", drop.truth.good, drop.truth.bad)
    assert_everything_is_kept_once(hub_here, drop)
    files = drop.feed.files
    assert files is not None
    assert drop.names(files.archive) == lying


def test_a_receipt_counts_and_names_the_departments_own_columns(hub_here: HubContext, forestry: Drop) -> None:
    pull(hub_here, forestry)
    told = receipts(forestry)
    assert sum(one["received"] for one in told) == forestry.truth.received
    assert sum(one["rejected"] for one in told) == forestry.truth.bad
    words = " ".join(error["words"] for one in told for error in one["errors"])
    assert "(CZRDM)：" in words
    people = column(hub_here, "select holder_name from licenses")
    assert not any(str(name) in json.dumps(told, ensure_ascii=False) for name in people)


def test_a_receipt_points_at_the_records_that_wait(hub_here: HubContext, forestry: Drop) -> None:
    pull(hub_here, forestry)
    first = min(receipts(forestry), key=lambda one: str(one["file"]))
    bad = {error["record"] for error in first["errors"]}
    positions = column(hub_here, "select position + 1 from quarantined_records where page_number = 1")
    assert bad == set(positions)


def test_a_second_pull_finds_nothing_and_leaves_freshness_where_it_was(hub_here: HubContext, forestry: Drop) -> None:
    pull(hub_here, forestry)
    before = column(hub_here, "select fresh_at from feeds")
    again = pull(hub_here, forestry)
    assert (again.state, again.received, again.pages) == ("merged", 0, 0)
    assert column(hub_here, "select fresh_at from feeds") == before
    forestry.server.set_day(45)
    later = pull(hub_here, forestry)
    assert later.merged > 0
    assert column(hub_here, "select fresh_at from feeds") > before


def test_everything_means_what_was_put_away_too(hub_here: HubContext, drop: Drop) -> None:
    first = pull(hub_here, drop)
    everything = pull(hub_here, drop, full=True)
    assert (everything.received, everything.merged) == (first.received, 0)
    assert_everything_is_kept_once(hub_here, drop)


def test_days_of_files_become_what_the_department_holds(hub_here: HubContext, drop: Drop) -> None:
    pull(hub_here, drop)
    for day in (31, 32, 60):
        drop.server.set_day(day)
        assert pull(hub_here, drop).state == "merged"
    truth = tell_truth(drop.department, replace(PLOT, day=60))
    assert count(hub_here, "licenses") == truth.good
    assert count(hub_here, "quarantined_records", "state = 'open'") == truth.bad
    assert count(hub_here, "license_versions") > 0


def test_an_empty_drop_at_the_beginning_is_no_fault(hub_here: HubContext, forestry: Drop) -> None:
    for name in forestry.names():
        (forestry.folder / name).unlink()
    assert pull(hub_here, forestry).state == "merged"
    assert column(hub_here, "select fresh_at from feeds") == [None]


def test_nothing_is_put_away_while_a_batch_is_held(hub_here: HubContext, forestry: Drop) -> None:
    lying = forestry.names()
    forestry.set_mode("schema_missing")
    assert pull(hub_here, forestry).state == "held"
    assert forestry.names() == lying
    assert receipts(forestry) == []


def test_an_answer_that_is_lost_is_given_again_by_the_next_exchange(hub_here: HubContext, drop: Drop) -> None:
    drop.set_mode("ack_lost")
    exchange_id = steps.land(hub_here, drop.department.department, "licenses", drop.connection)
    steps.check(hub_here, exchange_id)
    steps.merge(hub_here, exchange_id)
    with pytest.raises(DepartmentUnreachable):
        steps.acknowledge(hub_here, exchange_id, drop.connection)
    drop.set_mode("ok")
    again = pull(hub_here, drop)
    assert (again.state, again.received) == ("merged", 0)
    assert_everything_is_kept_once(hub_here, drop)


def test_a_file_that_is_replaced_before_it_is_put_away_is_read_first(hub_here: HubContext, forestry: Drop) -> None:
    name = forestry.names()[-1]
    other = (forestry.folder / forestry.names()[0]).read_bytes()

    def meddle(step: Step, done: int) -> None:
        if (step, done) == ("acknowledge", 0):
            (forestry.folder / name).write_bytes(other)

    steps.pull(hub_here, "forestry", "licenses", forestry.connection, progress=meddle)
    assert forestry.names() == [name]
    again = pull(hub_here, forestry)
    assert again.received > 0
    assert forestry.names() == []
    assert any(one["again"] for one in receipts(forestry))
    assert (forestry.folder / "done" / name).read_bytes() == other


def test_a_name_that_is_taken_in_the_archive_is_not_overwritten(hub_here: HubContext, forestry: Drop) -> None:
    name, other = forestry.names()[-1], (forestry.folder / forestry.names()[0]).read_bytes()
    before = (forestry.folder / name).read_bytes()
    pull(hub_here, forestry)
    (forestry.folder / name).write_bytes(other)
    pull(hub_here, forestry)
    marked = f"{name[:-4]}~{hashlib.sha256(other).hexdigest()[:8]}{name[-4:]}"
    assert (forestry.folder / "done" / name).read_bytes() == before
    assert (forestry.folder / "done" / marked).read_bytes() == other


def test_files_that_are_left_alone_are_still_taken_once(hub: HubContext, tmp_path: Path) -> None:
    folder = declared("health_inspection", tmp_path / "left", ('archive    = "taken"\n', ""))
    here = replace(hub, connectors_folder=folder)
    with dropping(load_department("health_inspection", folder), PLOT) as drop:
        lying = drop.names()
        assert pull(here, drop).received == PLOT.scale
        again = pull(here, drop)
        assert (again.state, again.received, again.pages) == ("merged", 0, 0)
        assert drop.names() == lying
        drop.server.set_day(45)
        assert 0 < pull(here, drop).received < PLOT.scale


def test_a_receipt_of_an_older_declaration_is_not_guessed(hub_here: HubContext, forestry: Drop) -> None:
    exchange_id = steps.land(hub_here, "forestry", "licenses", forestry.connection)
    steps.check(hub_here, exchange_id)
    steps.merge(hub_here, exchange_id)
    file = forestry.department.folder / "department.toml"
    file.write_text(file.read_text("utf-8").replace("林政资源管理科", "林政科"), "utf-8")
    assert pull(hub_here, forestry).state == "merged"
    assert receipts(forestry) == []
    assert forestry.names() == []


def test_a_file_whose_pages_are_past_their_retention_keeps_no_other_from_its_receipt(
    hub: HubContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = declared("forestry", tmp_path / "left", ('archive  = "done"\n', ""))
    here = replace(hub, connectors_folder=folder)
    with dropping(load_department("forestry", folder), replace(PLOT, bad_share=0)) as drop:
        pull(here, drop)
        old = {one["file"] for one in receipts(drop)}
        shutil.rmtree(drop.folder / "receipt")  # the department takes its receipts away, and the files stay
        later = replace(here, clock=lambda: utc_now() + timedelta(days=31))
        assert retain_pages(later, 30)["pages"] > 0
        drop.server.set_day(45)
        summary = pull(here, drop)
        assert (summary.state, summary.error_message) == ("merged", None)
        told = {one["file"] for one in receipts(drop)}
        assert told == set(drop.names()) - old != set()
        assert all(any(name in line and "retention" in line for line in caplog.messages) for name in old)


def test_a_damaged_page_keeps_no_other_file_from_its_receipt(
    hub_here: HubContext, forestry: Drop, caplog: pytest.LogCaptureFixture
) -> None:
    exchange_id = steps.land(hub_here, "forestry", "licenses", forestry.connection)
    steps.check(hub_here, exchange_id)
    steps.merge(hub_here, exchange_id)
    lying = forestry.names()
    damage = "update landed_pages set body = set_byte(body, 20, (get_byte(body, 20) + 1) % 256) where page_number = 1"
    with hub_here.engine.begin() as conn:
        conn.execute(sa.text(damage))
    summary = pull(hub_here, forestry)
    (left,) = forestry.names()
    assert (summary.state, summary.error_code) == ("merged", "hub.page_damaged")
    assert left in summary.why
    assert "is left where it lies" in caplog.text
    assert {one["file"] for one in receipts(forestry)} == set(lying) - {left} != set()
    whole = pull(hub_here, forestry, full=True)
    assert (whole.state, whole.error_code, forestry.names()) == ("merged", None, [])
    assert {one["file"] for one in receipts(forestry)} == set(lying)


POINTS = ["after_landing:1", "after_landing:3", "mid_check:1", "before_merge_commit:1", "before_send:1", "after_mark:1", "after_mark:3", "drop_write:1", "drop_move:1", "drop_move:2"]  # fmt: skip


CRASHES = [(name, point) for name in NAMES for point in POINTS if name == "forestry" or point != "drop_write:1"]


@pytest.mark.crash
@pytest.mark.parametrize(("drop", "point"), CRASHES, indirect=["drop"])
def test_whatever_dies_between_reading_and_putting_away_nothing_is_lost_and_nothing_comes_twice(
    hub_here: HubContext, drop: Drop, point: str
) -> None:
    database = hub_here.engine.url.render_as_string(hide_password=False)
    folder = str(drop.department.folder.parent)
    name = drop.department.department
    command = [sys.executable, str(Path(__file__).with_name("crash_pull.py")), database]
    command += [drop.server.connection_value, folder, point, name]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    time.sleep(1.1)  # the dead exchange's lease is one second
    summary = pull(replace(hub_here, bounds=Bounds()), drop)
    assert summary.state == "merged", summary.error_message
    assert_everything_is_kept_once(hub_here, drop)
    if name == "forestry":
        assert sum(one["rejected"] for one in receipts(drop)) == drop.truth.bad


def test_the_connection_of_another_kind_is_refused_before_anything_is_begun(
    hub_here: HubContext, forestry: Drop
) -> None:
    summary = steps.pull(hub_here, "forestry", "licenses", parse_connection("http://127.0.0.1:9/"))
    assert (summary.state, summary.error_code) == ("failed", "declaration.wrong")
    assert forestry.names() != []


def test_the_marker_of_a_file_that_was_replaced_stays_with_it(hub: HubContext, tmp_path: Path) -> None:
    folder = tmp_path / "connectors"
    shutil.copytree(load_department("health_inspection").folder, folder / "health_inspection")
    known = replace(hub, connectors_folder=folder)
    with dropping(load_department("health_inspection", folder), PLOT) as drop:
        first, *_, last = sorted(path for path in drop.folder.iterdir() if path.suffix == ".csv")
        content, marker = first.read_bytes(), first.with_suffix(".ok").read_bytes()

        def meddle(step: Step, done: int) -> None:
            if (step, done) == ("acknowledge", 1):  # one file is answered: the department corrects another
                last.write_bytes(content)
                last.with_suffix(".ok").write_bytes(marker)

        steps.pull(known, "health_inspection", "licenses", drop.connection, progress=meddle)
        assert {last.name, last.with_suffix(".ok").name} <= {path.name for path in drop.folder.iterdir()}
        assert steps.pull(known, "health_inspection", "licenses", drop.connection).received > 0
        assert not last.exists()

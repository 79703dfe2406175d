"""Deliveries into a file drop: whole files only, each once, whatever is killed or lost; receipts read from files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked, StartFake
from push_makers import StillClock, at, owe, push_once, row_of, states

from connectors.declarations.declaration import Delivery, load_department
from connectors.deliveries.delivering import Courier, Parcel, opened_courier
from connectors.fake.process import start_fake
from connectors.formats.text_stream import LONGEST
from connectors.lint.lint import check_department
from connectors.wire.connection import Connection
from hub.context import HubContext, utc_now

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EACH = [("forestry", "supervision_handoff"), ("health_inspection", "license_alert")]
CASE = {"forestry": "Body/Case/AJBH", "health_inspection": "办件编号", "water": "BJBH", "education": "办件编号"}
OURS = {"license_type": "pubhyg"}


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


def owed_by(hub: HubContext, name: str, kind: str, case: str) -> int:
    """Enqueue a delivery that a department of files can write."""
    return owe(hub, name, kind, case=case, **(OURS if kind == "license_alert" else {}))


def times_done(one: Faked, case: str) -> list[int]:
    """Return how often each delivery of a case was done."""
    return [each["times"] for each in one.process.inbox() if each["values"].get(CASE[one.name]) == case]


def test_an_issued_license_is_told_once_by_a_file_that_nobody_can_be_asked_about(
    hub: HubContext, fake: StartFake, clock: StillClock
) -> None:
    one, owing = fake("education"), at(hub, clock)
    owe(owing, "education", "license_issued", case="FILE-C", license_type="school")
    assert push_once(owing, one).counts == {"done": 1}
    one.process.work()
    assert push_once(owing, one).counts == {}
    assert times_done(one, "FILE-C") == [1]


@pytest.mark.parametrize(("name", "kind"), [*EACH, ("water", "accepted_application")])
def test_a_file_arrives_whole_and_its_receipt_is_read_back(
    hub: HubContext, fake: StartFake, clock: StillClock, name: str, kind: str
) -> None:
    one, owing = fake(name), at(hub, clock)
    owed = owed_by(owing, name, kind, "FILE-1")
    assert push_once(owing, one).counts == {"acknowledged": 1}
    one.process.work()
    clock.pass_by(hours=2)
    assert push_once(owing, one).counts == {"done": 1}
    (told,) = [each["values"] for each in one.process.inbox() if each["values"].get(CASE[name]) == "FILE-1"]
    assert row_of(owing, owed)["delivery_key"] in told.values()
    assert {"平度市示例运输有限公司", "公共场所"} & set(told.values())


@pytest.mark.parametrize(("name", "kind"), EACH)
@pytest.mark.parametrize("mode", ["ack_lost", "hang_forever"])
def test_a_file_whose_word_was_lost_is_there_once(
    hub: HubContext, fake: StartFake, clock: StillClock, name: str, kind: str, mode: str
) -> None:
    one, owing, case = fake(name), at(hub, clock), f"FILE-{mode}"
    owed_by(owing, name, kind, case)
    one.process.set_mode(mode)
    push_once(owing, one)
    assert states(owing) == ["waiting"]
    one.process.set_mode("ok")
    clock.pass_by(minutes=5)
    push_once(owing, one)
    assert states(owing) == ["acknowledged"]
    assert times_done(one, case) == [1]


JSON = """[deliveries.decision]
class = "C"
file = { name = "{case_number}-{sequence}.json", sample = "notice.json", format = "json", done = "{name}.ok" }
fields = { "head/key" = "delivery_key", "case/number" = "case_number", \
"case/outcome" = { from = "outcome", codes = { granted = "1" } } }
"""
KILLED = """
import os, signal, sys
from connectors.drops.local_folder import LocalFolder
from connectors.drops.sftp_folder import SftpFolder
moved = {folder: folder.move for folder in (LocalFolder, SftpFolder)}
def die(self, path, target):
    if sys.argv[1] == "after":
        moved[type(self)](self, path, target)
    os.kill(os.getpid(), signal.SIGKILL)
LocalFolder.move = SftpFolder.move = die
from crash_push import main
main(*sys.argv[2:])
"""


@pytest.mark.parametrize(("name", "kind"), EACH)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_writing_and_renaming_no_half_file_is_seen_and_none_comes_twice(
    hub: HubContext, fake: StartFake, database_address: str, name: str, kind: str, moment: str
) -> None:
    one, case = fake(name), f"KILL-{moment}"
    owed_by(hub, name, kind, case)
    arguments = [moment, database_address, one.process.connection_value, str(one.folder), name]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([os.getcwd(), str(Path(__file__).parent)])}
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], env=environ, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    clock = StillClock(utc_now() + timedelta(hours=1))
    # Of a file without its marker nothing may be made; one under its hidden name may not even be seen.
    assert times_done(one, case) == ([1] if (moment, name) == ("after", "forestry") else [])
    push_once(at(hub, clock), one)
    assert states(hub) == ["acknowledged"]
    assert times_done(one, case) == [1]


def test_one_of_class_c_that_may_have_arrived_waits_for_a_person(
    hub: HubContext, tmp_path: Path, clock: StillClock
) -> None:
    folder = tmp_path / "connectors"
    shutil.copytree(load_department("forestry").folder, folder / "forestry")
    file = folder / "forestry" / "department.toml"
    text = file.read_text("utf-8").replace('class    = "A"', 'class    = "C"')
    file.write_text(text.replace("deadline_seconds = 30", "deadline_seconds = 3"), "utf-8")
    with start_fake("forestry", PLOT, connectors=folder) as process:
        one = Faked(load_department("forestry", folder), process, folder)
        owing = replace(at(hub, clock), connectors_folder=folder)
        owed_by(owing, one.name, "supervision_handoff", "C-1")
        process.set_mode("permission_denied")  # nothing was renamed: it is certainly not there
        push_once(owing, one)
        assert states(owing) == ["waiting"]
        process.set_mode("ack_lost")
        clock.pass_by(minutes=5)
        push_once(owing, one)
        assert states(owing) == ["to_verify"]
        assert times_done(one, "C-1") == [1]


def forestry_parcel(**values: str) -> Parcel:
    """Return a hand-off as forestry is told of it."""
    told = {"item_code": "PD-Z-005", "item_name": "使用林地审批", "applicant_name": "平度市示例公司", **values}
    told |= {"applicant_code": "91370283MA3C0EXA38", "applicant_code_type": "001", "outcome": "granted"}
    return Parcel("supervision_handoff", "k" * 32, "A/../1", 1, told | {"decided_on": "2026-03-06"})


@contextmanager
def courier_to(folder: Path) -> Iterator[tuple[Courier, Delivery]]:
    """Open a courier to forestry's drop in a folder."""
    declared = load_department("forestry")
    delivery = declared.deliveries["supervision_handoff"]
    (folder / "spjd").mkdir(parents=True, exist_ok=True)
    with opened_courier(declared, Connection("file", "", None, str(folder), "", "", {})) as courier:
        yield courier, delivery


def test_what_the_department_took_is_found_with_it_and_what_lacks_its_marker_is_not_there_yet(tmp_path: Path) -> None:
    declared = load_department("health_inspection")
    delivery, drop = declared.deliveries["license_alert"], tmp_path / "zztx"
    (drop / "taken").mkdir(parents=True)
    told = {"license_type": "pubhyg", "license_number": "1", "status": "revoked", "changed_on": "2026-03-06"}
    parcel = Parcel("license_alert", "k" * 32, "1", 1, told)
    with opened_courier(declared, Connection("file", "", None, str(tmp_path), "", "", {})) as courier:
        assert courier.ask(delivery, parcel).state == "missing"
        assert courier.deliver(delivery, parcel).state == "accepted"
        assert courier.ask(delivery, parcel).state == "accepted"
        (drop / f"zztx_{'k' * 32}.ok").unlink()
        assert courier.ask(delivery, parcel).state == "missing"
        (drop / f"zztx_{'k' * 32}.csv").rename(drop / "taken" / f"zztx_{'k' * 32}.csv")
        assert courier.ask(delivery, parcel).state == "accepted"
        (drop / "back").mkdir()
        back = drop / "back" / f"zztx_{'k' * 32}_hz.csv"
        for half in ("处理结果,说明\r\n已收", "处理结果,说明\r\n已收,成功", "处理结果,说明\r\n"):
            back.write_bytes(half.encode("gb18030"))
            assert courier.poll(delivery, parcel).state == "pending"
        back.write_bytes("处理结果,说明\r\n已收,成功\r\n".encode("gb18030"))
        assert courier.poll(delivery, parcel).state == "done"


@pytest.mark.parametrize("cell", ["功" * (LONGEST + 1), "成\r功"])
def test_a_receipt_that_is_no_csv_is_none_yet_and_names_nobody(tmp_path: Path, cell: str) -> None:
    declared = load_department("health_inspection")
    (tmp_path / "zztx" / "back").mkdir(parents=True)
    back = tmp_path / "zztx" / "back" / f"zztx_{'k' * 32}_hz.csv"
    back.write_bytes(f"处理结果,说明\n已收,{cell}\n".encode("gb18030"))
    with opened_courier(declared, Connection("file", "", None, str(tmp_path), "", "", {})) as courier:
        told = courier.poll(declared.deliveries["license_alert"], Parcel("license_alert", "k" * 32, "1", 1, {}))
    assert (told.state, told.code, "功" in told.words) == ("pending", "department.broke_promise", False)


def test_a_name_that_is_taken_is_never_written_over(tmp_path: Path) -> None:
    with courier_to(tmp_path) as (courier, delivery):
        (tmp_path / "spjd" / f"SPJD_{'k' * 32}.xml").write_text("another's")
        told = courier.deliver(delivery, forestry_parcel())
        assert (told.state, told.words.partition(": ")[2]) == (
            "refused",
            "another file lies under its name; nothing was written over it",
        )
        assert [one.read_text() for one in (tmp_path / "spjd").iterdir()] == ["another's"]


def test_the_same_file_again_is_the_same_delivery(tmp_path: Path) -> None:
    with courier_to(tmp_path) as (courier, delivery):
        assert [courier.deliver(delivery, forestry_parcel()).state for _ in range(2)] == ["accepted", "accepted"]
        (written,) = (tmp_path / "spjd").iterdir()
        assert "<AJBH>A/../1</AJBH>" in written.read_bytes().decode("gbk")


def test_a_sign_outside_gbk_becomes_a_reference_and_none_that_xml_cannot_hold_is_written(tmp_path: Path) -> None:
    with courier_to(tmp_path) as (courier, delivery):
        assert courier.deliver(delivery, forestry_parcel(matters="𠮷林 & <山>")).state == "accepted"
        (written,) = (tmp_path / "spjd").iterdir()
        assert "&#134071;林 &amp; &lt;山&gt;".encode("gbk") in written.read_bytes()
        written.unlink()
        told = courier.deliver(delivery, forestry_parcel(matters="a\x01b"))
        assert (told.state, list((tmp_path / "spjd").iterdir())) == ("refused", [])


def test_without_its_folder_nothing_is_put_anywhere(tmp_path: Path) -> None:
    with courier_to(tmp_path) as (courier, delivery):
        (tmp_path / "spjd").rmdir()
        told = courier.deliver(delivery, forestry_parcel())
        assert told.state == "again"
        assert "the drop has no folder spjd" in told.words
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("body", [b"", b"<HZ><Result><Code>1</Code>", b"<HZ><Other/></HZ>", b"\xff\xfe<HZ"])
def test_half_a_receipt_is_none_yet(tmp_path: Path, body: bytes) -> None:
    with courier_to(tmp_path) as (courier, delivery):
        back = tmp_path / "spjd_receipt"
        back.mkdir()
        parcel = forestry_parcel()
        assert courier.poll(delivery, parcel).state == "pending"
        (back / f"SPJD_{'k' * 32}.xml").write_bytes(body)
        assert courier.poll(delivery, parcel).state == "pending"
        (back / f"SPJD_{'k' * 32}.xml").write_text("<HZ><Result><Code>0</Code><Message>退回</Message></Result></HZ>")
        told = courier.poll(delivery, parcel)
        assert (told.state, told.words) == ("refused", "'退回'")


def test_a_file_may_be_json(tmp_path: Path) -> None:
    folder = tmp_path / "connectors"
    shutil.copytree(load_department("forestry").folder, folder / "forestry")
    contract = folder / "forestry" / "contract"
    (contract / "notice.json").write_text('{"head": {"key": "1"}, "case": {"number": "2", "outcome": "3"}}', "utf-8")
    with (contract / "SHA256SUMS").open("a") as sums:
        sums.write(f"{hashlib.sha256((contract / 'notice.json').read_bytes()).hexdigest()}  notice.json\n")
    head, _, _ = (folder / "forestry" / "department.toml").read_text("utf-8").partition("[deliveries.")
    (folder / "forestry" / "department.toml").write_text(head + JSON, "utf-8")
    (tmp_path / "drop").mkdir()
    declared = load_department("forestry", folder)
    assert not [one for one in check_department("forestry", folder) if one.severity == "error"]
    connection = Connection("file", "", None, str(tmp_path / "drop"), "", "", {})
    with opened_courier(declared, connection) as courier:
        assert courier.deliver(declared.deliveries["decision"], forestry_parcel()).state == "refused"
        parcel = replace(forestry_parcel(), case_number="案-1𠮷")
        assert courier.deliver(declared.deliveries["decision"], parcel).state == "accepted"
    assert sorted(one.name for one in (tmp_path / "drop").iterdir()) == ["案-1𠮷-1.json", "案-1𠮷-1.json.ok"]
    told = json.loads((tmp_path / "drop" / "案-1𠮷-1.json").read_bytes().decode("gbk"))
    assert told == {"head": {"key": "k" * 32}, "case": {"number": "案-1𠮷", "outcome": "1"}}

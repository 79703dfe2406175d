"""What is owed reaches the department: once for classes A and B, at most once for class C, in order, within bounds."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hub_makers import PLOT, Faked
from push_departments import make_departments
from push_makers import NO_CHANCE, StillClock, at, owe, push_once, row_of, states
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fakes
from hub.context import HubContext
from hub.pushing.outbox_verdicts import postponed
from hub.pushing.push import push
from hub.registration import register
from license_library.asking.refusals import NotDecidable
from license_library.deliveries.outbox import decide_delivery
from license_library.deliveries.outbox_claims import Claim
from schemas.errors import DeclarationError, NotFound, RequestError

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DONE_AND_DOUBTFUL = [
    "500_after_commit",
    "ack_lost",
    "hang_forever",
    "close_without_length",
    "half_json",
    "reset_midway",
]
NOT_DONE = ["timeout_connect", "503", "rate_limited_429"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a department of each class."""
    made = tmp_path_factory.mktemp("classes")
    make_departments(made)
    return made


@pytest.fixture(scope="module")
def fakes(folder: Path) -> Iterator[dict[str, Faked]]:
    """Start the three in one process."""
    names = ["class_a", "class_b", "class_c"]
    with ExitStack() as stack:
        started = stack.enter_context(start_fakes(names, PLOT, connectors=folder))
        yield {name[-1].upper(): Faked(load_department(name, folder), started[name], folder) for name in names}


@pytest.fixture(autouse=True)
def well_behaved(fakes: dict[str, Faked]) -> Iterator[None]:
    """Let every department behave again after a test."""
    yield
    for one in fakes.values():
        one.process.set_mode("ok")


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still on a Monday morning."""
    return StillClock(NOW)


@pytest.fixture
def owing(hub: HubContext, folder: Path, clock: StillClock) -> HubContext:
    """Give a hub that knows the three departments."""
    return at(replace(hub, connectors_folder=folder), clock)


def taken(one: Faked, hub: HubContext) -> Counter[str]:
    """Count how often the department did each delivery that this hub owes it."""
    with hub.engine.connect() as conn:
        cases = set(conn.exec_driver_sql("select case_number || ' ' || sequence from deliveries").scalars())
    found: Counter[str] = Counter()
    for each in one.process.inbox():
        name = f"{each['values']['ajbh']} {each['values']['xh']}"
        found[name] += each["times"] if name in cases else 0
    return +found


@pytest.mark.parametrize("letter", "ABC")
def test_a_delivery_arrives_and_its_receipt_is_asked_for_until_it_is_done(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock, letter: str
) -> None:
    one = fakes[letter]
    owed = owe(owing, one.name, applicant_name="平度市海东货运有限公司")
    assert push_once(owing, one).counts == {"acknowledged": 1}
    assert push_once(owing, one).counts == {}
    for _ in range(2):
        clock.pass_by(minutes=11)
        last = push_once(owing, one)
    assert last.counts == {"done": 1}
    row = row_of(owing, owed)
    assert (row["state"], row["tries"], row["finished_at"]) == ("done", 1, clock.now)
    assert str(row["number"]).startswith("DEC")
    assert list(taken(one, owing).values()) == [1]


@pytest.mark.parametrize("letter", "AB")
@pytest.mark.parametrize("mode", [*DONE_AND_DOUBTFUL, "500_before", *NOT_DONE, "applies_twice"])
def test_whatever_goes_wrong_a_delivery_of_class_a_or_b_is_done_once(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock, letter: str, mode: str
) -> None:
    one = fakes[letter]
    owed = owe(owing, one.name)
    one.process.set_mode(mode)
    push_once(owing, one)
    if mode != "applies_twice":
        assert row_of(owing, owed)["state"] == "waiting"
        assert row_of(owing, owed)["is_doubtful"] is (mode not in NOT_DONE)
    one.process.set_mode("ok")
    clock.pass_by(minutes=2)
    push_once(owing, one)
    assert row_of(owing, owed)["state"] == "acknowledged"
    # What a department of class B does twice by itself after one request, no sender can prevent.
    expected = 2 if (mode, letter) == ("applies_twice", "B") else 1
    assert list(taken(one, owing).values()) == [expected]


def test_class_b_is_asked_before_it_is_sent_again(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock
) -> None:
    one = fakes["B"]
    owed = owe(owing, one.name)
    one.process.set_mode("ack_lost")
    push_once(owing, one)
    clock.pass_by(minutes=2)
    push_once(owing, one)  # asked, and the answer is lost as well
    assert (row_of(owing, owed)["state"], row_of(owing, owed)["tries"]) == ("waiting", 1)
    one.process.set_mode("ok")
    clock.pass_by(minutes=2)
    push_once(owing, one)
    assert (row_of(owing, owed)["state"], row_of(owing, owed)["tries"]) == ("acknowledged", 1)


@pytest.mark.parametrize("mode", [*DONE_AND_DOUBTFUL, "500_before"])
def test_class_c_is_never_sent_again_by_itself(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock, mode: str
) -> None:
    one = fakes["C"]
    owed = owe(owing, one.name)
    one.process.set_mode(mode)
    assert push_once(owing, one).counts == {"to_verify": 1}
    one.process.set_mode("ok")
    for _ in range(3):
        clock.pass_by(days=1)
        assert push_once(owing, one).counts == {}
    assert states(owing) == ["to_verify"]
    assert row_of(owing, owed)["reason_code"]
    assert "nothing was received" not in str(row_of(owing, owed)["answer"])  # for it may have been, by the department
    assert sum(taken(one, owing).values()) == (mode != "500_before")


@pytest.mark.parametrize("mode", NOT_DONE)
def test_class_c_is_sent_again_where_it_certainly_did_not_arrive(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock, mode: str
) -> None:
    one = fakes["C"]
    owe(owing, one.name)
    one.process.set_mode(mode)
    push_once(owing, one)
    one.process.set_mode("ok")
    clock.pass_by(minutes=2)
    push_once(owing, one)
    assert states(owing) == ["acknowledged"]
    assert list(taken(one, owing).values()) == [1]


@pytest.mark.parametrize(("choice", "state", "times"), [("arrived", "done", 1), ("resend", "acknowledged", 2)])
def test_a_person_ends_the_doubt_either_way(
    owing: HubContext, fakes: dict[str, Faked], choice: str, state: str, times: int
) -> None:
    one = fakes["C"]
    owed = owe(owing, one.name)
    one.process.set_mode("ack_lost")
    push_once(owing, one)
    one.process.set_mode("ok")
    with owing.engine.begin() as conn:
        decide_delivery(conn, owed, choice, "张工", owing.clock())  # type: ignore[arg-type]
    push_once(owing, one)
    row = row_of(owing, owed)
    assert (row["state"], row["verified_by"], row["decision"]) == (state, "张工", choice)
    assert sum(taken(one, owing).values()) == times


def test_what_is_not_in_doubt_cannot_be_decided(owing: HubContext, fakes: dict[str, Faked]) -> None:
    owed = owe(owing, fakes["A"].name)
    with owing.engine.begin() as conn:
        with pytest.raises(NotDecidable, match="is waiting; arrived needs to_verify"):
            decide_delivery(conn, owed, "arrived", "张工", NOW)
        with pytest.raises(NotFound):
            decide_delivery(conn, owed + 1, "arrived", "张工", NOW)
        with pytest.raises(RequestError, match="nobody decides"):
            decide_delivery(conn, owed, "cancel", "  ", NOW)
        decide_delivery(conn, owed, "cancel", "张工", NOW)
    assert states(owing) == ["cancelled"]


def test_a_delivery_that_may_have_arrived_cannot_be_cancelled_unseen(
    owing: HubContext, fakes: dict[str, Faked]
) -> None:
    one = fakes["A"]
    owed = owe(owing, one.name)
    one.process.set_mode("ack_lost")
    push_once(owing, one)
    with owing.engine.begin() as conn, pytest.raises(NotDecidable, match="no doubt"):
        decide_delivery(conn, owed, "cancel", "张工", NOW)


def test_a_refused_delivery_holds_its_case_and_no_other(owing: HubContext, fakes: dict[str, Faked]) -> None:
    one = fakes["A"]
    first = owe(owing, one.name, case="370283-K")
    owe(owing, one.name, case="370283-K", outcome="withdrawn")
    owe(owing, one.name)
    with owing.engine.begin() as conn:
        conn.exec_driver_sql("update deliveries set state = 'refused' where delivery_id = %s", (first,))
    push_once(owing, one)
    assert states(owing) == ["refused", "waiting", "acknowledged"]
    with owing.engine.begin() as conn:
        decide_delivery(conn, first, "resend", "张工", owing.clock())
    push_once(owing, one)
    assert states(owing) == ["acknowledged", "acknowledged", "acknowledged"]
    mine = [each["values"]["jdjg"] for each in one.process.inbox() if each["values"]["ajbh"] == "370283-K"]
    assert mine == ["1", "3"]


def test_three_failures_in_a_row_leave_the_department_alone_and_then_one_tries(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock
) -> None:
    one = fakes["A"]
    for _ in range(6):
        owe(owing, one.name)
    one.process.set_mode("503")
    first = push_once(owing, one)
    assert first.counts == {"waiting": 3}
    assert first.paused_until == clock.now + timedelta(minutes=1)
    assert not first.is_good
    clock.pass_by(seconds=59)
    assert push_once(owing, one).counts == {}
    clock.pass_by(seconds=2)
    assert push_once(owing, one).counts == {"waiting": 1}  # one tries, and is turned away
    one.process.set_mode("ok")
    clock.pass_by(seconds=61)
    assert push_once(owing, one).counts == {"acknowledged": 6}


def test_tries_are_bounded_in_number_and_age_and_spread_ever_wider(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock
) -> None:
    one = fakes["C"]
    owed = owe(owing, one.name)
    one.process.set_mode("503")
    pauses = []
    for _ in range(60):
        push_once(owing, one)
        row = row_of(owing, owed)
        if row["state"] != "waiting":
            break
        pauses.append((row["next_try_at"] - clock.now).total_seconds())  # type: ignore[operator]
        clock.now = row["next_try_at"]  # type: ignore[assignment]
    assert pauses[:5] == [5, 10, 20, 40, 80]
    assert max(pauses) == 3600
    assert (row["state"], row["reason_code"], row["tries"]) == ("refused", "delivery.given_up", 20)


def test_a_retry_after_is_honoured(owing: HubContext, fakes: dict[str, Faked], clock: StillClock) -> None:
    one = fakes["A"]
    owed = owe(owing, one.name)
    one.process.set_mode(
        "rate_limited_429"
    )  # says two seconds, less than our own pause after many tries, more than none
    with owing.engine.begin() as conn:
        conn.exec_driver_sql("update deliveries set tries = 0")
    push(owing, one.name, one.connection, bounds=replace(NO_CHANCE, chance=lambda: -0.9))
    assert row_of(owing, owed)["next_try_at"] == clock.now + timedelta(seconds=2)


def test_two_pushers_at_once_bring_each_delivery_once_and_in_order(owing: HubContext, fakes: dict[str, Faked]) -> None:
    one = fakes["C"]
    for number in range(12):
        for _ in range(2):
            owe(owing, one.name, case=f"370283-T{number}")
    threads = [threading.Thread(target=push_once, args=(owing, one)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(states(owing)) == {"acknowledged"}
    assert set(taken(one, owing).values()) == {1}
    arrived = [each["values"] for each in one.process.inbox() if each["values"]["ajbh"].startswith("370283-T")]
    for number in range(12):
        assert [v["xh"] for v in arrived if v["ajbh"] == f"370283-T{number}"] == ["1", "2"]


def test_during_maintenance_nothing_leaves_and_the_notice_is_told(hub: HubContext, fake: object) -> None:
    one = fake("transport")  # type: ignore[operator]
    sunday_night = StillClock(datetime(2026, 3, 1, 15, 30, tzinfo=UTC))
    closed = at(hub, sunday_night)
    owed = owe(closed, "transport")
    told = push_once(closed, one)
    assert (told.counts, len(told.notices)) == ({}, 1)
    assert "运政系统" in told.notices[0]
    shown = row_of(closed, owed)
    assert (shown["state"], shown["reason_code"], shown["tries"]) == ("waiting", "delivery.maintenance", 0)
    assert shown["next_try_at"] == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # when the window ends
    sunday_night.pass_by(hours=2)
    assert push_once(closed, one).counts == {"acknowledged": 1}


def test_a_window_that_is_no_longer_declared_holds_nothing_back_and_a_doubt_keeps_its_reason(
    hub: HubContext, fake: object, tmp_path: Path
) -> None:
    one = fake("transport")  # type: ignore[operator]
    closed = at(hub, StillClock(datetime(2026, 3, 1, 15, 30, tzinfo=UTC)))
    plain, doubtful = (owe(closed, "transport") for _ in range(2))
    with hub.engine.begin() as conn:
        conn.exec_driver_sql(
            "update deliveries set is_doubtful = true, reason_code = 'department.timeout' where delivery_id = %s",
            (doubtful,),
        )
    push_once(closed, one)
    assert row_of(closed, doubtful)["reason_code"] == "department.timeout"
    assert row_of(closed, plain)["next_try_at"] == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    shorter, dropped = (
        replace(closed, connectors_folder=edited(tmp_path / name, new))
        for name, new in (("shorter", 'to = "00:00"'), ("dropped", 'to = "23:10"'))
    )
    assert push_once(shorter, one).counts == {}
    assert row_of(closed, plain)["next_try_at"] == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert push_once(dropped, one).counts == {"acknowledged": 2}


def edited(folder: Path, end: str) -> Path:
    """Return a folder of connectors in which the transport department's maintenance ends otherwise."""
    shutil.copytree(load_department("transport").folder, folder / "transport")
    file = folder / "transport" / "department.toml"
    file.write_text(file.read_text("utf-8").replace('to = "01:00"', end), "utf-8")
    return folder


def test_what_is_claimed_when_a_window_begins_waits_and_keeps_the_reason_of_its_doubt() -> None:
    claim = Claim(
        1, 1, "decision", "k", "c", 1, {}, is_doubtful=True, tries=1, owed_at=NOW, acknowledged_at=None, number="",
        reason_code="department.timeout",
    )  # fmt: skip
    assert postponed(claim, NOW).reason_code == "department.timeout"
    assert postponed(replace(claim, is_doubtful=False), NOW).reason_code == "delivery.maintenance"


@pytest.mark.parametrize("is_changed", [False, True])
def test_deliveries_leave_while_records_of_their_department_are_merged(
    owing: HubContext, fakes: dict[str, Faked], clock: StillClock, is_changed: bool
) -> None:
    one = fakes["A"]
    owe(owing, one.name)
    register(owing, one.department)
    if is_changed:
        with owing.engine.begin() as conn:
            conn.exec_driver_sql("update departments set declaration_digest = 'of yesterday', name = 'of yesterday'")
            conn.exec_driver_sql("update feeds set mapping_digest = 'of yesterday'")
    event.listen(owing.engine, "begin", impatient)
    with owing.engine.connect() as merging:
        merging.exec_driver_sql("select from feeds for no key update")
        assert push_once(owing, one).counts == {"acknowledged": 1}
    noted = "select name, (select min(mapping_digest) from feeds) <> 'of yesterday' from departments"
    with owing.engine.connect() as conn:
        held = conn.exec_driver_sql(noted).one()
    push_once(owing, one)
    with owing.engine.connect() as conn:
        free = conn.exec_driver_sql(noted).one()
    assert (tuple(held) == tuple(free)) is not is_changed
    assert tuple(free) == (one.department.name, True)


def impatient(conn: Connection) -> None:
    """Let a statement fail that waits for another transaction, in place of waiting with it."""
    conn.exec_driver_sql("set local lock_timeout = '100ms'")


def test_a_declaration_that_is_noted_already_waits_for_no_merge(owing: HubContext, fakes: dict[str, Faked]) -> None:
    one = fakes["B"]
    register(owing, one.department)
    event.listen(owing.engine, "begin", impatient)
    with owing.engine.connect() as merging:
        merging.exec_driver_sql("select from feeds for no key update")
        register(owing, one.department)
        changed = msgspec.structs.replace(one.department, name="改名后的局", digest="of tomorrow")
        with pytest.raises(OperationalError, match="lock timeout"):
            register(owing, changed)
    with owing.engine.begin() as conn:  # as an older hub computed it of the same declaration
        conn.exec_driver_sql("update departments set declaration_digest = 'of tomorrow', name = '改名后的局'")
        conn.exec_driver_sql("update feeds set mapping_digest = 'of an older hub'")
    register(owing, changed)
    with owing.engine.connect() as conn:
        assert (
            conn.exec_driver_sql("select count(*) from feeds where mapping_digest = 'of an older hub'").scalar_one()
            == 0
        )


def test_the_same_key_is_the_same_delivery(owing: HubContext, fakes: dict[str, Faked]) -> None:
    name = fakes["A"].name
    first = owe(owing, name, case="370283-S", delivery_key="decision-370283-S")
    assert owe(owing, name, case="370283-S", delivery_key="decision-370283-S") == first
    with pytest.raises(RequestError, match="belongs to delivery"):
        owe(owing, name, case="370283-Z", delivery_key="decision-370283-S")
    assert states(owing) == ["waiting"]


def test_what_the_declaration_cannot_write_is_refused_at_once(owing: HubContext, fakes: dict[str, Faked]) -> None:
    with pytest.raises(DeclarationError, match="declares no delivery 'license_alert'; there are decision"):
        owe(owing, fakes["A"].name, "license_alert")
    assert states(owing) == []


def test_a_payload_is_only_kept_encrypted(owing: HubContext, fakes: dict[str, Faked]) -> None:
    owed = owe(owing, fakes["A"].name, applicant_name="平度市秘密有限公司" * 30)  # long, as names may be
    kept = " ".join(str(value) for value in row_of(owing, owed).values()).encode()
    assert "秘密".encode() not in kept
    assert "秘密".encode() not in bytes(row_of(owing, owed)["payload"])  # type: ignore[arg-type]

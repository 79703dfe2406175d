"""What waits is mended: checked again, edited, waived, discarded, singly and in batches; never by a side door."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hub_makers import Faked, StartFake, column, count, expect_more, pull_once
from sqlalchemy import text

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, today
from hub.pulling.replay import replay
from hub.stewarding.mend_pass import mend_all
from hub.stewarding.mending import BatchTaken, mend_due, run_batch, run_waiting
from license_library.asking.refusals import NotDecidable
from license_library.catalogue.calendar import add_plain_year, seed_calendar
from license_library.licenses.dossier import get_license
from license_library.merge.attendance import attended
from license_library.quarantine.case_batches import BatchChange, BatchOrder, Chosen, change_batch, create_batch
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from license_library.quarantine.case_history import list_events
from license_library.quarantine.quarantine_list import get_quarantine_case
from license_library.quarantine.replaying import rekey_cases
from schemas.catalogue.workdays import announced_days
from schemas.errors import RequestError

SOME = Plot(scale=60, bad_share=0.2, day=0)
FEED = "licenses"
Change = Callable[[str, str], HubContext]


@pytest.fixture
def pulled(hub: HubContext, fake: StartFake) -> Faked:
    """Give a department of which some records wait in quarantine."""
    one = fake("transport", SOME)
    pull_once(hub, one)
    return one


@pytest.fixture
def redeclared(hub: HubContext, connectors_folder: Path, tmp_path: Path) -> Change:
    """Give a function that changes what the department's declaration says, and a hub that reads it."""
    shutil.copytree(connectors_folder / "transport", tmp_path / "transport")
    file = tmp_path / "transport" / "department.toml"

    def change(found: str, put: str) -> HubContext:
        changed, times = re.subn(found, put, file.read_text("utf-8"))
        assert times == 1
        file.write_text(changed, "utf-8")
        return replace(hub, connectors_folder=tmp_path)

    return change


def decide(hub: HubContext, case: int, action: Any, **facts: Any) -> None:
    with hub.engine.begin() as conn:
        decision = CaseDecision(action, "张工", **facts)
        decide_case(conn, hub.keyring, case, decision, today(hub), hub.clock())


def case_with(hub: HubContext, *codes: str) -> int:
    """Return an open case that suffers from exactly these problems."""
    found = column(
        hub, f"select quarantine_id from quarantined_records where state = 'open' and codes = array{list(codes)!r}"
    )
    return int(str(found[0]))


def state_of(hub: HubContext, case: int) -> object:
    return column(hub, f"select state from quarantined_records where quarantine_id = {case}")[0]


def deeds_of(hub: HubContext, case: int) -> list[str]:
    with hub.engine.connect() as conn:
        return [event.action for event in list_events(conn, case)]


def source_of(hub: HubContext, case: int, *, reveal: bool = True) -> dict[str, str | None]:
    with hub.engine.connect() as conn:
        detail = get_quarantine_case(conn, hub.keyring, case, hub.clock(), reveal=reveal)
    return {one.name: one.value for one in detail.source}


def digest(hub: HubContext) -> str:
    """Digest library and quarantine, without times and tries."""
    with hub.engine.connect() as conn:
        kept = conn.execute(text("select record_id, digest, version_count from licenses order by record_id")).all()
        kept += conn.execute(text("select license_id, version_count, digest from license_versions order by 1, 2")).all()
        waits = (
            "select digest, codes, state, exchange_id, page_number, position from quarantined_records order by digest"
        )
        kept += conn.execute(text(waits)).all()
    return sha256(repr(kept).encode()).hexdigest()


def test_replaying_the_whole_quarantine_three_times_changes_nothing_and_adds_up(hub: HubContext, pulled: Faked) -> None:
    waiting = [int(str(one)) for one in column(hub, "select quarantine_id from quarantined_records")]
    before = digest(hub)
    for _ in range(3):
        summary = replay(hub, "transport", FEED, waiting)
        assert summary is not None
        assert (summary.state, summary.received, summary.quarantined) == ("merged", len(waiting), len(waiting))
        assert digest(hub) == before
    assert column(hub, "select distinct tries from quarantined_records") == [4]
    assert column(hub, "select cursor_at from feeds") == column(hub, "select max(cursor_at) from exchanges")


def test_an_edited_record_goes_the_way_of_all_and_its_original_is_kept(hub: HubContext, pulled: Faked) -> None:
    case = case_with(hub, "record.unknown_code")
    said = source_of(hub, case)
    with hub.engine.connect() as conn:
        problem = get_quarantine_case(conn, hub.keyring, case, hub.clock()).case.problems[0]
    rule = pulled.department.feeds[FEED].fields[problem.field]
    with pytest.raises(RequestError, match="no source field 'nowhere'"):
        decide(hub, case, "edit", values={"nowhere": "x"}, reason="x")
    decide(hub, case, "edit", values={rule.from_: next(iter(rule.codes or {}))}, reason="来电核实")
    summary = replay(hub, "transport", FEED, [case])
    assert summary is not None
    assert (summary.received, summary.merged, summary.quarantined) == (1, 1, 0)
    assert state_of(hub, case) == "mended"
    assert deeds_of(hub, case) == ["mended", "edited"]
    assert source_of(hub, case) == said
    license_ = license_of(hub, summary.exchange_id)
    assert {one.field: one.paths for one in license_.lineage}["status"] == ["data/rows/ZJZT"]
    provenance = license_.provenance
    assert (provenance.is_replayed, provenance.is_edited, provenance.page_exchange_id) == (True, True, 1)
    assert provenance.page_digest
    again = pull_once(hub, pulled, full=True)  # the same bad row comes again: as edited it is what the library has
    assert (again.merged, again.unchanged) == (0, again.received - again.quarantined)
    assert state_of(hub, case) == "mended"


def license_of(hub: HubContext, exchange_id: int) -> Any:
    found = column(hub, f"select license_id from licenses where exchange_id = {exchange_id}")
    with hub.engine.connect() as conn:
        return get_license(conn, hub.keyring, int(str(found[0])), today(hub), hub.clock())


def test_a_waived_record_is_let_in_until_its_last_day(hub: HubContext, pulled: Faked) -> None:
    case = case_with(hub, "identifier.uscc_wrong")
    with pytest.raises(RequestError, match="a last day"):
        decide(hub, case, "waive", reason="x")
    decide(hub, case, "waive", until=today(hub), reason="部门确认")
    [told] = mend_due(hub)
    assert (told.taken, told.mended, told.error_code) == (1, 1, None)
    assert state_of(hub, case) == "waived"
    assert pull_once(replace(hub, amend=expect_more), pulled, full=True).state == "held"
    assert pull_once(hub, pulled, full=True).quarantined == count(hub, "quarantined_records", "state = 'open'")
    later = replace(hub, clock=lambda: hub.clock() + timedelta(days=2))
    mend_due(later)
    assert state_of(hub, case) == "open"
    assert deeds_of(hub, case) == ["rechecked", "lapsed", "let_through", "waived"]


def test_what_is_not_there_cannot_be_waived(hub: HubContext, pulled: Faked) -> None:
    with pytest.raises(NotDecidable, match=r"record\.unknown_code cannot be waived"):
        decide(hub, case_with(hub, "record.unknown_code"), "waive", until=today(hub), reason="x")


def test_a_discarded_row_is_marked_and_stays_so_when_it_comes_again(hub: HubContext, pulled: Faked) -> None:
    case = case_with(hub, "record.unknown_code")
    decide(hub, case, "discard", reason="测试数据")
    assert replay(hub, "transport", FEED, [case]) is None
    pull_once(hub, pulled, full=True)
    assert (state_of(hub, case), deeds_of(hub, case)) == ("discarded", ["discarded"])
    with pytest.raises(NotDecidable, match="is discarded"):
        decide(hub, case, "edit", values={"x": "y"}, reason="x")
    decide(hub, case, "recheck")
    assert state_of(hub, case) == "open"


def test_a_changed_mapping_takes_up_what_the_old_one_judged(hub: HubContext, pulled: Faked, redeclared: Change) -> None:
    case = case_with(hub, "record.unknown_code")
    with hub.engine.connect() as conn:
        problem = get_quarantine_case(conn, hub.keyring, case, hub.clock()).case.problems[0]
    assert mend_due(hub)[0].taken == 0  # nothing changed, nothing is due
    wider = redeclared(r"(status += \{[^}]*codes = \{)", rf'\1 "{problem.got.values["value"]}" = "suspended",')
    [told] = mend_due(wider)
    assert told.error_code is None
    assert told.taken == count(hub, "quarantined_records")
    assert state_of(hub, case) == "mended"
    assert mend_due(wider)[0].taken == 0
    newest = column(hub, "select mapping_version from licenses order by exchange_id desc limit 1")
    assert newest == column(hub, "select mapping_version from exchanges order by exchange_id desc limit 1")


def test_a_row_that_waits_under_another_digest_already_is_one_case(
    hub: HubContext, pulled: Faked, redeclared: Change
) -> None:
    waiting = count(hub, "quarantined_records", "state = 'open'")
    other = redeclared(r"\[feeds\.licenses\.face\]", '[feeds.licenses.face]\nanother = "ZT"')
    pull_once(other, pulled, full=True)
    assert count(hub, "quarantined_records", "state = 'open'") == 2 * waiting
    mend_due(other)
    assert count(hub, "quarantined_records", "state = 'superseded'") == waiting
    assert count(hub, "quarantined_records", "state = 'open'") == waiting


def test_two_rows_that_say_the_same_under_a_new_declaration_are_one_case(hub: HubContext, pulled: Faked) -> None:
    with hub.engine.begin() as conn:
        first, second = conn.scalars(text("select quarantine_id from quarantined_records order by 1 limit 2")).all()
        assert rekey_cases(conn, {second: b"the same", first: b"the same"}, hub.clock()) == [first]
    assert [state_of(hub, case) for case in (first, second)] == ["open", "superseded"]
    assert deeds_of(hub, second) == ["superseded"]


def test_a_batch_that_cannot_go_on_keeps_nothing_else_from_being_mended(hub: HubContext, pulled: Faked) -> None:
    with hub.engine.begin() as conn:
        seed_calendar(conn, list(announced_days()))
        add_plain_year(conn, 2027)
        sent = create_batch(
            conn, hub.keyring, BatchOrder("return", "张工", field="valid_to", basis="依据"), hub.clock()
        )
        conn.execute(text("delete from calendar_days"))
    decide(hub, case_with(hub, "identifier.uscc_wrong"), "waive", until=today(hub), reason="部门确认")
    told, (stopped,) = run_waiting(hub)
    assert (told, stopped.batch_id, stopped.error_code) == ([], sent, "data.calendar_missing")
    counts = mend_all(hub).counts
    assert (counts["batches"], counts["left"], counts["mended"]) == (0, 1, 1)
    assert count(hub, "case_batches", "state = 'waiting'") == 1


NO_BATCHES = "alter table case_batches rename to away"
NO_WAIVERS_ENDED = """
create function refuse() returns trigger language plpgsql as $$
begin raise exception 'no room' using errcode = 'data_exception'; end $$;
create trigger refuse before update on quarantined_records for each row when (old.state = 'waived') execute function refuse();
"""


@pytest.mark.parametrize(
    ("broken", "others"), [(NO_BATCHES, {"mended", "late"}), (NO_WAIVERS_ENDED, {"batches", "late"})]
)
def test_a_part_of_the_mending_that_fails_keeps_no_other_from_running_and_is_told_at_the_end(
    hub: HubContext, pulled: Faked, broken: str, others: set[str]
) -> None:
    waived = "state = 'waived', waived_codes = codes, waived_until = current_date - 9"
    with hub.engine.begin() as conn:
        conn.execute(text(f"update quarantined_records set {waived} where codes = array['identifier.uscc_wrong']"))
        conn.execute(text(broken))
    told = mend_all(hub)
    assert others <= told.counts.keys()
    assert {"batches", "mended", "late"} - others == {"batches", "mended", "late"} - told.counts.keys()
    assert "mend: " in str(told.failure)
    assert "update quarantined_records" not in str(told.failure)


def test_a_page_past_its_retention_leaves_its_cases_waiting(hub: HubContext, pulled: Faked) -> None:
    case = case_with(hub, "record.unknown_code")
    decide(hub, case, "recheck")
    with hub.engine.begin() as conn:
        conn.execute(text("update landed_pages set body = null"))
    assert mend_due(hub)[0].taken == 0
    assert (state_of(hub, case), deeds_of(hub, case)) == ("open", ["unread", "recheck_asked"])


def test_a_batch_is_paused_between_slices_goes_on_and_is_cancelled(hub: HubContext, pulled: Faked) -> None:
    total = count(hub, "quarantined_records")
    order = BatchOrder("assign", "张工", Chosen(department="transport"), owner="李工")
    with hub.engine.begin() as conn:
        batch = create_batch(conn, hub.keyring, order, hub.clock())

    def pause(_step: object, done: int) -> None:
        if done == 2:
            with hub.engine.begin() as conn:
                change_batch(conn, batch, "pause", "王工", hub.clock())

    paused = run_batch(hub, batch, pause, slice_size=1)
    assert (paused.state, paused.done, paused.total) == ("paused", 2, total)
    assert count(hub, "quarantined_records", "owner = '李工'") == 2
    with hub.engine.begin() as conn:
        change_batch(conn, batch, "resume", "王工", hub.clock())
    with attended(hub.engine, "a batch", str(batch)), pytest.raises(BatchTaken):
        run_batch(hub, batch)
    assert run_batch(hub, batch, slice_size=3).done == total
    assert count(hub, "case_events", "action = 'assigned'") == total
    with hub.engine.begin() as conn, pytest.raises(NotDecidable):
        change_batch(conn, batch, "cancel", "王工", hub.clock())


def test_a_batch_edits_what_has_the_field_and_keeps_the_value_sealed(hub: HubContext, pulled: Faked) -> None:
    chosen, values = Chosen(code="record.unknown_code"), {"ZJZT": "10"}
    with hub.engine.begin() as conn:
        batch = create_batch(
            conn, hub.keyring, BatchOrder("edit", "张工", chosen, "来电核实", values=values), hub.clock()
        )
    assert "ZJZT" not in str(column(hub, "select arguments from case_batches"))
    done = run_batch(hub, batch)
    assert (done.done, done.skipped, done.total) == (done.total, 0, count(hub, "case_events", "action = 'edited'"))
    assert mend_due(hub)[0].mended == done.total > 0
    nowhere = BatchOrder("edit", "张工", Chosen(), "来电核实", values={"NOWHERE": "1"})
    with hub.engine.begin() as conn, pytest.raises(RequestError, match="no source field 'NOWHERE'; expected one of"):
        create_batch(conn, hub.keyring, nowhere, hub.clock())
    with hub.engine.begin() as conn:
        conn.execute(text("delete from mappings"))  # as of cases older than what is kept: nobody can tell their fields
        batch = create_batch(conn, hub.keyring, nowhere, hub.clock())
    skipped = run_batch(hub, batch)
    assert (skipped.done, skipped.skipped) == (0, skipped.total)


def test_a_batch_sends_back_each_case_once_to_be_answered_by_a_working_day(hub: HubContext, pulled: Faked) -> None:
    with hub.engine.begin() as conn:
        seed_calendar(conn, list(announced_days()))
        add_plain_year(conn, 2027)
    order = BatchOrder(
        "return", "张工", Chosen(), field="valid_to", basis="《政务数据共享条例》", evidence="扫描件", days=5
    )
    for expected in (True, False):
        with hub.engine.begin() as conn:
            batch = create_batch(conn, hub.keyring, order, hub.clock())
        told = run_batch(hub, batch)
        assert (told.done > 0) is expected
        assert told.done + told.skipped == told.total
    asked = column(hub, "select distinct field || ' ' || asked_by || ' ' || state from correction_requests")
    assert asked == ["valid_to 张工 open"]
    assert count(hub, "case_events", "action = 'returned'") == count(hub, "correction_requests")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (BatchOrder("edit", "张工", reason="来电核实"), "a field and its value"),
        (BatchOrder("edit", "张工", values={"ZJZT": "10"}), "a reason"),
        (BatchOrder("return", "张工", field="valid_to"), "the basis"),
        (BatchOrder("return", "张工", field="nowhere", basis="依据"), "no field of a license"),
        (BatchOrder("waive", "张工", reason="部门确认", until=date(2020, 1, 1)), "a last day that is not over"),
    ],
)
def test_a_batch_without_what_its_action_needs_is_not_begun(hub: HubContext, order: BatchOrder, expected: str) -> None:
    with hub.engine.begin() as conn, pytest.raises(RequestError, match=expected):
        create_batch(conn, hub.keyring, order, hub.clock())
    assert count(hub, "case_batches") == 0


def test_a_batch_that_checks_again_goes_on_where_it_was_killed(
    hub: HubContext, pulled: Faked, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = count(hub, "quarantined_records")
    with hub.engine.begin() as conn:
        batch = create_batch(conn, hub.keyring, BatchOrder("recheck", "张工"), hub.clock())

    class Killed(BaseException):
        pass

    def die(_step: object, done: int) -> None:
        if done >= total // 2:
            raise Killed

    with pytest.raises(Killed):
        run_batch(hub, batch, die, slice_size=5)
    done = column(hub, "select done_count from case_batches")[0]
    assert 0 < int(str(done)) < total
    finished = run_batch(hub, batch, slice_size=5)
    assert (finished.state, finished.done, finished.skipped) == ("done", total, 0)
    assert column(hub, "select distinct tries from quarantined_records") == [2]


@pytest.mark.parametrize(("change", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_what_is_said_while_cases_are_checked_again_holds_from_the_next_slice_on(
    hub: HubContext, pulled: Faked, monkeypatch: pytest.MonkeyPatch, change: BatchChange, state: str
) -> None:
    with hub.engine.begin() as conn:
        batch = create_batch(conn, hub.keyring, BatchOrder("recheck", "张工"), hub.clock())

    def replay_meanwhile(*given: Any) -> object:
        done = replay(*given)
        with hub.engine.begin() as conn:
            change_batch(conn, batch, change, "王工", hub.clock())
        return done

    monkeypatch.setattr("hub.stewarding.mending.replay", replay_meanwhile)
    left = run_batch(hub, batch, slice_size=2)
    assert (left.state, left.done, left.changed_by) == (state, 2, "王工")
    assert count(hub, "exchanges", "kind = 'replay'") == 1


def test_the_history_of_a_case_cannot_be_changed(hub: HubContext, pulled: Faked) -> None:
    decide(hub, case_with(hub, "record.unknown_code"), "assign", owner="李工")
    for statement in ("update case_events set who = 'x'", "delete from case_events", "truncate case_events"):
        with pytest.raises(Exception, match="append-only"), hub.engine.begin() as conn:
            conn.execute(text(statement))

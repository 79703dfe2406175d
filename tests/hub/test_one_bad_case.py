"""What one case cannot do stays its own: neither a value that a person typed nor a damaged one stops a feed or a batch."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hub_makers import StartFake, column, count, pull_once
from sqlalchemy import text

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, today
from hub.pulling.replay import replay
from hub.stewarding import mending
from hub.stewarding.mend_pass import mend_all
from hub.stewarding.mending import run_waiting
from license_library.exchange.landing import PageDamaged
from license_library.quarantine.case_batches import BatchOrder, Chosen, create_batch
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from schemas.errors import DatabaseUnavailable

SOME = Plot(scale=60, day=0, bad_share=0.2)


def case_of(hub: HubContext, department: str) -> int:
    """Return an open case that can be edited."""
    wanted = f"department = '{department}' and state = 'open' and source is not null"
    return int(str(column(hub, f"select min(quarantine_id) from quarantined_records where {wanted}")[0]))


def decide(hub: HubContext, case: int, action: Any, **facts: Any) -> None:
    with hub.engine.begin() as conn:
        decision = CaseDecision(action, "张工", "来电核实", **facts)
        decide_case(conn, hub.keyring, case, decision, today(hub), hub.clock())


@pytest.mark.parametrize("typed", ["张三、李四", "{}", "[1]"])
def test_a_list_of_holders_that_was_typed_as_text_is_the_trouble_of_its_record_only(
    hub: HubContext, fake: StartFake, typed: str
) -> None:
    one = fake("real_estate", SOME)
    pull_once(hub, one)
    case = case_of(hub, "real_estate")
    decide(hub, case, "edit", values={"gyrlb": typed})
    assert replay(hub, "real_estate", "licenses", [case]).quarantined == 1
    assert pull_once(hub, one, full=True).state == "merged"
    told = column(hub, f"select problems::text from quarantined_records where quarantine_id = {case}")[0]
    assert {"record.wrong_type"} <= {problem["code"] for problem in json.loads(str(told))}
    assert "张三" not in str(told)


def test_what_nobody_foresaw_in_one_feed_leaves_the_others_to_be_mended(
    hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("real_estate", "transport"):
        pull_once(hub, fake(name, SOME))
        decide(hub, case_of(hub, name), "recheck")

    def stumbling(hub: HubContext, department: str, feed: str, cases: list[int]) -> Any:
        if department == "real_estate":
            raise ValueError("张三")
        return replay(hub, department, feed, cases)

    monkeypatch.setattr(mending, "replay", stumbling)
    with caplog.at_level(logging.WARNING):
        summary = mend_all(hub)
    assert (summary.failures, summary.counts["left"], summary.counts["taken"]) == ([], 1, 1)
    assert "real_estate/licenses: ValueError in test_one_bad_case.py" in caplog.text
    assert "张三" not in caplog.text


def recheck_all(hub: HubContext, department: str | None = None) -> int:
    """Ask for every case to be checked again; return the batch."""
    with hub.engine.begin() as conn:
        order = BatchOrder("recheck", "张工", Chosen(department=department))
        return create_batch(conn, hub.keyring, order, hub.clock())


@pytest.mark.parametrize("error", [ValueError("张三"), PageDamaged("page 1 does not match its digest")])
def test_what_goes_wrong_in_one_feed_leaves_the_others_of_a_batch_to_be_replayed(
    hub: HubContext,
    fake: StartFake,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    for name in ("real_estate", "transport"):
        pull_once(hub, fake(name, SOME))
    bad, good = (count(hub, "quarantined_records", f"department = '{one}'") for one in ("real_estate", "transport"))
    recheck_all(hub)

    def stumbling(hub: HubContext, department: str, feed: str, cases: list[int]) -> Any:
        if department == "real_estate":
            raise error
        return replay(hub, department, feed, cases)

    monkeypatch.setattr(mending, "replay", stumbling)
    (batch,), stopped = run_waiting(hub)
    assert (batch.state, batch.done, batch.skipped, stopped) == ("done", good, bad, [])
    assert count(hub, "exchanges", "kind = 'replay' and department = 'transport' and state = 'merged'") > 0
    assert f"real_estate/licenses: {bad} cases are skipped: [" in caplog.text
    assert "张三" not in caplog.text


def test_what_may_be_tried_again_skips_no_case(
    hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull_once(hub, fake("transport", SOME))
    batch = recheck_all(hub)

    def broken_off(*_: object) -> Any:
        raise DatabaseUnavailable("the database broke off")

    monkeypatch.setattr(mending, "replay", broken_off)
    told, (stopped,) = run_waiting(hub)
    assert (told, stopped.batch_id, stopped.error_code) == ([], batch, "hub.database_unavailable")
    assert column(hub, "select done_count + skipped_count from case_batches") == [0]


def test_what_nobody_foresaw_in_one_batch_leaves_the_others_to_be_carried_out(
    hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pull_once(hub, fake("transport", SOME))
    first, second = recheck_all(hub), recheck_all(hub, "transport")

    def stumbling(hub: HubContext, batch: int, cases: list[int]) -> Any:
        if batch == first:
            raise ValueError("张三")
        return recheck(hub, batch, cases)

    recheck = mending._recheck_slice
    monkeypatch.setattr(mending, "_recheck_slice", stumbling)
    (told,), (stopped,) = run_waiting(hub)
    assert (told.batch_id, told.state, stopped.batch_id, stopped.error_code) == (second, "done", first, "hub.failed")
    assert "ValueError in test_one_bad_case.py" in stopped.error_message
    assert "张三" not in caplog.text + stopped.error_message


def test_a_case_that_cannot_be_opened_is_skipped_by_its_batch_and_named(
    hub: HubContext, fake: StartFake, caplog: pytest.LogCaptureFixture
) -> None:
    pull_once(hub, fake("transport", SOME))
    case = case_of(hub, "transport")
    sound = column(hub, f"select source from quarantined_records where quarantine_id = {case}")[0]
    name = min(json.loads(hub.keyring.decrypt(bytes(sound))))  # type: ignore[call-overload]
    turned = "source = set_byte(source, 20, (get_byte(source, 20) + 1) % 256)"
    with hub.engine.begin() as conn:
        conn.execute(text(f"update quarantined_records set {turned} where quarantine_id = {case}"))
        order = BatchOrder("edit", "张工", Chosen(department="transport"), "依据", values={name: "abc"})
        create_batch(conn, hub.keyring, order, hub.clock())
    with caplog.at_level(logging.WARNING):
        (batch,), stopped = run_waiting(hub)
    assert (batch.state, stopped) == ("done", [])
    (done, skipped) = (column(hub, f"select {name}_count from case_batches")[0] for name in ("done", "skipped"))
    assert done == count(hub, "quarantined_records", "edits is not null") > 0
    assert skipped == 1
    assert f"case {case} is skipped: [hub.keyring]" in caplog.text


def test_a_batch_whose_own_values_cannot_be_opened_skips_nothing(hub: HubContext, fake: StartFake) -> None:
    pull_once(hub, fake("transport", SOME))
    with hub.engine.begin() as conn:
        order = BatchOrder("edit", "张工", Chosen(department="transport"), "依据", values={"ZJZT": "1"})
        create_batch(conn, hub.keyring, order, hub.clock())
        conn.execute(text(f"update case_batches set arguments['sealed'] = to_jsonb('{'A' * 80}'::text)"))
    told, (stopped,) = run_waiting(hub)
    assert (told, stopped.error_code) == ([], "hub.keyring")
    assert column(hub, "select done_count + skipped_count from case_batches") == [0]

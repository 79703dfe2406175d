"""A correction request goes to its department over SOAP and over REST, is told late, and ends with the corrected record."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from hub_makers import Faked, StartFake, column, pull_once
from push_makers import StillClock, at, push_once, states

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, today, utc_now
from hub.pushing.correcting import follow_corrections
from license_library.catalogue.calendar import add_plain_year, seed_calendar
from license_library.quarantine.correction_list import show_correction
from license_library.quarantine.corrections import Correction, ask_for_license
from schemas.catalogue.workdays import announced_days

ASKED = Correction(
    field="status",
    basis="《政务数据共享条例》",
    who="张工",
    seen="valid",
    proposed="revoked",
    evidence="扫描件",
)
OLDEST = "select license_id from licenses order by source_updated_at, record_id"  # which a fake revokes first
TOLD = {
    "food_drug": ["arg0/jhbh", "arg0/id", "arg0/zdm", "arg0/xz", "arg0/jyz", "arg0/zmcl", "arg0/yj", "arg0/dfqx"],
    "urban_construction": [
        "request_number", "certificate_source_id", "field", "current_value", "proposed_value", "evidence", "basis", "due_date",
    ],
}  # fmt: skip


def test_a_request_is_brought_told_late_and_answered_by_the_record_that_comes_back(
    hub: HubContext, fake: StartFake
) -> None:
    one, clock = fake("urban_construction", Plot(scale=40, day=0)), StillClock(utc_now())
    hub = at(hub, clock)
    request_id = ask_about_the_oldest(hub, one, clock)
    bring(hub, one, clock)
    assert_told(hub, one.process.inbox(), "urban_construction", request_id)
    clock.pass_by(days=40)
    assert follow_corrections(hub)["late"] == 1
    assert events(hub, request_id) == ["asked", "handed_over", "arrived", "delivery_over", "late"]
    assert column(hub, "select kind || ' ' || state from incidents") == ["correction_late open"]
    one.process.set_mode("revokes")
    pull_once(hub, one, full=True)
    assert follow_corrections(hub) == {"settled": 1, "handed_over": 0, "not_handed_over": 0, "late": 0}
    assert events(hub, request_id)[-1] == "corrected"
    assert column(hub, "select state from incidents where kind = 'correction_late'") == ["resolved"]


def test_a_receipt_that_says_corrected_is_noted_and_the_request_waits_for_the_record_itself(
    hub: HubContext, fake: StartFake
) -> None:
    one, clock = fake("food_drug", Plot(scale=40, day=0)), StillClock(utc_now())
    hub = at(hub, clock)
    request_id = ask_about_the_oldest(hub, one, clock)
    assert column(hub, "select state from correction_requests") == ["open"]
    bring(hub, one, clock)
    assert_told(hub, one.process.inbox(), "food_drug", request_id)
    told = "select concat_ws(' ', state, answer, answered_by, answer_note) from correction_requests"
    assert column(hub, told) == ["open food_drug '经核实'"]
    clock.pass_by(days=40)
    assert follow_corrections(hub) == {"settled": 0, "handed_over": 0, "not_handed_over": 0, "late": 1}
    assert events(hub, request_id)[-1] == "late"


def test_a_receipt_that_refuses_a_request_answers_it_and_nothing_is_left_to_send(
    hub: HubContext, fake: StartFake, connectors_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(connectors_folder / "urban_construction", tmp_path / "urban_construction")
    declared = tmp_path / "urban_construction" / "department.toml"
    text = declared.read_text("utf-8")
    text = text.replace('values = ["不予更正"], message = "reason"', 'values = ["已办结"], message = "state"')
    text = text.replace(
        'done_when = { field = "state", values = ["已办结"]', 'done_when = { field = "state", values = ["好"]'
    )
    declared.write_text(text, "utf-8")
    one, clock = fake("urban_construction", Plot(scale=40, day=0)), StillClock(utc_now())
    hub = at(replace(hub, connectors_folder=tmp_path), clock)
    request_id = ask_about_the_oldest(hub, one, clock)
    bring(hub, one, clock)
    told = "select concat_ws(' ', state, answer, answered_by, answer_note) from correction_requests"
    assert column(hub, told) == ["answered refused urban_construction '已办结'"]
    assert events(hub, request_id)[-1] == "refused"


def ask_about_the_oldest(hub: HubContext, one: Faked, clock: StillClock) -> int:
    """Pull, then ask for a value of the oldest license; return the request's id, its delivery in the outbox."""
    with hub.engine.begin() as conn:
        seed_calendar(conn, list(announced_days()))
        add_plain_year(conn, 2027)
    pull_once(hub, one)
    license_id = int(str(column(hub, OLDEST)[0]))
    clock.pass_by(minutes=1)
    with hub.engine.begin() as conn:
        request_id = ask_for_license(conn, hub.keyring, license_id, ASKED, today(hub), hub.clock())
    assert follow_corrections(hub) == {"settled": 0, "handed_over": 1, "not_handed_over": 0, "late": 0}
    return request_id


def bring(hub: HubContext, one: Faked, clock: StillClock) -> None:
    """Push the request, and ask for its receipt until it is done."""
    clock.pass_by(minutes=1)
    assert push_once(hub, one).counts == {"acknowledged": 1}
    for _ in range(2):
        clock.pass_by(minutes=61)
        push_once(hub, one)
    assert states(hub) == ["done"]


def assert_told(hub: HubContext, inbox: list[dict[str, dict[str, str]]], name: str, request_id: int) -> None:
    """The department has every value of the request, in its own names, and once."""
    (told,) = [each["values"] for each in inbox if each["kind"] == "correction_request"]
    due_on = str(column(hub, "select due_on from correction_requests")[0])
    asked_at = int(column(hub, "select floor(extract(epoch from asked_at)) from correction_requests")[0])  # type: ignore[call-overload]
    record = column(hub, "select record_id from correction_requests")[0]
    expected = [
        f"correction-{request_id}-{asked_at:x}",
        record,
        ASKED.field,
        ASKED.seen,
        ASKED.proposed,
        ASKED.evidence,
        ASKED.basis,
    ]
    assert [told[place] for place in TOLD[name][:-1]] == expected
    assert told[TOLD[name][-1]].replace("-", "") == due_on.replace("-", "")


def events(hub: HubContext, request_id: int) -> list[str]:
    """Return the history of a request."""
    with hub.engine.connect() as conn:
        shown = show_correction(conn, hub.keyring, request_id, today(hub), hub.clock())
    return [one.what for one in shown.events]

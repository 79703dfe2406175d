"""A department is asked to put a record right by a working day, through its outbox; late it is told, answered it ends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hub_makers import StartFake, column, pull_once
from sqlalchemy import text
from typed_commands import told, type_command

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, today
from hub.pushing.correcting import follow_corrections
from hub.pushing.push import enqueue_delivery
from license_library.asking.questions import ScorecardFilter
from license_library.asking.refusals import NotDecidable
from license_library.catalogue.calendar import add_plain_year, add_workdays, list_year, seed_calendar, set_day
from license_library.licenses.dossier import get_license
from license_library.oversight.scorecards import score_month
from license_library.quarantine.correction_list import get_correction
from license_library.quarantine.corrections import Correction, answer_correction, ask_for_case, ask_for_license
from schemas.catalogue.workdays import announced_days
from schemas.deliveries.deliveries import Delivery, example_of
from schemas.errors import CalendarMissing, RequestError

SOME = Plot(scale=60, bad_share=0.2, day=0)
TAKES = """
[deliveries.correction_request]
class    = "A"
path     = "/yzxt/open/decisions"
send     = "json"
key      = { header = "X-Request-Id" }
success  = { field = "status", values = ["200"], message = "msg" }
schedule = "*/10 * * * *"

[deliveries.correction_request.fields]
record_id = "record_id"
field     = "field"
seen      = "seen"
proposed  = "proposed"
basis     = "basis"
due_on    = { from = "due_on", date = "%Y-%m-%d" }
"""
ASKED = Correction(field="valid_to", basis="《政务数据共享条例》", who="张工", seen="2026-01-01", proposed="2027-01-01")


@pytest.fixture
def hub_here(hub: HubContext, fake: StartFake, connectors_folder: Path, tmp_path: Path) -> HubContext:
    """Give a hub that knows working days and a department that takes such requests."""
    with hub.engine.begin() as conn:
        seed_calendar(conn, list(announced_days()))
        add_plain_year(conn, 2027)
    shutil.copytree(connectors_folder / "transport", tmp_path / "transport")
    file = tmp_path / "transport" / "department.toml"
    file.write_text(file.read_text("utf-8") + TAKES, "utf-8")
    here = replace(hub, connectors_folder=tmp_path)
    pull_once(here, fake("transport", SOME))
    return here


def test_a_case_is_sent_back_for_a_field_that_there_is(hub_here: HubContext) -> None:
    case_id, asked = (
        int(str(column(hub_here, "select min(quarantine_id) from quarantined_records where record_id is not null")[0])),
        msgspec.structs.replace(ASKED, field="nonsense"),
    )
    with hub_here.engine.begin() as conn, pytest.raises(RequestError, match="'nonsense' is no field of a license"):
        ask_for_case(conn, hub_here.keyring, case_id, asked, today(hub_here), hub_here.clock())
    assert column(hub_here, "select count(*) from correction_requests") == [0]


def test_a_case_goes_back_through_the_outbox_and_its_mending_answers(hub_here: HubContext) -> None:
    hub, case = (
        hub_here,
        int(str(column(hub_here, "select min(quarantine_id) from quarantined_records where record_id is not null")[0])),
    )
    with hub.engine.begin() as conn:
        request_id = ask_for_case(conn, hub.keyring, case, ASKED, today(hub), hub.clock())
    assert follow_corrections(hub) == {"settled": 0, "handed_over": 1, "not_handed_over": 0, "late": 0}
    assert follow_corrections(hub)["handed_over"] == 0
    assert column(hub, "select kind || ' ' || state from deliveries") == ["correction_request waiting"]
    sealed = column(hub, "select proposed from correction_requests")[0]
    assert b"2027" not in bytes(sealed)  # type: ignore[call-overload]
    with hub.engine.begin() as conn:
        conn.execute(text(f"update quarantined_records set state = 'mended' where quarantine_id = {case}"))
    assert follow_corrections(hub)["settled"] == 1
    with hub.engine.begin() as conn:
        found = get_correction(conn, hub.keyring, request_id, today(hub))
        assert (found.answer, found.answered_by) == ("corrected", "hub")
        with pytest.raises(NotDecidable, match="is mended"):
            ask_for_case(conn, hub.keyring, case, ASKED, today(hub), hub.clock())
    assert column(hub, "select action from case_events order by event_id") == ["returned", "answered"]


def test_a_request_that_cannot_be_handed_over_keeps_no_other_back(
    hub_here: HubContext, caplog: pytest.LogCaptureFixture
) -> None:
    hub, license_id = hub_here, int(str(column(hub_here, "select min(license_id) from licenses")[0]))
    with hub.engine.begin() as conn:
        first = ask_for_license(conn, hub.keyring, license_id, ASKED, today(hub), hub.clock())
        ask_for_license(conn, hub.keyring, license_id, replace_field("valid_from"), today(hub), hub.clock())
    asked_at = int(
        column(hub, "select floor(extract(epoch from asked_at)) from correction_requests order by request_id")[0]
    )  # type: ignore[call-overload]
    taken = {**example_of("decision"), "delivery_key": f"correction-{first:08d}-{asked_at:x}"}
    enqueue_delivery(hub, msgspec.convert(taken, Delivery))  # as before such keys were refused
    assert follow_corrections(hub) == {"settled": 0, "handed_over": 1, "not_handed_over": 1, "late": 0}
    assert f"correction request {first}: not handed over: delivery: its key belongs to" in caplog.text
    assert follow_corrections(hub)["handed_over"] == 0
    unsent = "select field from correction_requests where delivery_id is null"
    assert column(hub, unsent) == ["valid_to"]


def test_a_mistyped_folder_of_departments_is_told_and_leaves_every_request_as_it_is(
    hub_here: HubContext, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, license_id = hub_here, int(str(column(hub_here, "select min(license_id) from licenses")[0]))
    with hub.engine.begin() as conn:
        ask_for_license(conn, hub.keyring, license_id, ASKED, today(hub), hub.clock())
    mistyped = replace(hub, connectors_folder=Path("/no/such"))
    with pytest.raises(RequestError, match="HUB_CONNECTORS_FOLDER: /no/such is no folder"):
        follow_corrections(mistyped)
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", "/no/such")
    monkeypatch.setenv("HUB_SECRET_KEY", b"a secret of thirty-two bytes, ok".hex())
    asked = ("correction", "ask", str(license_id), "--field", "valid_from", "--basis", "x", "--by", "张工")
    for typed in (asked, ("find", "某某公司")):
        told = type_command(*typed)
        assert (told.exit_code, "/no/such is no folder" in told.stderr) == (2, True), told.output
    assert column(hub, "select field from correction_requests where delivery_id is null") == ["valid_to"]
    assert follow_corrections(hub)["handed_over"] == 1


def test_a_restored_database_gives_no_request_the_key_of_one_that_it_has_forgotten(hub_here: HubContext) -> None:
    """Its department would take the new one for the old, and nobody would ever see it."""
    hub, license_id = hub_here, int(str(column(hub_here, "select min(license_id) from licenses")[0]))
    told = []
    for minutes in (0, 5):
        now = hub.clock() + timedelta(minutes=minutes)
        with hub.engine.begin() as conn:
            request_id = ask_for_license(conn, hub.keyring, license_id, ASKED, today(hub), now)
        assert follow_corrections(hub)["handed_over"] == 1
        told.append(
            [
                request_id,
                *column(hub, "select delivery_key from deliveries"),
                *column(hub, "select case_number from deliveries"),
            ]
        )
        with hub.engine.begin() as conn:  # the moment before it was asked
            conn.execute(text("delete from correction_requests; delete from deliveries"))
            conn.execute(text("alter table correction_requests alter request_id restart with 1"))
    assert told[0][0] == told[1][0]
    assert not set(told[0][1:]) & set(told[1][1:])


def test_a_license_is_disputed_until_its_department_answers_and_late_is_told(hub_here: HubContext) -> None:
    hub, license_id = hub_here, int(str(column(hub_here, "select min(license_id) from licenses")[0]))
    with hub.engine.begin() as conn:
        with pytest.raises(RequestError, match="no field of a license"):
            ask_for_license(conn, hub.keyring, license_id, replace_field("nowhere"), today(hub), hub.clock())
        request_id = ask_for_license(conn, hub.keyring, license_id, ASKED, today(hub), hub.clock())
        assert get_license(conn, hub.keyring, license_id, today(hub), hub.clock()).is_disputed
    later = replace(hub, clock=lambda: hub.clock() + timedelta(days=40))
    assert follow_corrections(later)["late"] == 1
    assert column(hub, "select kind || ' ' || state from incidents") == ["correction_late open"]
    with hub.engine.begin() as conn:
        due_on = get_correction(conn, hub.keyring, request_id, today(hub)).due_on
        month = score_month(conn, ScorecardFilter(f"{due_on:%Y-%m}"), later.clock())
        [score] = [one for one in month.departments[0].scores if one.dimension == "corrections"]
        assert (score.found, score.of) == (0, 1)
        answer_correction(conn, request_id, "confirmed", "李工", "电话答复", later.clock())
        assert not get_license(conn, hub.keyring, license_id, today(hub), hub.clock()).is_disputed
        with pytest.raises(NotDecidable):
            answer_correction(conn, request_id, "confirmed", "李工", "", later.clock())
    assert follow_corrections(later)["late"] == 0
    assert column(hub, "select state from incidents") == ["resolved"]


def test_a_field_is_asked_for_once_until_the_request_is_over(hub_here: HubContext) -> None:
    hub = hub_here
    case = int(str(column(hub, "select min(quarantine_id) from quarantined_records where record_id is not null")[0]))
    license_id = int(str(column(hub, "select min(license_id) from licenses")[0]))
    for ask, about in ((ask_for_case, case), (ask_for_license, license_id)):
        with hub.engine.begin() as conn:
            first = ask(conn, hub.keyring, about, ASKED, today(hub), hub.clock())
            ask(conn, hub.keyring, about, replace_field("valid_from"), today(hub), hub.clock())
            with pytest.raises(NotDecidable, match=f"request {first} asks for valid_to already"):
                ask(conn, hub.keyring, about, ASKED, today(hub), hub.clock())
            answer_correction(conn, first, "withdrawn", "张工", "", hub.clock())
            assert ask(conn, hub.keyring, about, ASKED, today(hub), hub.clock()) > first


def replace_field(field: str) -> Correction:
    return msgspec.structs.replace(ASKED, field=field)


def test_working_days_are_counted_with_the_days_made_up_for_and_never_guessed(hub: HubContext) -> None:
    with hub.engine.begin() as conn:
        with pytest.raises(CalendarMissing, match="2026 is not known"):
            add_workdays(conn, date(2026, 2, 12), 1)
        seed_calendar(conn, list(announced_days()))
        # Spring Festival 2026: off from 15 to 23 February, Saturday 14 and Saturday 28 are worked.
        assert add_workdays(conn, date(2026, 2, 12), 2) == date(2026, 2, 14)
        assert add_workdays(conn, date(2026, 2, 12), 3) == date(2026, 2, 24)
        with pytest.raises(CalendarMissing, match="2027 is not known"):
            add_workdays(conn, date(2026, 12, 20), 20)
        add_plain_year(conn, 2027)
        assert add_workdays(conn, date(2026, 12, 31), 1) == date(2027, 1, 1)
        set_day(conn, date(2027, 1, 1), False, "元旦", "王工")
        assert add_workdays(conn, date(2026, 12, 31), 1) == date(2027, 1, 4)
        seed_calendar(conn, [(date(2027, 1, 1), True, None)])  # what people corrected stays
        assert list_year(conn, 2027)[0].changed_by == "王工"


def test_requests_are_shown_and_followed_by_command(
    environ: dict[str, str], hub_here: HubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", str(hub_here.connectors_folder))
    monkeypatch.setenv("HUB_SECRET_KEY", b"a secret of thirty-two bytes, ok".hex())
    (case,) = column(hub_here, "select min(quarantine_id) from quarantined_records where record_id is not null")
    with hub_here.engine.begin() as conn:
        number = ask_for_case(conn, hub_here.keyring, int(str(case)), ASKED, today(hub_here), hub_here.clock())
    for handed_over in (1, 0):
        followed = type_command("correction", "follow", "--json")
        counts = {"settled": 0, "handed_over": handed_over, "not_handed_over": 0, "late": 0}
        assert (followed.exit_code, told(followed)) == (0, counts)
    shown = told(type_command("correction", "show", str(number), "--json"))
    assert (shown["correction"]["state"], shown["correction"]["field"]) == ("open", "valid_to")
    assert [event["what"] for event in shown["events"]] == ["asked", "handed_over"]
    assert "valid_to" in type_command("correction", "show", str(number)).stdout
    with hub_here.engine.begin() as conn:
        conn.execute(text(f"update quarantined_records set state = 'mended' where quarantine_id = {case}"))
    assert "settled" in type_command("correction", "follow").stdout
    assert column(hub_here, "select state from correction_requests") == ["answered"]
    missing = type_command("correction", "show", "999")
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_a_scorecard_that_cannot_be_written_says_where(environ: dict[str, str], tmp_path: Path) -> None:
    refused = type_command("scorecard", "--csv", str(tmp_path / "nowhere" / "card.csv"))
    assert refused.exit_code == 2
    assert "nowhere/card.csv cannot be written" in refused.output

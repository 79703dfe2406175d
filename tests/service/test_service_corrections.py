"""A department is asked to put a value right, from a page or over the interface; lateness, history and answers are shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Client
from service_makers import PERSON, Shelf
from sqlalchemy import Engine, text


def order(shelf: Shelf, **other: Any) -> dict[str, Any]:
    """Return a request about a license."""
    asked = {"license_id": shelf.license_id, "field": "holder_code", "seen": PERSON, "proposed": "<b>新值</b>"}
    return asked | {"basis": "《政务数据共享条例》", "who": "张工", "days": 3} | other


def events(answer: dict[str, Any]) -> list[str]:
    return [one["what"] for one in answer["events"]]


def test_a_request_is_made_over_the_interface_shown_masked_and_answered(own_machine: Client, own_shelf: Shelf) -> None:
    made = own_machine.post("/api/corrections", json=order(own_shelf))
    assert made.status_code == 200
    one = made.json()["correction"]
    assert (one["asked_by"], one["state"], one["is_late"]) == ("张工 (developer)", "open", False)
    assert PERSON not in made.text
    path = f"/api/corrections/{one['request_id']}"
    assert own_machine.get(path).json()["correction"] == one
    assert own_machine.get(f"/api/corrections?license_id={own_shelf.license_id}").json()["corrections"] == [one]
    assert own_machine.get("/api/corrections?license_id=999").json()["corrections"] == []
    said = own_machine.post(f"{path}/answer", json={"answer": "confirmed", "who": "李工", "note": "原值无误"}).json()
    assert (said["correction"]["state"], said["correction"]["answered_by"]) == ("answered", "李工 (developer)")
    assert events(said) == ["asked", "confirmed"]
    again = own_machine.post(f"{path}/answer", json={"answer": "refused", "who": "李工"})
    assert (again.status_code, again.json()["code"]) == (409, "request.not_decidable")
    assert own_machine.get("/api/corrections/999").status_code == own_machine.get("/corrections/999").status_code == 404


def test_values_and_evidence_of_a_request_are_revealed_by_an_act_of_its_own(
    own_machine: Client, own_shelf: Shelf, database: Engine
) -> None:
    made = own_machine.post("/api/corrections", json=order(own_shelf, evidence="扫描件第三页")).json()
    assert (made["evidence"], made["is_revealed"]) == ("扫*****", False)
    path = f"/api/corrections/{made['correction']['request_id']}/reveal"
    assert own_machine.post(path, json={"purpose": " "}).status_code == 422
    told = own_machine.post(path, json={"purpose": "核对"}).json()
    assert (told["evidence"], told["correction"]["seen"], told["is_revealed"]) == ("扫描件第三页", PERSON, True)
    with database.connect() as conn:
        asked = conn.execute(text("select actor, purpose from inquiries where action = 'correction'")).all()
    assert asked == [("developer", "核对")]
    assert own_machine.post("/api/corrections/999/reveal", json={"purpose": "核对"}).status_code == 404


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"quarantine_id": 1}, 422),
        ({"license_id": None}, 422),
        ({"license_id": 999}, 404),
        ({"field": "nowhere"}, 400),
        ({"basis": " "}, 400),
        ({"who": " "}, 400),
        ({"days": 61}, 400),
        ({"proposed": "", "evidence": ""}, 400),
        ({"due_on": "2026-01-01"}, 422),
    ],
)
def test_a_request_without_sense_asks_nothing(
    own_machine: Client, own_shelf: Shelf, other: dict[str, Any], status: int
) -> None:
    assert own_machine.post("/api/corrections", json=order(own_shelf, **other)).status_code == status
    assert own_machine.get("/api/corrections?state=open").json()["corrections"] == []


def test_a_last_day_that_the_calendar_does_not_know_asks_nothing_and_says_so(
    own_machine: Client, own_shelf: Shelf, database: Engine
) -> None:
    with database.begin() as conn:
        conn.execute(text("delete from calendar_days"))
    asked = own_machine.post("/api/corrections", json=order(own_shelf))
    assert (asked.status_code, asked.json()["code"]) == (409, "data.calendar_missing")
    assert own_machine.get("/api/corrections?state=open").json()["corrections"] == []
    form = order(own_shelf) | {"license_id": str(own_shelf.license_id), "days": "3"}
    page = own_machine.post("/corrections?lang=zh", data=form)
    assert page.status_code == 409
    assert "工作日历缺少所需年份" in page.text


def test_a_request_is_made_on_the_page_of_a_license_or_a_case_and_answered_on_its_own(
    own_machine: Client, own_shelf: Shelf
) -> None:
    for about, number, subject in (
        ("license_id", own_shelf.license_id, f"/licenses/{own_shelf.license_id}"),
        ("quarantine_id", own_shelf.quarantine_id, f"/quarantine/{own_shelf.quarantine_id}"),
    ):
        form = {
            "field": "valid_to",
            "seen": "",
            "proposed": "2027-01-01",
            "evidence": "",
            "basis": "依据",
            "who": "张工",
        }
        made = own_machine.post("/corrections", data=form | {about: str(number), "days": "3"})
        assert made.status_code == 303, made.text
        page = own_machine.get(f"{made.headers['location']}?lang=zh").text
        assert "待部门答复" in page
        assert re.findall(r'class="button" href="([^"]+)"', page) == [subject]
        assert (
            own_machine.post(
                made.headers["location"], data={"answer": "refused", "who": "李工", "note": "<i>"}
            ).status_code
            == 303
        )
        page = own_machine.get(f"{made.headers['location']}?lang=en").text
        assert ("Refused" in page, "&lt;i&gt;" in page, "Write the answer down" in page) == (True, True, False)
    shown = own_machine.get(f"/quarantine/{own_shelf.quarantine_id}?lang=zh").text
    assert "退回部门校核" in shown
    assert f"/corrections?quarantine_id={own_shelf.quarantine_id}" in shown


def test_what_is_late_is_said_and_can_be_listed_alone(own_machine: Client, own_shelf: Shelf, database: Engine) -> None:
    asked = [order(own_shelf, field=name) for name in ("holder_code", "holder_name")]
    late, open_ = (own_machine.post("/api/corrections", json=one).json()["correction"] for one in asked)
    assert own_machine.get("/api/corrections?state=late").json()["corrections"] == []
    with database.begin() as conn:
        conn.execute(
            text(
                "update correction_requests set asked_at = asked_at - interval '30 days', due_on = due_on - 30 "
                f"where request_id = {late['request_id']}"
            )
        )
    found = own_machine.get("/api/corrections?state=late").json()["corrections"]
    assert [(one["request_id"], one["is_late"]) for one in found] == [(late["request_id"], True)]
    assert len(own_machine.get("/api/corrections?state=open").json()["corrections"]) == 2
    assert events(own_machine.get(f"/api/corrections/{late['request_id']}").json()) == ["asked", "late"]
    assert "逾期未答复" in own_machine.get("/corrections").text
    assert f'/corrections/{open_["request_id"]}"' not in own_machine.get("/corrections?state=late").text

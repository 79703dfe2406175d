"""Who is who on a page or over the interface: shown for a purpose, masked, decided with proof, undone, every step recorded."""

from __future__ import annotations

from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from httpx import Client
from service_makers import COMPANY, PERSON, PURPOSE, Shelf
from sqlalchemy import Engine, text

from license_library.service.settings import ServiceSettings
from tests.license_library.question_makers import Library

HEADER = {"X-Purpose": quote(PURPOSE)}


@pytest.fixture
def people(own_settings: ServiceSettings, own_shelf: Shelf) -> list[int]:
    """Give three persons: two of the same name and another sex and birthday, and a passport whose license names the first."""
    with own_settings.engine.begin() as conn:
        library = Library(conn, own_settings.keyring, count(100))
        made = [library.read("select subject_id from subjects where code_type = '111'")[0]]
        made.append(library.add_subject("王五", "370283198512310021", "111"))
        made.append(library.add_subject("WANG WU", "E12345678", "414"))
        library.add_former_name(made[0], "王五")
        for subject in made[:2]:
            library.add_license(
                subject, license_type="idcard", holder_name="王五", face={"address": "人民路1号", "sex": "男"}
            )
        library.add_license(
            made[2], license_type="doctor", face={"note": f"身份号码 {PERSON}", "sex": "男"}, license_number="E12345678"
        )
        return made


def signs(machine: Client, one: int, other: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sign in machine.get(f"/api/subject-pairs/{one}/{other}", headers=HEADER).json()["signs"]:
        found.setdefault(sign["speaks"], []).append(sign["words"]["en"])
    return found


def actions(database: Engine) -> list[Any]:
    with database.connect() as conn:
        return [tuple(row) for row in conn.execute(text("select action, purpose from inquiries order by inquiry_id"))]


def test_what_speaks_against_two_persons_of_one_name_is_loud(own_machine: Client, people: list[int]) -> None:
    told = signs(own_machine, people[0], people[1])
    assert told["strongly_against"] == [
        "two resident numbers that differ",
        "the dates of birth differ",
        "the sexes differ: female and male",
        "both hold a good 居民身份证, of which one has only one",
    ]
    assert "licenses of both name the same address" in told["for"]
    assert any("which alone proves nothing" in words for words in told["for"])


def test_a_license_that_names_the_others_number_speaks_for_them(own_machine: Client, people: list[int]) -> None:
    told = signs(own_machine, people[0], people[2])
    assert any("names the other's number" in words for words in told["for"])
    assert "strongly_against" not in told


def test_an_organisation_code_within_a_credit_code_speaks_for_them(own_machine: Client, own_shelf: Shelf) -> None:
    told = signs(own_machine, own_shelf.company_id, own_shelf.twin_id)
    assert told["for"] == ["the credit code holds the organisation code"]
    assert told["against"] == ["the names differ"]


def test_nothing_is_shown_without_a_purpose_and_numbers_only_for_one_of_their_own(
    own_machine: Client, people: list[int], database: Engine
) -> None:
    path = f"/api/subject-pairs/{people[0]}/{people[2]}"
    assert own_machine.get(path).status_code == 422
    assert own_machine.post(f"{path}/reveal", json={}).status_code == 422
    assert own_machine.post(f"{path}/reveal", json={"purpose": " "}).status_code == 422
    assert actions(database) == []
    masked = own_machine.get(path, headers=HEADER).text
    assert PERSON not in masked
    assert "E12345678" not in masked
    shown = own_machine.post(f"{path}/reveal", json={"purpose": "核对护照"})
    assert [one["code"] for one in shown.json()["subjects"]] == [PERSON, "E12345678"]
    assert actions(database) == [("subjects", PURPOSE), ("subjects_revealed", "核对护照")]
    listed = own_machine.get("/api/subject-pairs").text
    assert COMPANY not in listed
    assert COMPANY[8:17] not in listed


def test_a_decision_is_made_undone_and_told_over_the_interface(
    own_machine: Client, people: list[int], database: Engine
) -> None:
    path = f"/api/subject-pairs/{people[2]}/{people[0]}"
    order: dict[str, Any] = {"decision": "same", "who": "张工", "reason": "护照载明身份号码"}
    assert own_machine.post(f"{path}/decision", json=order).status_code == 400
    with database.connect() as conn:
        proof = conn.scalar(text("select license_id from licenses where subject_id = :id"), {"id": people[2]})
    made = own_machine.post(f"{path}/decision", json=order | {"license_ids": [proof]})
    assert (made.status_code, made.json()["state"], made.json()["decided_by"]) == (200, "same", "张工 (developer)")
    again = own_machine.post(f"{path}/decision", json=order | {"license_ids": [proof]})
    assert (again.status_code, again.json()["code"]) == (409, "request.not_decidable")
    found = own_machine.post("/api/search", json={"purpose": PURPOSE, "holder_code": PERSON}).json()
    assert [one["subject_id"] for one in found["bound_holders"]] == [people[2]]
    assert "bound_holder" in [hit["fit"] for hit in found["hits"]]
    undo = f"/api/subject-decisions/{made.json()['decision_id']}/undo"
    assert own_machine.post(undo, json={"who": "李工", "reason": ""}).status_code == 400
    assert own_machine.post(undo, json={"who": "李工", "reason": "证据有误"}).json()["state"] == "none"
    events = own_machine.get(path, headers=HEADER).json()["events"]
    assert [(one["state"], one["reason"], one["license_ids"]) for one in events] == [
        ("same", "护照载明身份号码", [proof]),
        ("none", "证据有误", []),
    ]
    assert (
        own_machine.post("/api/search", json={"purpose": PURPOSE, "holder_code": PERSON}).json()["bound_holders"] == []
    )


def test_pairs_are_narrowed_and_paged(own_machine: Client, own_shelf: Shelf, people: list[int]) -> None:
    apart = {"decision": "different", "who": "张工", "reason": "查明为两人"}
    own_machine.post(f"/api/subject-pairs/{people[0]}/{people[1]}/decision", json=apart)

    def listed(**chosen: Any) -> list[str]:
        return [one["state"] for one in own_machine.get("/api/subject-pairs", params=chosen).json()["pairs"]]

    assert listed() == ["different", "proposed"]
    assert listed(state="proposed") == listed(rule="organisation_code") == ["proposed"]
    assert listed(subject_id=people[1]) == listed(state="different") == ["different"]
    assert listed(owner="王工") == []
    first = own_machine.get("/api/subject-pairs", params={"limit": 1}).json()
    assert listed(limit=1, after=first["next"]) == ["proposed"]
    assert own_machine.get("/api/subject-pairs?nobody=1").status_code == 422
    names = own_machine.get("/api/subject-pairs?state=different").json()["pairs"][0]["names"]
    assert names[1] == "王*"


def test_the_page_asks_for_a_purpose_shows_both_and_takes_a_decision(
    own_machine: Client, own_shelf: Shelf, database: Engine
) -> None:
    page = f"/subjects/{own_shelf.company_id}/{own_shelf.twin_id}"
    led = own_machine.post("/subjects", data={"one": str(own_shelf.company_id), "other": str(own_shelf.twin_id)})
    assert (led.status_code, led.headers["location"]) == (303, page)
    assert "恒通运输部" not in own_machine.get(page).text
    assert own_machine.post(page, data={"purpose": PURPOSE}).status_code == 303
    shown = own_machine.get(f"{page}?lang=zh").text
    assert "&lt;i&gt;恒通运输部" in shown
    assert "统一社会信用代码包含该组织机构代码" in shown
    assert COMPANY not in shown
    assert COMPANY in own_machine.post(f"{page}/reveal", data={"purpose": PURPOSE}).text
    form = {"who": "张工", "reason": "<b>变更登记", "license_ids": str(own_shelf.license_id), "action": "same"}
    listed = own_machine.get("/subjects?state=proposed&lang=zh").text
    number = {"decision_id": "1"}
    assert "待认定" in listed
    assert own_machine.post(page, data=form | number | {"action": "assign", "owner": "王工"}).status_code == 303
    assert "王工" in own_machine.get("/subjects?owner=王工").text
    assert own_machine.post(page, data=form | {"license_ids": "x"}).status_code == 422
    assert own_machine.post(page, data=form | number).status_code == 303
    shown = own_machine.get(f"{page}?lang=zh").text
    assert "已认定为同一主体" in shown
    assert "&lt;b&gt;变更登记" in shown
    assert "撤销认定" in shown
    with database.connect() as conn:
        last = conn.scalar(text("select max(decision_id) from subject_decisions"))
    undone = own_machine.post(page, data={"who": "李工", "reason": "有误", "decision_id": str(last), "action": "undo"})
    assert undone.status_code == 303
    assert "待认定" in own_machine.get(f"{page}?lang=zh").text
    assert f"/subjects?subject_id={own_shelf.company_id}" in own_machine.get(f"/licenses/{own_shelf.license_id}").text


def test_a_subject_that_is_not_there_is_not_found(own_machine: Client, own_shelf: Shelf) -> None:
    for path in (f"/api/subject-pairs/{own_shelf.company_id}/999", f"/api/subject-pairs/999/{own_shelf.company_id}"):
        assert own_machine.get(path, headers=HEADER).status_code == 404
    assert own_machine.post("/api/subject-decisions/999/undo", json={"who": "a", "reason": "b"}).status_code == 404
    same = f"/api/subject-pairs/{own_shelf.company_id}/{own_shelf.company_id}"
    assert own_machine.get(same, headers=HEADER).status_code == 400

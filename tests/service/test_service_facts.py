"""Forms filled in over the interface and on the page of the checklist: only the form's fields, each question recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from httpx import Client
from service_makers import COMPANY, COMPANY_NAME, PERSON, PURPOSE, TOKEN, Shelf, calling, post_form, serving
from sqlalchemy import text

from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings
from tests.license_library.question_makers import Library

ITEM = "PD-E-005"
HEADER = {"X-Purpose": quote(PURPOSE)}


def recorded(settings: ServiceSettings) -> list[Any]:
    """List what was recorded of forms."""
    with settings.engine.connect() as conn:
        return list(conn.execute(text("select * from inquiries where action = 'prefill' order by inquiry_id")).all())


def test_the_fields_told_are_on_record_and_a_refusal_too(own_settings: ServiceSettings, own_machine: Client) -> None:
    question = {"item_code": ITEM, "holder_code": COMPANY, "purpose": PURPOSE}
    answer = own_machine.post("/api/prefill", json=question)
    assert answer.status_code == 200
    known = [field["name"] for field in answer.json()["fields"] if field["value"]]
    assert known == ["organisation_name", "credit_code", "registration_authority"]
    refused = own_machine.post("/api/prefill", json=question | {"fields": ["sex"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "request.not_in_form")
    told, denied = recorded(own_settings)
    assert (told.fields_told, told.result_count, told.denied, told.purpose) == (known, 3, False, PURPOSE)
    assert (denied.fields_told, denied.result_count, denied.denied) == (None, 0, True)


def test_no_form_is_filled_without_a_purpose_or_by_nobody(machine: Client, stranger: Client) -> None:
    question = {"item_code": ITEM, "holder_code": COMPANY}
    assert machine.post("/api/prefill", json=question).status_code == 422
    assert machine.post("/api/prefill", json=question | {"purpose": " "}).status_code == 422
    assert stranger.post("/api/prefill", json=question | {"purpose": PURPOSE}).status_code == 401


def test_a_form_never_shows_a_whole_holder_code(shelf: Shelf, machine: Client) -> None:
    question = {"item_code": "PD-E-012", "holder_code": PERSON, "purpose": PURPOSE}
    answer = machine.post("/api/prefill", json=question)
    assert answer.status_code == 200
    assert PERSON not in answer.text
    values = {field["name"]: field["value"] for field in answer.json()["fields"]}
    assert (values["sex"], values["resident_number"]) == ("男", f"3702{'*' * 10}7211")


def test_the_checklist_page_shows_the_form_beside_the_materials(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, f"/checklist/{ITEM}", holder_code=COMPANY)
    assert answer.status_code == 200
    assert "表单预填" in answer.text
    assert re.search(r"单位名称.*平度市恒通运输有限公司.*主数据源", answer.text, re.DOTALL)
    assert 'id="form-fields"' in answer.text


def test_a_form_that_is_not_for_this_applicant_says_so_beside_the_checklist(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, f"/checklist/{ITEM}", holder_code=PERSON)
    assert answer.status_code == 200
    assert "该事项的表单不面向这类主体" in answer.text


@pytest.fixture
def contested(own_settings: ServiceSettings, own_shelf: Shelf) -> dict[str, int]:
    """Give a company about whom two departments say different names of its legal representative."""
    with own_settings.engine.begin() as conn:
        library = Library(conn, own_settings.keyring, count(500))
        library.add_feed("human_resources", ("hr",))
        (subject,) = library.read("select subject_id from licenses where license_id = :id", id=own_shelf.license_id)
        told = {"open_ended": True, "holder_name": COMPANY_NAME}
        face = {kind: {"legal_representative": name} for kind, name in (("bizlic", "王建国"), ("hr", "<i>李伟"))}
        ours = library.add_license(subject, face=face["bizlic"], **told)
        other = library.add_license(subject, license_type="hr", department="human_resources", face=face["hr"], **told)
    return {"subject": subject, "bizlic": ours, "hr": other}


@pytest.fixture
def own_person(own_settings: ServiceSettings, own_shelf: Shelf) -> Iterator[Client]:
    """Give a signed-in client of a service that no other test asks."""
    with serving(create_app(own_settings)) as address, calling(address, Origin=address) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        yield client


def mark_on(page: str) -> str:
    """Return the mark that the forms of a page send."""
    (mark,) = set(re.findall(r'name="mark" value="([0-9a-f]+)"', page))
    return mark


def test_a_conflict_is_listed_masked_shown_with_a_purpose_and_settled(
    own_settings: ServiceSettings, own_machine: Client, contested: dict[str, int]
) -> None:
    listed = own_machine.get("/api/conflicts?element=legal_representative")
    assert "王建国" not in listed.text
    assert [one["subject_id"] for one in listed.json()["conflicts"]] == [contested["subject"]]
    address = f"/api/conflicts/{contested['subject']}/legal_representative"
    assert own_machine.get(address).status_code == 422
    shown = own_machine.get(address, headers=HEADER).json()
    assert [fact["value"] for fact in shown["conflict"]["facts"]] == ["王建国", "<i>李伟"]
    order = {
        "action": "settle",
        "who": "张工",
        "note": "查档",
        "license_id": contested["bizlic"],
        "until": "2099-12-31",
    }
    assert own_machine.post(f"{address}/decision", json=order, headers=HEADER).status_code == 400
    order["mark"] = shown["mark"]
    settled = own_machine.post(f"{address}/decision", json=order, headers=HEADER).json()
    assert (settled["conflict"]["state"], settled["events"][-1]["who"]) == ("settled", "张工 (developer)")
    assert own_machine.get("/api/conflicts?state=open&element=legal_representative").json()["conflicts"] == []
    with own_settings.engine.connect() as conn:
        looks = conn.execute(text("select purpose, fields_told from inquiries where action = 'conflict'")).all()
    assert [(look.purpose, look.fields_told) for look in looks] == [(PURPOSE, ["legal_representative"])] * 2


def test_a_conflict_that_cannot_be_decided_so_is_told_with_its_status(
    own_machine: Client, contested: dict[str, int]
) -> None:
    address = f"/api/conflicts/{contested['subject']}/legal_representative/decision"
    mark = own_machine.get(address.removesuffix("/decision"), headers=HEADER).json()["mark"]
    for order, status in (
        ({"action": "reopen", "who": "张工", "note": "x"}, 409),
        ({"action": "settle", "who": "张工", "note": "x", "license_id": 999}, 409),
        ({"action": "settle", "who": " ", "note": "x"}, 400),
        ({"action": "forget", "who": "张工"}, 422),
    ):
        assert own_machine.post(address, json=order | {"mark": mark}, headers=HEADER).status_code == status, order
    assert own_machine.get("/api/conflicts/999/founded_on", headers=HEADER).status_code == 404
    assert own_machine.get("/api/conflicts?element=colour").status_code == 400
    assert own_machine.get("/api/conflicts?elemnt=founded_on").status_code == 422


def test_a_steward_finds_a_conflict_settles_it_and_the_form_is_filled(
    own_person: Client, contested: dict[str, int]
) -> None:
    address = f"/conflicts/{contested['subject']}/legal_representative"
    listed = own_person.get("/conflicts").text
    assert f'href="{address}"' in listed
    assert "王建国" not in listed
    assert "查询事由" in own_person.get(address).text
    assert "王建国" not in own_person.get(address).text
    assert post_form(own_person, address).status_code == 303
    shown = own_person.get(address).text
    assert "王建国" in shown
    assert "<i>李伟" not in shown
    form = post_form(own_person, f"/checklist/{ITEM}", holder_code=COMPANY).text
    assert "来源不一致" in form
    assert f'href="{address}"' in form
    facts = {"license_id": str(contested["hr"]), "note": "电话核实", "who": "张工", "action": "settle"}
    facts["mark"] = mark_on(shown)
    assert post_form(own_person, address, **facts).status_code == 303
    outdated = post_form(own_person, address, **facts | {"license_id": str(contested["bizlic"])})
    assert outdated.status_code == 409
    assert "在您查看之后已有变化，请重新查看后再处理" in outdated.text
    assert "裁定采用" in own_person.get(address).text
    assert "已由数据管理员裁定" in post_form(own_person, f"/checklist/{ITEM}", holder_code=COMPANY).text
    told = facts | {
        "action": "tell",
        "license_id": str(contested["bizlic"]),
        "mark": mark_on(own_person.get(address).text),
    }
    assert post_form(own_person, address, **told).status_code == 303
    assert "法*" in own_person.get("/corrections").text


def test_a_source_is_put_first_on_the_page_of_elements(own_person: Client, contested: dict[str, int]) -> None:
    facts = {"source": "hr.face.legal_representative", "reason": "登记滞后", "who": "张工"}
    assert post_form(own_person, "/elements/legal_representative", **facts).status_code == 303
    page = own_person.get("/elements").text
    assert "登记滞后" in page
    assert post_form(own_person, "/elements/legal_representative", **facts | {"source": ""}).status_code == 303
    assert "登记滞后" not in own_person.get("/elements").text

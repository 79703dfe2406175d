"""The JSON interface: the library's answers, recorded where they are personal, described as they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from httpx import Client
from service_makers import COMPANY, IDENTIFIER, ITEM, PERSON, PURPOSE, Shelf, post_form, unlist
from service_operations import HEADER, answered, make_copy
from sqlalchemy import Engine, text

from license_library.service.acts.asking import ACTIONS
from license_library.service.settings import ServiceSettings


def ask(machine: Client, path: str, **question: Any) -> dict[str, Any]:
    """Post a question with a purpose and return the answer."""
    answer = machine.post(path, json={"purpose": PURPOSE, **question})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def inquiries(database: Engine) -> list[Any]:
    """List what was recorded."""
    with database.connect() as conn:
        return list(conn.execute(text("select * from inquiries order by inquiry_id")).all())


@pytest.mark.parametrize(
    "question",
    [
        {"number": "370283000012345"},
        {"identifier": IDENTIFIER},
        {"holder_code": COMPANY},
        {"holder_name": "恒通"},
        {"text": "恒通运输", "license_type": "bizlic"},
    ],
)
def test_a_license_is_found_by_whatever_is_known_of_it(shelf: Shelf, machine: Client, question: dict[str, str]) -> None:
    answer = ask(machine, "/api/search", **question)
    assert shelf.license_id in [hit["license_id"] for hit in answer["hits"]]
    assert all(hit["source"]["as_of"] and hit["source"]["freshness"] == "fresh" for hit in answer["hits"])


def test_no_answer_tells_a_whole_holder_code(shelf: Shelf, machine: Client) -> None:
    found = machine.post("/api/search", json={"purpose": PURPOSE, "holder_code": PERSON})
    shown = machine.get(f"/api/licenses/{shelf.hostile_id}", headers=HEADER)
    listed = machine.post("/api/checklist", json={"purpose": PURPOSE, "item_code": ITEM, "holder_code": PERSON})
    for answer in (found, shown, listed):
        assert answer.status_code == 200
        assert PERSON not in answer.text
        assert f"3702{'*' * 10}7211" in answer.text


def test_a_license_comes_with_its_history_and_its_page(shelf: Shelf, machine: Client) -> None:
    answer = machine.get(f"/api/licenses/{shelf.license_id}", headers=HEADER).json()
    assert [version["version_count"] for version in answer["versions"]] == [2, 1]
    assert (answer["provenance"]["page_number"], answer["provenance"]["position"]) == (1, 4)


@pytest.mark.parametrize(
    ("asked", "state", "version"),
    [
        ("", "known", 2),
        ("?on=2015-06-01", "known", 1),
        ("?on=2015-03-15", "state_not_known", None),
        ("?on=2015-01-01", "not_issued", None),
        ("?known_at=2016-05-01", "not_known", None),
        ("?on=&known_at=2016-06-14T12:00:00%2B08:00", "known", 2),
    ],
)
def test_what_held_of_a_license_is_asked_with_two_times(
    shelf: Shelf, machine: Client, asked: str, state: str, version: int | None
) -> None:
    answer = machine.get(f"/api/licenses/{shelf.license_id}/as-of{asked}", headers=HEADER).json()
    assert (answer["state"], (answer["version"] or {}).get("version_count")) == (state, version)


def test_a_state_that_nobody_told_is_answered_as_not_known(shelf: Shelf, machine: Client, person: Client) -> None:
    held = ask(machine, "/api/holdings", holder_code=COMPANY, on="2015-03-15")["licenses"]
    told = next(one for one in held if one["license_id"] == shelf.license_id)
    assert (told["state"], told["status"], told["validity"]) == ("state_not_known", None, None)
    page = post_form(person, "/holdings", holder_code=COMPANY, on="2015-03-15", known_at="")
    assert "当日状态不详" in page.text


def test_a_time_that_is_none_is_refused(shelf: Shelf, machine: Client) -> None:
    answer = machine.get(f"/api/licenses/{shelf.license_id}/as-of?on=2016-02-30", headers=HEADER)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_a_case_relies_on_a_license_and_the_license_says_so(own_shelf: Shelf, own_machine: Client) -> None:
    noted = ask(own_machine, "/api/reliances", license_id=own_shelf.license_id, case_number="C-1", item_code=ITEM)
    shown = own_machine.get(f"/api/licenses/{own_shelf.license_id}", headers=HEADER).json()
    assert shown["reliances"] == [noted]
    wrong = {"purpose": PURPOSE, "license_id": own_shelf.license_id, "case_number": "办件"}
    assert own_machine.post("/api/reliances", json=wrong).status_code == 400


def test_a_case_that_relies_on_what_is_listed_no_more_is_warned(
    own_settings: ServiceSettings, own_shelf: Shelf, own_machine: Client
) -> None:
    asked = {"license_id": own_shelf.license_id, "case_number": "C-1"}
    assert ask(own_machine, "/api/reliances", **asked)["doubts"] == []
    unlist(own_settings, own_shelf.license_id)
    noted = ask(own_machine, "/api/reliances", **asked)
    words = {"zh": "该部门最近的全量清单中已无此证照", "en": "the department's whole list lacks it now"}
    assert noted["doubts"] == [{"code": "unlisted", "words": words}]
    shown = own_machine.get(f"/api/licenses/{own_shelf.license_id}", headers=HEADER).json()
    assert (shown["doubts"], shown["reliances"]) == (noted["doubts"], [noted])


def test_a_license_that_is_not_kept_is_not_found(shelf: Shelf, machine: Client) -> None:
    answer = machine.get("/api/licenses/999999", headers=HEADER)
    assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found")


def test_a_license_is_verified(own_shelf: Shelf, own_machine: Client, database: Engine) -> None:
    said = {"license_type": "bizlic", "license_number": own_shelf.license_number}
    another = said | {"values": {"holder_name": "另一家公司"}}
    answer = ask(own_machine, "/api/verify", **said, values={"holder_name": "平度市恒通运输有限公司"})
    assert answer["verdict"] == "confirmed"
    assert ask(own_machine, "/api/verify", **another)["verdict"] == "stale"  # what waits may be that company's
    with database.begin() as conn:
        conn.execute(text("update quarantined_records set state = 'mended'"))
    assert ask(own_machine, "/api/verify", **another)["verdict"] == "mismatch"


def test_a_checklist_answers_every_material(shelf: Shelf, machine: Client) -> None:
    answer = ask(machine, "/api/checklist", item_code=ITEM, holder_code=COMPANY)
    assert len(answer["materials"]) == answer["item"]["material_count"]
    assert all(material["words"]["zh"] and material["words"]["en"] for material in answer["materials"])


def test_an_unknown_item_is_not_found(shelf: Shelf, machine: Client) -> None:
    answer = machine.post("/api/checklist", json={"purpose": PURPOSE, "item_code": "PD-X-999", "holder_code": COMPANY})
    assert answer.status_code == 404


def test_a_question_that_cannot_be_answered_says_why(shelf: Shelf, machine: Client) -> None:
    answer = machine.post("/api/search", json={"purpose": PURPOSE, "holder_name": "恒"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.wrong_question")


@pytest.mark.parametrize("headers", [{}, {"X-Purpose": ""}, {"X-Purpose": quote("字" * 201)}, {"X-Purpose": "a%00b"}])
def test_a_license_is_not_shown_without_a_purpose(shelf: Shelf, machine: Client, headers: dict[str, str]) -> None:
    answer = machine.get(f"/api/licenses/{shelf.license_id}", headers=headers)
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, "purpose")


def test_every_personal_question_is_recorded_with_its_purpose(
    own_shelf: Shelf, own_machine: Client, database: Engine
) -> None:
    ask(own_machine, "/api/search", holder_name="恒通")
    own_machine.get(f"/api/licenses/{own_shelf.license_id}", headers=HEADER)
    own_machine.get(f"/api/licenses/{own_shelf.license_id}/as-of", headers=HEADER)
    ask(own_machine, "/api/holdings", holder_code=COMPANY)
    ask(own_machine, "/api/verify", license_type="bizlic", license_number=own_shelf.license_number)
    ask(own_machine, "/api/checklist", item_code=ITEM, holder_code=COMPANY)
    ask(own_machine, "/api/prefill", item_code="PD-E-005", holder_code=COMPANY)
    ask(own_machine, "/api/facts", holder_code=COMPANY, elements=["organisation_name", "founded_on"])
    recorded = inquiries(database)
    assert [row.action for row in recorded] == list(ACTIONS.values())
    assert [row.result_count for row in recorded] == [2, 1, 1, 1, 1, 0, 3, 1]
    assert recorded[-1].fields_told == ["organisation_name"]
    assert {(row.actor, row.purpose) for row in recorded} == {("developer", PURPOSE)}
    assert all(COMPANY.encode() not in row.question_hash for row in recorded)


def test_the_same_question_has_the_same_hash_whatever_its_purpose(
    own_shelf: Shelf, own_machine: Client, database: Engine
) -> None:
    for purpose, name in (("a", "恒通"), ("b", "恒通"), ("b", "运输")):
        own_machine.post("/api/search", json={"purpose": purpose, "holder_name": name})
    first, second, third = (row.question_hash for row in inquiries(database))
    assert first == second
    assert second != third


@pytest.mark.parametrize(
    ("path", "asked", "status", "action"),
    [
        ("/api/reliances", {"license_id": "revoked", "case_number": "S-1"}, 409, "reliance"),
        ("/api/reliances", {"license_id": 999_999, "case_number": "S-1"}, 404, "reliance"),
        (
            "/api/verify",
            {"license_number": "SAME", "license_type": "bizlic", "values": {"no_such": "x"}},
            422,
            "verify",
        ),
    ],
)
def test_a_refusal_that_tells_of_a_license_is_recorded(
    own_shelf: Shelf, own_machine: Client, database: Engine, path: str, asked: dict[str, Any], status: int, action: str
) -> None:
    with database.begin() as conn:
        conn.execute(text("update licenses set status = 'revoked'"))
    if asked.get("license_id") == "revoked":
        asked = asked | {"license_id": own_shelf.license_id}
    assert own_machine.post(path, json=asked | {"purpose": PURPOSE}).status_code == status
    assert [(row.action, row.purpose, row.result_count, row.denied) for row in inquiries(database)] == [
        (action, PURPOSE, 0, True)
    ]


def test_ids_are_not_tried_out_unrecorded(own_machine: Client, database: Engine) -> None:
    header = {"X-Purpose": quote(PURPOSE)}
    for path in ("licenses/999999", "licenses/999999/as-of", "licenses/999999/files", "files/999999"):
        assert own_machine.get(f"/api/{path}", headers=header).status_code == 404
    assert [(row.action, row.denied) for row in inquiries(database)] == [
        ("license", True),
        ("as_of", True),
        ("files", True),
        ("license file", True),
    ]


def test_an_answer_that_cannot_be_recorded_is_not_given(
    own_shelf: Shelf, own_machine: Client, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with database.begin() as conn:
        conn.execute(text("alter table inquiries add constraint none_at_all check (false) not valid"))
    answer = own_machine.post("/api/search", json={"purpose": PURPOSE, "holder_name": "恒通"})
    assert (answer.status_code, answer.json()["code"]) == (500, "hub.failed")
    assert own_shelf.license_number not in answer.text
    assert "IntegrityError" in caplog.text
    assert PURPOSE not in caplog.text


@pytest.mark.parametrize(
    "path", ["/api/items", "/api/license-types", "/api/departments", "/api/exchanges", "/api/quarantine"]
)
def test_what_is_not_personal_needs_no_purpose(
    shelf: Shelf, machine: Client, shared_database: Engine, path: str
) -> None:
    before = inquiries(shared_database)
    assert machine.get(path).status_code == 200
    assert inquiries(shared_database) == before


def test_items_are_narrowed_by_line_and_name(shelf: Shelf, machine: Client) -> None:
    everything = machine.get("/api/items").json()["items"]
    assert len(everything) == 65
    line = machine.get("/api/items", params={"line": "建设"}).json()["items"]
    assert {item["line"] for item in line} == {"建设"}
    named = machine.get("/api/items", params={"name": "食品"}).json()["items"]
    assert named
    assert all("食品" in item["name"] for item in named)


def test_quarantine_is_narrowed_by_department_reason_and_state(shelf: Shelf, machine: Client) -> None:
    def total(**chosen: str) -> int:
        return int(machine.get("/api/quarantine", params=chosen).json()["total"])

    assert total() == total(department="market_regulation") == total(code="record.bad_date") == total(state="") == 1
    assert total(department="transport") == total(code="record.too_long") == total(state="mended") == 0
    case = machine.get(f"/api/quarantine/{shelf.quarantine_id}").json()
    assert (case["case"]["page_number"], case["case"]["position"]) == (1, 7)


def test_exchanges_account_for_every_record(shelf: Shelf, machine: Client) -> None:
    exchanges = machine.get("/api/exchanges", params={"department": "market_regulation"}).json()["exchanges"]
    assert [exchange["department"] for exchange in exchanges] == ["market_regulation"]
    one = exchanges[0]
    assert one["received"] == one["merged"] + one["unchanged"] + one["quarantined"] + one["held"]


def test_every_answer_has_the_shape_that_is_described(shelf: Shelf, machine: Client) -> None:
    document = machine.get("/openapi.json").json()
    operations = {
        f"{method} {path}": told for path, methods in document["paths"].items() for method, told in methods.items()
    }
    answers = answered(machine, shelf, make_copy(machine, shelf))
    assert set(operations) == set(answers)
    for name, answer in answers.items():
        content = operations[name]["responses"]["200"]["content"]
        if isinstance(answer, bytes):
            assert (answer[:5], list(content)) == (b"%PDF-", ["application/octet-stream"])
            continue
        shape = content["application/json"]["schema"]
        jsonschema.validate(answer, {**shape, "components": document["components"]})


def test_a_problem_has_the_shape_that_is_described(machine: Client) -> None:
    document = machine.get("/openapi.json").json()
    problem = machine.post("/api/search", json={}).json()
    jsonschema.validate(problem, {"$ref": "#/components/schemas/ProblemAnswer", "components": document["components"]})


def test_the_description_says_who_may_ask(machine: Client) -> None:
    document = machine.get("/openapi.json").json()
    assert document["security"] == [{"token": []}]
    assert document["paths"]["/api/health"]["get"]["security"] == []


def test_incidents_and_shadows_are_answered(machine: Client, shelf: Shelf) -> None:
    told = machine.get("/api/incidents").json()["incidents"]
    assert [(one["severity"], one["state"], one["feed"]) for one in told] == [
        ("critical", "open", "licenses"),
        ("notice", "open", ""),
    ]
    shadow = machine.get("/api/exchanges/4/shadow").json()
    assert (shadow["new"], shadow["changed"], shadow["changed_fields"][0]["emptied"]) == (4, 2, 2)
    assert machine.get("/api/exchanges/1/shadow").status_code == 404
    departments = {one["department"]: one for one in machine.get("/api/departments").json()["departments"]}
    states = {name: one["feeds"][0]["activation"]["state"] for name, one in departments.items()}
    assert states == {"market_regulation": "active", "public_security": "proposed", "transport": "changed"}
    assert [len(one["open_incidents"]) for one in departments.values()] == [2, 0, 0]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/api/exchanges?departmnt=transport", "departmnt"),
        ("/api/quarantine?code=x&stat=open", "stat"),
        ("/api/departments?feed=licenses", "feed"),
        ("/api/license-types?370283199001011234=1", "the query"),
    ],
)
def test_a_parameter_that_no_route_knows_is_refused_and_named(machine: Client, address: str, field: str) -> None:
    answer = machine.get(address)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [one["field"] for one in answer.json()["problems"]] == [field]
    assert "370283199001011234" not in answer.text


@pytest.mark.parametrize("listed", ["quarantine", "deliveries", "corrections", "incidents", "reconciliations"])
def test_a_state_that_nothing_is_ever_in_is_refused_and_not_answered_by_an_empty_list(
    machine: Client, listed: str
) -> None:
    refused = machine.get(f"/api/{listed}?state=nonsense")
    assert refused.status_code == 422
    assert "expected one of" in refused.text
    assert machine.get(f"/{listed}?state=nonsense").status_code == 422
    assert machine.get(f"/api/{listed}?state=").status_code == 200

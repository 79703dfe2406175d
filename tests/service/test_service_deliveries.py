"""What is owed is shown without its payload, and a person ends a doubt on the page or over the interface."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

from httpx import Client
from service_makers import COMPANY, HOSTILE_NAME, PERSON, Shelf, hand_in
from sqlalchemy import Engine, text

from license_library.service.settings import ServiceSettings
from schemas.deliveries.deliveries import example_of, read_delivery

DECISION = {**example_of("decision"), "delivery_key": "platform-0001"}


def test_deliveries_are_listed_with_state_reason_and_what_they_wait_for(shelf: Shelf, machine: Client) -> None:
    answer = machine.get("/api/deliveries?department=transport").json()
    found = {(one["case_number"], one["sequence"]): one for one in answer["deliveries"]}
    doubtful, behind = found["370283-2016-000123", 1], found["370283-2016-000123", 2]
    assert (doubtful["state"], doubtful["state_words"]["zh"], doubtful["tries"]) == ("to_verify", "待核实", 1)
    assert doubtful["reason_words"]["zh"] == "部门系统未在时限内答复"
    assert behind["waits_for"] == doubtful["delivery_id"]
    assert {one["state"]: one["count"] for one in answer["states"]} == {"to_verify": 1, "waiting": 1}
    for told in (machine.get("/api/deliveries").text, machine.get("/deliveries").text):
        assert PERSON not in told
        assert COMPANY not in told
        assert HOSTILE_NAME not in told


def test_deliveries_are_narrowed(shelf: Shelf, machine: Client) -> None:
    def cases(**chosen: str) -> list[str]:
        return [one["case_number"][-3:] for one in machine.get("/api/deliveries", params=chosen).json()["deliveries"]]

    assert cases(department="transport") == ["123", "123"]
    assert cases(state="done") == cases(case_number="370283-2016-000124") == ["124"]
    assert cases(kind="license_alert") == []
    first = machine.get("/api/deliveries", params={"limit": "4"}).json()
    assert cases(limit="4", after=first["next"]) == ["123", "123"]


def test_one_click_ends_a_doubt_either_way(own_machine: Client, database: Engine) -> None:
    page = own_machine.get("/deliveries").text
    assert "已到达" in page
    assert "未到达，重新发送" in page
    doubtful = int(re.search(r"/deliveries/(\d+)\"[^>]*>(?:(?!</form>).)*arrived", page, re.DOTALL)[1])  # type: ignore[index]
    decided = own_machine.post(f"/deliveries/{doubtful}", data={"choice": "arrived", "who": "张工"})
    assert (decided.status_code, decided.headers["location"]) == (
        303,
        f"/deliveries?case_number=370283-2016-000123#delivery-{doubtful}",
    )
    with database.connect() as conn:
        row = conn.execute(text("select * from deliveries where delivery_id = :id"), {"id": doubtful}).one()
    assert (row.state, row.decision, row.verified_by) == ("done", "arrived", "张工 (developer)")
    told = own_machine.get("/api/deliveries", params={"state": "done"}).json()["deliveries"]
    (shown,) = [one for one in told if one["delivery_id"] == doubtful]
    assert row.reason_code
    assert (shown["reason_code"], shown["reason_words"], shown["answer"]) == (None, None, None)
    again = own_machine.post(f"/api/deliveries/{doubtful}/decision", json={"choice": "resend", "who": "李工"})
    assert (again.status_code, again.json()["code"]) == (409, "request.not_decidable")
    assert "李工" not in again.text


def test_a_decision_needs_who_makes_it(own_machine: Client) -> None:
    assert own_machine.post("/api/deliveries/1/decision", json={"choice": "arrived", "who": " "}).status_code == 400
    assert own_machine.post("/api/deliveries/1/decision", json={"choice": "gone", "who": "张工"}).status_code == 422
    assert (
        own_machine.post("/api/deliveries/999/decision", json={"choice": "arrived", "who": "张工"}).status_code == 404
    )
    sent = own_machine.post("/api/deliveries/1/decision", json={"choice": "resend", "who": "张工"})
    assert (sent.status_code, sent.json()["state"], sent.json()["is_doubtful"]) == (200, "waiting", False)


def test_the_approval_platform_hands_a_delivery_in_once_however_often_it_calls(
    own_machine: Client, database: Engine
) -> None:
    decision = {**example_of("decision"), "delivery_key": "platform-0001"}
    first = own_machine.post("/api/deliveries", json=decision).json()
    assert (first["state"], first["kind"], first["delivery_key"]) == ("waiting", "decision", "platform-0001")
    assert own_machine.post("/api/deliveries", json=decision).json() == first
    with database.connect() as conn:
        assert conn.execute(text("select count(*) from deliveries where delivery_key = 'platform-0001'")).scalar() == 1
    other = own_machine.post("/api/deliveries", json={**decision, "outcome": "refused"})
    assert (other.status_code, other.json()["code"]) == (409, "request.key_taken")


def test_a_delivery_that_cannot_be_owed_is_refused_at_once_and_says_why(own_machine: Client) -> None:
    decision = {**example_of("decision"), "delivery_key": "platform-0001"}
    untaken = own_machine.post("/api/deliveries", json={**decision, "department": "water"})
    assert (untaken.status_code, untaken.json()["code"]) == (409, "request.not_deliverable")
    assert "declares no delivery" in untaken.json()["message"]
    unkeyed = own_machine.post("/api/deliveries", json=example_of("decision"))
    assert (unkeyed.status_code, [one["field"] for one in unkeyed.json()["problems"]]) == (422, ["delivery_key"])
    wrong = own_machine.post("/api/deliveries", json={**decision, "applicant_code": PERSON, "outcome": "perhaps"})
    assert (wrong.status_code, [one["field"] for one in wrong.json()["problems"]]) == (422, ["outcome"])
    assert PERSON not in wrong.text
    other = own_machine.post("/api/deliveries", json={**decision, "applicant_code": PERSON})
    assert (other.status_code, other.json()["code"]) == (422, "request.invalid")
    assert [one["field"] for one in other.json()["problems"]] == ["applicant_code"]
    assert "expected a unified social credit code, got one that is none" in other.json()["message"]
    assert PERSON not in other.text


def test_a_delivery_is_read_as_strictly_as_any_question(own_machine: Client, database: Engine) -> None:
    with database.connect() as conn:
        before = conn.scalar(text("select count(*) from deliveries"))
    for content, code in (
        (json.dumps(DECISION)[:-1] + f', "applicant_code": "{PERSON}"}}', "malformed"),  # about two persons at once
        ("[" * 30_000, "malformed"),
        (json.dumps(DECISION | {PERSON: "1"}), "invalid"),
        (json.dumps(DECISION | {"outcome": "\ud800"}), "invalid"),
        (json.dumps(DECISION | {"delivery_key": "platform-0001\n"}), "invalid"),
        (json.dumps(DECISION | {"delivery_key": "correction-00000005"}), "invalid"),
    ):
        answer = own_machine.post("/api/deliveries", content=content)
        assert (answer.status_code, answer.json()["code"]) == (400 if code == "malformed" else 422, f"request.{code}")
        assert bool(answer.json()["problems"]) is (code == "invalid")
        assert PERSON not in answer.text
    with database.connect() as conn:
        assert conn.scalar(text("select count(*) from deliveries")) == before


def test_one_key_for_two_cases_at_once_is_accepted_once(own_machine: Client, own_settings: ServiceSettings) -> None:
    with ThreadPoolExecutor(1) as pool:
        with own_settings.engine.begin() as conn:
            hand_in(conn, own_settings.keyring, read_delivery(json.dumps(DECISION).encode(), own_settings.today()))
            other = pool.submit(own_machine.post, "/api/deliveries", json=DECISION | {"case_number": "370283-2"})
            deadline = time.monotonic() + 30
            while not anybody_waits(own_settings.engine):
                assert time.monotonic() < deadline
                time.sleep(0.02)
        refused = other.result(30)
    assert (refused.status_code, refused.json()["code"]) == (409, "request.key_taken")
    assert own_machine.post("/api/deliveries", json=DECISION).status_code == 200


def anybody_waits(engine: Engine) -> bool:
    """Say whether a transaction waits for another."""
    waiting = (
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
    )
    with engine.connect() as conn:
        return bool(conn.scalar(text(waiting)))


def test_half_a_character_in_a_word_is_a_wrong_question(own_machine: Client) -> None:
    given = {"choice": "\ud800", "who": "张工"}
    assert own_machine.post("/api/deliveries/1/decision", content=json.dumps(given)).status_code == 422


def test_nobody_hands_a_delivery_in_without_the_token(stranger: Client) -> None:
    assert stranger.post("/api/deliveries", json=example_of("decision")).status_code == 401

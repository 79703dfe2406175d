"""Cases are decided on the page and over the interface, signed; what is revealed is recorded; batches are noted for the hub."""

from __future__ import annotations

import re

import msgspec
import pytest
from httpx import Client
from service_makers import NOW
from sqlalchemy import Engine, text

from license_library.storage.keyring import Keyring
from tests.license_library.question_makers import kept_phrase

SOURCE = {"CZZTDM": "370283198003031234", "ZT": "9"}


@pytest.fixture
def case(own_machine: Client, database: Engine, keyring: Keyring) -> int:
    """Give an open case whose source row is kept, of a mapping that says which fields are personal."""
    fields = [
        {
            "field": "holder_code",
            "sources": ["CZZTDM"],
            "paths": ["rows/CZZTDM"],
            "zh": "照录",
            "en": "as is",
            "is_personal": True,
        },
        {"field": "status", "sources": ["ZT"], "paths": ["rows/ZT"], "zh": "照录", "en": "as is", "is_personal": False},
    ]
    told = {
        "source": keyring.encrypt(msgspec.json.encode(SOURCE)),
        "fields": msgspec.json.encode(fields).decode(),
        "now": NOW,
    }
    with database.begin() as conn:
        conn.execute(text("update quarantined_records set source = :source"), told)
        conn.execute(
            text("""insert into mappings (department, feed, mapping_version, described_at, fields)
            select distinct department, feed, mapping_version, cast(:now as timestamptz), cast(:fields as jsonb) from quarantined_records"""),
            told,
        )
        return int(conn.scalar(text("select max(quarantine_id) from quarantined_records where state = 'open'")) or 0)


def test_a_case_shows_its_row_masked_and_a_reveal_is_recorded(own_machine: Client, case: int, database: Engine) -> None:
    shown = own_machine.get(f"/api/quarantine/{case}")
    assert "370283198003031234" not in shown.text
    assert {one["name"]: one["value"] for one in shown.json()["source"]} == {"CZZTDM": "3*****************", "ZT": "9"}
    assert "370283198003031234" not in own_machine.get(f"/quarantine/{case}").text
    assert own_machine.post(f"/api/quarantine/{case}/reveal", json={"purpose": " "}).status_code in {400, 422}
    revealed = own_machine.post(f"/quarantine/{case}/reveal", data={"purpose": "办件 1"})
    assert "370283198003031234" in revealed.text
    with database.connect() as conn:
        asked = conn.execute(text("select actor, action, purpose from inquiries order by inquiry_id desc")).first()
    assert asked == ("developer", "quarantine", "办件 1")
    assert own_machine.get(f"/api/quarantine/{case}").json()["history"][0]["action"] == "revealed"


def test_a_case_is_decided_and_says_by_whom_and_why(own_machine: Client, case: int) -> None:
    order = {"action": "edit", "who": "张工", "reason": "来电核实", "field": "ZT", "value": "1"}
    done = own_machine.post(f"/quarantine/{case}", data=order)
    assert (done.status_code, done.headers["location"]) == (303, f"/quarantine/{case}#history")
    shown = own_machine.get(f"/api/quarantine/{case}").json()
    assert shown["case"]["is_edited"]
    assert [one["edited"] for one in shown["source"] if one["name"] == "ZT"] == ["1"]
    told = shown["history"][0]
    assert (told["action"], told["who"], told["reason"], told["detail"]) == (
        "edited",
        "张工 (developer)",
        "来电核实",
        "ZT",
    )
    page = own_machine.get(f"/quarantine/{case}").text
    assert "来电核实" in page
    url = f"/api/quarantine/{case}/decision"
    assert own_machine.post(url, json={"action": "discard", "who": "张工"}).status_code == 400
    assert own_machine.post(url, json={"action": "vanish", "who": "张工"}).status_code == 422
    lost = own_machine.post(url, json={"action": "waive", "who": "张工", "reason": "x", "until": "2999-01-01"})
    assert (lost.status_code, lost.json()["code"]) == (409, "request.not_decidable")


def test_a_batch_is_noted_for_the_hub_and_can_be_stopped(own_machine: Client, case: int, database: Engine) -> None:
    begun = own_machine.post("/quarantine", data={"action": "assign", "who": "张工", "to": "李工", "state": "open"})
    assert (begun.status_code, begun.headers["location"]) == (303, "/quarantine#batches")
    [batch] = own_machine.get("/api/case-batches").json()["batches"]
    assert (batch["state"], batch["done"], batch["owner"]) == ("waiting", 0, "李工")
    assert batch["total"] >= 1
    page = own_machine.get("/quarantine").text
    assert "等待执行" in page
    paused = own_machine.post(f"/case-batches/{batch['batch_id']}", data={"change": "pause", "who": "王工"})
    assert paused.status_code == 303
    url = f"/api/case-batches/{batch['batch_id']}/decision"
    assert own_machine.post(url, json={"change": "cancel", "who": "王工"}).json()["state"] == "cancelled"
    assert own_machine.post(url, json={"change": "pause", "who": "王工"}).status_code == 409
    with database.connect() as conn:
        assert conn.scalar(text("select count(*) from quarantined_records where owner is not null")) == 0


def test_many_are_edited_and_sent_back_from_the_page_and_a_missing_word_is_told(
    own_machine: Client, case: int, database: Engine
) -> None:
    asked = {"action": "return", "who": "张工", "field": "valid_to", "basis": "依据", "days": "5", "evidence": "扫描件"}
    edited = {"action": "edit", "who": "张工", "reason": "核实", "source_field": "ZT", "value": "10"}
    asked, edited = ({**form, "confirmed": "yes"} for form in (asked, edited))
    for form in (asked, edited):
        assert own_machine.post("/quarantine", data=form).status_code == 303
    batches = own_machine.get("/api/case-batches").json()["batches"]
    assert sorted(one["action"] for one in batches if one["state"] == "waiting") == ["edit", "return"]
    with database.connect() as conn:
        kept = conn.scalars(text("select arguments from case_batches")).all()
    assert [{**one, "sealed": None} for one in kept] == [{"owner": "", "until": None, "sealed": None}] * 2
    assert "扫描件" not in str(kept)
    page = own_machine.post("/quarantine", data=edited | {"reason": ""})
    assert (page.status_code, "修改：须填写理由；未开始" in page.text, "expected a reason" in page.text) == (
        400,
        True,
        False,
    )
    assert "expected a reason" in own_machine.post("/quarantine?lang=en", data=edited | {"reason": ""}).text


def test_many_can_only_be_edited_in_a_field_that_they_have(own_machine: Client, case: int) -> None:
    assert own_machine.get("/api/quarantine").json()["source_fields"] == ["CZZTDM", "ZT"]
    assert own_machine.get("/api/quarantine?department=transport").json()["source_fields"] == []
    assert '<option value=""></option><option>CZZTDM</option><option>ZT</option>' in own_machine.get("/quarantine").text
    order = {"action": "edit", "who": "张工", "reason": "核实", "values": {"ZX": "1"}}
    refused = own_machine.post("/api/case-batches", json=order)
    assert (refused.status_code, "'ZX'; expected one of CZZTDM, ZT" in refused.json()["message"]) == (400, True)
    assert own_machine.get("/api/case-batches").json()["batches"] == []


def test_what_was_expected_and_what_came_is_told_in_the_language_of_the_page(
    own_machine: Client, case: int, database: Engine
) -> None:
    told = [
        {
            "code": "record.too_long",
            "field": "holder_name",
            "expected": kept_phrase("length_at_most", count="300"),
            "got": kept_phrase("length", count="301"),
        },
        {
            "code": "suite.plates",
            "field": "face.plate",
            "expected": kept_phrase("expectation", zh="应为鲁牌", en="a plate of Shandong"),
            "got": kept_phrase("another_value"),
        },
    ]
    with database.begin() as conn:
        conn.execute(
            text("update quarantined_records set problems = cast(:told as jsonb)"),
            {"told": msgspec.json.encode(told).decode()},
        )
    page = own_machine.get(f"/quarantine/{case}").text
    assert ("不超过 300 个字符" in page, "301 个字符" in page, "at most 300" in page) == (True, True, False)
    assert "at most 300 characters" in own_machine.get(f"/quarantine/{case}?lang=en").text
    one = own_machine.get(f"/api/quarantine/{case}").json()["case"]["problems"][1]
    assert one["expected"] == {
        "code": "expectation",
        "values": {"zh": "应为鲁牌", "en": "a plate of Shandong"},
        "words": {"zh": "应为鲁牌", "en": "a plate of Shandong"},
    }


def test_what_cannot_be_decided_is_told_in_chinese_on_a_page(own_machine: Client, case: int) -> None:
    assert (
        own_machine.post(f"/quarantine/{case}", data={"action": "discard", "who": "张工", "reason": "测试"}).status_code
        == 303
    )
    page = own_machine.post(
        f"/quarantine/{case}", data={"action": "waive", "who": "张工", "reason": "x", "until": "2999-01-01"}
    )
    assert (page.status_code, f"隔离 {case} 已作废" in page.text, "needs it" in page.text) == (409, True, False)


def test_a_case_that_changed_since_it_was_shown_is_not_decided_unseen(
    own_machine: Client, case: int, database: Engine
) -> None:
    page, url = own_machine.get(f"/quarantine/{case}").text, f"/api/quarantine/{case}"
    (seen,) = re.findall(r'name="mark" value="([0-9a-f]+)"', page)
    assert own_machine.get(url).json()["mark"] == seen
    edit = {"action": "edit", "who": "张工", "reason": "来电核实", "values": {"ZT": "1"}}
    steps = [
        lambda: own_machine.post(f"{url}/decision", json={"action": "assign", "who": "李工", "owner": "李工"}),
        lambda: own_machine.post(f"{url}/decision", json=edit),
        lambda: rule_finds_more(database, case),
    ]
    waive = {"action": "waive", "who": "王工", "reason": "纸质证照已核", "until": "2030-01-01"}
    for step in steps:
        step()
        stands = own_machine.get(url).json()
        refused = own_machine.post(f"/quarantine/{case}", data=waive | {"mark": seen})
        assert (refused.status_code, "已有变化，请重新查看后再处理" in refused.text) == (409, True)
        assert own_machine.get(url).json() == stands
        assert stands["mark"] != seen
        seen = stands["mark"]
    discarded = own_machine.post(f"{url}/decision", json={**waive, "action": "discard", "mark": seen})
    assert (discarded.status_code, discarded.json()["case"]["state"]) == (200, "discarded")


def rule_finds_more(database: Engine, case: int) -> None:
    """Let a stricter rule find a second thing wrong with a case."""
    found = {
        "code": "identifier.uscc_wrong",
        "field": "holder_code",
        "expected": kept_phrase("credit_code"),
        "got": kept_phrase("check"),
    }
    with database.begin() as conn:
        conn.execute(
            text("""update quarantined_records set problems = problems || cast(:found as jsonb),
                codes = codes || 'identifier.uscc_wrong'::text where quarantine_id = :case"""),
            {"found": msgspec.json.encode([found]).decode(), "case": case},
        )

"""What a page names it leads to, and what it tells it tells in the reader's language."""

from __future__ import annotations

import re
from html import unescape

import pytest
from httpx import Client
from service_makers import COMPANY, ITEM, PURPOSE, Shelf
from sqlalchemy import Engine, text

from license_library.service.texts import load_texts
from schemas.license.license import LICENSE
from tests.house.tree import ROOT

FAIL = (
    "update exchanges set state = 'failed', error_code = 'department.timeout', error_message = 'transport: no answer'"
)


def options(page: str, field: str) -> list[str]:
    """Return what can be chosen in a select."""
    (found,) = re.findall(rf'<select id="{field}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', found)


def test_a_failed_exchange_says_what_went_wrong_in_chinese_and_the_message_is_marked_as_english(
    own_machine: Client, database: Engine
) -> None:
    with database.begin() as conn:
        conn.execute(text(FAIL))
    shadow = "/exchanges/4/shadow"
    for address in ("/exchanges/1", "/departments", shadow):
        page = own_machine.get(f"{address}?lang=zh").text
        assert "部门系统未在时限内答复" in page, address
        assert re.search(r'<p[^>]* lang="en">transport: no answer</p>', page), address
    assert "did not answer in time" in own_machine.get("/exchanges/1?lang=en").text


def test_every_code_that_an_exchange_can_fail_with_is_told_in_both_languages() -> None:
    told = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    codes = re.findall(r"^\| `((?:department|declaration|data|hub)\.\w+)`", told, re.MULTILINE)
    assert len(codes) > 20
    assert [code for code in codes if f"error.{code.replace('.', '_')}" not in load_texts()] == []


def test_an_exchange_that_is_named_is_led_to(own_machine: Client, own_shelf: Shelf) -> None:
    own_machine.cookies.set("hub_purpose", "S-1")
    for address in (f"/quarantine/{own_shelf.quarantine_id}", "/departments", f"/licenses/{own_shelf.license_id}"):
        page = own_machine.get(address).text
        named = set(re.findall(r"批次 (\d+)", page))
        assert named, address
        assert named == set(re.findall(r'href="/exchanges/(\d+)">批次 ', page)), address


def test_any_field_of_a_license_and_its_face_can_be_disputed(
    own_machine: Client, own_shelf: Shelf, database: Engine
) -> None:
    own_machine.cookies.set("hub_purpose", "S-1")
    with database.begin() as conn:
        conn.execute(text("delete from mappings"))
    offered = options(own_machine.get(f"/licenses/{own_shelf.license_id}").text, "correction-field")
    assert {"holder_name", "valid_to", "face.法定代表人", "face.经营范围"} <= set(offered)
    page = own_machine.get("/quarantine?department=transport").text
    assert options(page, "many-field") == [field.name for field in LICENSE.fields]


def test_a_decision_leads_back_to_what_it_was_made_about(own_machine: Client) -> None:
    decided = own_machine.post("/deliveries/1", data={"choice": "arrived", "who": "张工"})
    assert decided.headers["location"] == "/deliveries?case_number=370283-2016-000123#delivery-1"
    assert "张工 (developer)" in own_machine.get(decided.headers["location"]).text
    order = {"action": "assign", "who": "张工", "to": "李工", "department": "market_regulation", "feed": "licenses"}
    begun = own_machine.post("/quarantine", data=order)
    assert begun.headers["location"] == "/quarantine?department=market_regulation&feed=licenses#batches"
    page = own_machine.get("/quarantine?department=market_regulation&feed=licenses").text
    (form,) = re.findall(r'action="/case-batches/1">.*?</form>', page, re.DOTALL)
    assert 'name="feed" value="licenses"' in form
    stopped = own_machine.post(
        "/case-batches/1", data={"change": "pause", "who": "张工", "department": "market_regulation"}
    )
    assert stopped.headers["location"] == "/quarantine?department=market_regulation#batches"


def test_a_batch_says_over_what_it_goes_in_the_readers_language(own_machine: Client) -> None:
    order = {"action": "assign", "who": "张工", "to": "李工", "department": "market_regulation"}
    own_machine.post("/quarantine", data=order)
    shown = '<span class="code">market_regulation</span>'
    assert f"部门：{shown}" in own_machine.get("/quarantine?lang=zh").text
    assert f"Department: {shown}" in own_machine.get("/quarantine?lang=en").text


@pytest.mark.parametrize("address", ["/quarantine", "/deliveries", "/license-types/bizlic"])
def test_an_english_page_has_english_punctuation(own_machine: Client, address: str) -> None:
    page = own_machine.get(f"{address}?lang=en").text
    assert re.findall("[（）、]", page) == []


def test_other_numbers_of_an_applicant_are_those_of_this_applicant(own_machine: Client, own_shelf: Shelf) -> None:
    shown = own_machine.post(f"/checklist/{ITEM}", data={"holder_code": COMPANY, "purpose": PURPOSE}).text
    assert f'href="/subjects?state=proposed&amp;subject_id={own_shelf.company_id}"' in shown


def test_lists_keep_a_choice_that_only_a_link_makes(own_machine: Client) -> None:
    for address in ("/exchanges", "/reconciliations"):
        page = own_machine.get(f"{address}?department=transport&feed=licenses").text
        assert 'type="hidden" name="feed" value="licenses"' in page
        assert "数据流 licenses" in page
    page = own_machine.get("/deliveries?kind=decision&limit=2").text
    assert 'type="hidden" name="kind" value="decision"' in page
    assert re.search(r'kind=decision&[^"]*after=', unescape(page))


@pytest.mark.parametrize("address", ["/holdings", "/working-copies"])
def test_the_navigation_says_where_the_reader_is(person: Client, shelf: Shelf, address: str) -> None:
    assert '<a href="/" aria-current="page">' in person.get(address).text

"""Lists keep what they were narrowed by, from page to page, and act on no more than they say."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Client
from service_makers import TOKEN, Shelf, calling, serving
from sqlalchemy import Engine, event, text

from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings
from license_library.storage.keyring import Keyring
from tests.license_library.question_makers import Library


@pytest.fixture
def cases(own_machine: Client, database: Engine, keyring: Keyring) -> None:
    """Let a second feed of one department have three cases beside the case of the first."""
    with database.begin() as conn:
        library = Library(conn, keyring)
        library.add_feed("market_regulation", feed="permits")
        for _ in range(3):
            library.add_case(feed="permits")


def links(page: str, path: str) -> list[dict[str, list[str]]]:
    """Return the query of every link to a path."""
    found = [urlsplit(unescape(address)) for address in re.findall(r'href="([^"]+)"', page)]
    asked = [parse_qs(one.query, keep_blank_values=True) for one in found if one.path == path]
    return [one for one in asked if "lang" not in one]  # the other language is the same list


def test_the_feed_of_the_quarantine_stays_chosen_and_is_shown(own_machine: Client, cases: None) -> None:
    chosen = {"department": "market_regulation", "feed": "permits"}
    page = own_machine.get("/quarantine", params=chosen | {"limit": "2"}).text
    (following,) = [one for one in links(page, "/quarantine") if "after" in one]
    assert following["feed"] == ["permits"]
    (cleared,) = [
        one
        for one in links(page, "/quarantine")
        if one.get("department") == ["market_regulation"] and "after" not in one
    ]
    assert "feed" not in cleared
    assert page.count('type="hidden" name="feed" value="permits"') == 2  # of the filter, and of what is done over it
    assert "数据流 permits" in page
    assert 'name="feed"' not in own_machine.get("/quarantine?department=market_regulation").text


def test_what_is_done_to_many_says_to_how_many_and_is_confirmed(own_machine: Client, cases: None) -> None:
    page = own_machine.get("/quarantine?feed=permits&state=discarded").text
    assert "当前筛选下有 3 条待处理记录" in page
    form = {
        "who": "张工",
        "reason": "重复",
        "feed": "permits",
        "until": "2030-01-01",
        "field": "valid_to",
        "basis": "依据",
    }
    form |= {"source_field": "ZT", "value": "1"}
    for action in ("edit", "waive", "discard", "return"):
        refused = own_machine.post("/quarantine", data=form | {"action": action})
        assert (refused.status_code, "请先勾选" in refused.text) == (400, True)
    assert own_machine.get("/api/case-batches").json()["batches"] == []
    assert own_machine.post("/quarantine", data=form | {"action": "discard", "confirmed": "yes"}).status_code == 303
    (begun,) = own_machine.get("/api/case-batches").json()["batches"]
    assert (begun["total"], begun["chosen"]) == (3, {"feed": "permits"})


def test_nobody_discards_every_case_there_is(own_machine: Client, cases: None) -> None:
    order = {"action": "discard", "who": "张工", "reason": "重复"}
    page = own_machine.post("/quarantine", data=order | {"confirmed": "yes"})
    assert (page.status_code, "作废：须填写筛选条件；未开始" in page.text) == (400, True)
    refused = own_machine.post("/api/case-batches", json=order)
    assert (refused.status_code, "expected a filter" in refused.json()["message"]) == (400, True)


def test_correction_requests_go_on_over_pages_the_late_ones_first(own_machine: Client, database: Engine) -> None:
    with database.begin() as conn:
        conn.execute(
            text("""insert into correction_requests (department, feed, record_id, license_id, field, basis, asked_by, asked_at, due_on, state)
            select department, feed, record_id, license_id, 'face.field ' || number, 'b', 'a', asked_at, date '2016-07-01' - number, 'open'
              from correction_requests cross join generate_series(1, 4) as number""")
        )
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        answer = own_machine.get("/api/corrections", params={"limit": "2", "after": after}).json()
        seen += [one["request_id"] for one in answer["corrections"]]
        after = answer["next"]
    assert seen == [5, 4, 3, 2, 1]
    page = own_machine.get("/corrections?limit=2&department=market_regulation").text
    (following,) = [one for one in links(page, "/corrections") if "after" in one]
    assert following["department"] == ["market_regulation"]


def test_the_page_of_incidents_goes_on(own_machine: Client) -> None:
    answer = own_machine.get("/api/incidents?limit=1").json()
    page = own_machine.get("/incidents?limit=1&state=open").text
    (following,) = [one for one in links(page, "/incidents") if "after" in one]
    assert following["state"] == ["open"]
    second = own_machine.get("/api/incidents", params={"limit": "1", "after": answer["next"]}).json()
    assert second["incidents"][0]["severity"] == "notice"
    wrong = own_machine.get("/api/incidents?after=nonsense")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "request.wrong_question")


def test_lists_to_choose_a_department_from_count_nothing(own_settings: ServiceSettings, own_shelf: Shelf) -> None:
    asked: list[str] = []
    event.listen(own_settings.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    with serving(create_app(own_settings)) as address, calling(address, Origin=address) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        for page in ("/exchanges", "/incidents", "/deliveries", "/reconciliations", "/scorecard"):
            assert "平度市市场监督管理局</option>" in client.get(page).text
    assert asked
    assert not [one for one in asked if "count(*) from licenses" in one]

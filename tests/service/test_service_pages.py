"""The pages: the same answers as words, in two languages, with nothing that a strict policy would refuse."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from httpx import Client
from service_makers import (
    COMPANY,
    COMPANY_NAME,
    HOSTILE_NAME,
    ITEM,
    NOW,
    PERSON,
    PURPOSE,
    TOKEN,
    Shelf,
    calling,
    post_form,
    serving,
    unlist,
)
from sqlalchemy import text

from license_library.licenses.reliances import Relying, rely_on
from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings
from license_library.storage.database import open_database
from tests.license_library.question_makers import TODAY, Library

PLAIN_PAGES = [
    "/",
    "/license-alerts",
    "/checklist",
    "/conflicts",
    "/elements",
    "/holdings",
    f"/checklist/{ITEM}",
    "/departments",
    "/exchanges",
    "/exchanges/4",
    "/exchanges/4/shadow",
    "/deliveries",
    "/corrections",
    "/corrections/1",
    "/incidents",
    "/quarantine",
    "/reconciliations",
    "/reconciliations/1",
    "/license-types",
    "/license-types/bizlic",
    "/license-types/orgcode_cert",
]
HELD = "颁发部门有该证照更新的记录"
HOLD = """
insert into held_records (exchange_id, page_number, position, department, feed, record_id, license_type, number_key, issued_on,
  status, source_updated_at, digest)
select :held, 1, 1, department, feed, record_id, license_type, number_key(license_number), issued_on, 'revoked', now(), 'x'
  from licenses where license_id = :id
"""
VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """Read a page and note what a strict policy or a reader without a mouse would stumble over."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.faults += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline {tag}")
        self.faults += [f"{tag} {given[name]}" for name in ("src", "href", "action") if "//" in given.get(name, "")]
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in {"input", "select"} and given.get("type") not in {"hidden", "radio"}:
            self.fields.append(given.get("id", "?"))
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.faults.append(f"unbalanced {tag}")


def read_page(text: str) -> Page:
    """Read a page that must be sound: allowed by the policy, balanced, labelled, every id once."""
    page = Page(text)
    assert page.faults == []
    assert page.open == []
    assert set(page.fields) <= page.labelled
    assert len(page.ids) == len(set(page.ids))
    assert text.count("<h1") == 1
    assert text.count("<table") == text.count("<caption")
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PLAIN_PAGES)
def test_every_page_is_sound_in_both_languages(shelf: Shelf, person: Client, path: str, language: str) -> None:
    answer = person.get(path, params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
    read_page(answer.text)


def test_chinese_comes_first_and_a_choice_is_remembered(shelf: Shelf, person: Client) -> None:
    assert "证照枢纽" in person.get("/").text
    assert "License Hub" in person.get("/?lang=en").text
    assert "License Hub" in person.get("/departments").text
    assert "证照枢纽" in person.get("/departments?lang=zh").text
    assert "证照枢纽" in person.get("/departments?lang=fr").text


def test_a_search_is_posted_and_its_result_shows_source_and_age(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, "/", text="恒通")
    read_page(answer.text)
    assert COMPANY_NAME in answer.text
    assert "平度市市场监督管理局" in answer.text
    assert "1 小时前" in answer.text
    assert f'href="/licenses/{shelf.license_id}"' in answer.text


def test_a_search_in_the_other_language_keeps_what_was_asked(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, "/", text="恒通", lang="en")
    read_page(answer.text)
    assert 'value="恒通"' in answer.text
    assert "By holder name" in answer.text or "by holder name" in answer.text


def test_nothing_found_says_what_that_does_not_mean(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, "/", text="不存在的名称")
    read_page(answer.text)
    assert "不一定表示证照不存在" in answer.text


@pytest.mark.parametrize(
    "fields", [{"text": "恒"}, {"text": ""}, {"text": "恒通", "purpose": ""}, {"text": "恒通", "purpose": "字" * 201}]
)
def test_a_wrong_question_keeps_the_form_and_says_why(shelf: Shelf, person: Client, fields: dict[str, str]) -> None:
    answer = post_form(person, "/", **fields)
    assert answer.status_code == 422
    read_page(answer.text)
    assert 'role="alert"' in answer.text


def test_a_license_is_shown_only_after_a_purpose(shelf: Shelf, person: Client) -> None:
    address = f"/licenses/{shelf.license_id}"
    first = person.get(address)
    read_page(first.text)
    assert COMPANY_NAME not in first.text
    assert post_form(person, address).headers["location"] == address
    shown = person.get(address)
    read_page(shown.text)
    for part in (COMPANY_NAME, "道路货物运输", "版本 2", "版本 1", "第 1 页", "第 5 条"):
        assert part in shown.text


def test_a_license_of_several_shows_each_holder_masked_with_the_share(
    own_settings: ServiceSettings, own_shelf: Shelf
) -> None:
    with own_settings.engine.begin() as conn:
        library = Library(conn, own_settings.keyring)
        company, person = library.read("select subject_id from subjects order by subject_id")[:2]
        holders = (company, COMPANY_NAME, "60%"), (person, "王五光", None)
        library.add_holders(own_shelf.license_id, *holders, version_count=2)
    with serving(create_app(own_settings)) as address, calling(address, Origin=address) as client:
        client.post("/sign-in", data={"token": TOKEN})
        post_form(client, f"/licenses/{own_shelf.license_id}")
        shown = client.get(f"/licenses/{own_shelf.license_id}").text
    read_page(shown)
    for part in ("全部持证主体", "王五光", "60%", "未载明", f"{PERSON[:4]}**********{PERSON[-4:]}"):
        assert part in shown
    assert PERSON not in shown


@pytest.mark.parametrize(("valid_to", "open_ended"), [("2016-01-01", False), (None, True)], ids=["run out", "valid"])
def test_the_page_tells_what_speaks_against_a_license_whatever_its_validity(
    own_settings: ServiceSettings, own_shelf: Shelf, valid_to: str | None, open_ended: bool
) -> None:
    address, term = f"/licenses/{own_shelf.license_id}", {"valid_to": valid_to, "open_ended": open_ended}
    with own_settings.engine.begin() as conn:
        held = Library(conn, own_settings.keyring).add_exchange(state="held")
        conn.execute(text("update licenses set valid_to = :valid_to, open_ended = :open_ended"), term)
    with serving(create_app(own_settings)) as server, calling(server, Origin=server) as client:
        client.post("/sign-in", data={"token": TOKEN})
        post_form(client, address)
        assert HELD not in client.get(address).text
        with own_settings.engine.begin() as conn:
            conn.execute(text(HOLD), {"held": held, "id": own_shelf.license_id})
        assert HELD in client.get(address).text


def test_a_case_relies_on_a_license_by_a_button(shelf: Shelf, person: Client) -> None:
    address = f"/licenses/{shelf.license_id}"
    post_form(person, address)
    assert post_form(person, f"{address}/reliances", case_number="PAGE-1").headers["location"] == f"{address}#reliances"
    shown = person.get(address)
    read_page(shown.text)
    assert "PAGE-1" in shown.text


def test_a_license_that_is_listed_no_more_is_relied_on_under_a_warning(
    own_settings: ServiceSettings, own_shelf: Shelf
) -> None:
    address = f"/licenses/{own_shelf.license_id}"
    warning = "注意：以下情况未解决前，请先向颁发部门核实，再以本证照为依据。记录不受影响。"
    with serving(create_app(own_settings)) as server, calling(server, Origin=server) as client:
        client.post("/sign-in", data={"token": TOKEN})
        post_form(client, address)
        assert warning not in client.get(address).text
        unlist(own_settings, own_shelf.license_id)
        before = client.get(address).text
        post_form(client, f"{address}/reliances", case_number="PAGE-2")
        after = client.get(address).text
    for shown in (before, after):
        read_page(shown)
        told = shown[shown.index(warning) :]
        assert "该部门最近的全量清单中已无此证照" in told
        assert "仍作为该办件的依据" in told
        assert "暂不能制作加注件，请先向颁发部门核实：该部门最近的全量清单中已无此证照" in shown
        assert f'action="{address}/copies"' not in shown
    assert "PAGE-2" in after


def test_a_search_shows_which_hit_is_listed_no_more(own_settings: ServiceSettings, own_shelf: Shelf) -> None:
    told = "该部门最近的全量清单中已无此证照"
    with serving(create_app(own_settings)) as server, calling(server, Origin=server) as client:
        client.post("/sign-in", data={"token": TOKEN})
        before = post_form(client, "/", text=own_shelf.license_number).text
        unlist(own_settings, own_shelf.license_id)
        after = post_form(client, "/", text=own_shelf.license_number).text
    read_page(after)
    assert f"/licenses/{own_shelf.license_id}" in before
    assert [page.count(told) for page in (before, after)] == [0, 1]


def test_an_alert_says_what_changed_and_a_state_only_where_that_changed(settings, shelf: Shelf, person: Client) -> None:
    address = f"/licenses/{shelf.license_id}"
    post_form(person, address)
    post_form(person, f"{address}/reliances", case_number="PAGE-2")
    with settings.engine.begin() as conn:
        conn.execute(
            text("""insert into license_alerts (reliance_id, version_count, change, status_before, status, exchange_id, noticed_at)
            select reliance_id, version_count, v.change, 'valid', v.status, 1, now() from reliances,
              (values ('holder', 'valid'), ('status', 'revoked')) v (change, status) where case_number = 'PAGE-2'""")
        )
    shown = person.get("/license-alerts?case_number=PAGE-2").text
    read_page(shown)
    changes = [
        " ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall(r'data-label="变化">(.*?)</td>', shown)
    ]
    assert changes == ["有效 → 撤销", "持证主体或其号码已变更"]


def test_a_license_is_shown_as_it_was_on_a_day(shelf: Shelf, person: Client) -> None:
    address = f"/licenses/{shelf.license_id}"
    post_form(person, address)
    for query, said in (
        ("?on=2015-06-01&known_at=", "有效期至 2016-03-01"),
        ("?on=&known_at=2016-05-01T09:30", "2016-05-01 09:30 时本库尚无此证照"),
    ):
        shown = person.get(address + query)
        read_page(shown.text)
        assert said in shown.text
        assert "今后的回答不会改变" in shown.text


def test_a_checklist_shows_a_verdict_for_every_material(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, f"/checklist/{ITEM}", holder_code=COMPANY)
    page = read_page(answer.text)
    assert "verdicts" in page.ids
    assert answer.text.count('<span class="ordinal num">') == 5
    assert COMPANY_NAME in answer.text


def test_every_material_of_a_checklist_is_counted_also_what_not_everybody_must_bring(
    shelf: Shelf, person: Client
) -> None:
    answer = post_form(person, "/checklist/PD-E-013", holder_code=COMPANY).text
    tallies = answer[answer.index('class="tallies"') : answer.index("<table")]
    counted = re.findall(r"<dd>(\d+)</dd>", tallies)
    assert sum(map(int, counted)) == answer.count('<span class="ordinal num">') == 6
    assert "<dt>视情形</dt><dd>2</dd>" in tallies


def test_what_was_held_on_a_day_is_shown_as_known_then(shelf: Shelf, person: Client) -> None:
    now = post_form(person, "/holdings", holder_code=COMPANY, on="", known_at="")
    assert "held" in read_page(now.text).ids
    assert f'href="/licenses/{shelf.license_id}"' in now.text
    assert "今后的回答不会改变" in now.text
    assert "名下 1 件，其中当日有效 1 件" in now.text
    before = post_form(person, "/holdings", holder_code=COMPANY, on="2016-06-01", known_at="2001-01-01T08:00")
    assert "不能据此断定未持有" in before.text
    nothing = post_form(person, "/holdings", holder_code=COMPANY, on="2001-01-01", known_at="")
    assert "没有持有任何证照" in nothing.text
    assert "market_regulation/" in nothing.text
    assert "起入库" in nothing.text
    assert COMPANY in before.text
    wrong = post_form(person, "/holdings", holder_code="91370283MA3N0A9C6X", on="", known_at="")
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text


def test_pages_name_everyone_who_held_and_say_what_became_of_what_was_relied_on(
    own_shelf: Shelf, own_settings: ServiceSettings
) -> None:
    with own_settings.engine.begin() as conn:
        library = Library(conn, own_settings.keyring)
        wife = library.add_subject("张三", "N3", "099")
        listed = (own_shelf.company_id, COMPANY_NAME, None), (wife, "张三", None)
        library.add_holders(own_shelf.license_id, *listed, version_count=2)
        rely_on(conn, own_settings.keyring, Relying(own_shelf.license_id, "C-1", None, "王工", "x"), TODAY, NOW)
        identifier = "select license_identifier from licenses where license_id = :id"
        (replaced,) = library.read(identifier, id=own_shelf.license_id)
        library.add_license(wife, record_id="newer", replaces=replaced)
    with serving(create_app(own_settings)) as address, calling(address, Origin=address) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        held = post_form(client, "/holdings", holder_code=COMPANY, on="", known_at="")
        assert f"{COMPANY_NAME}、张三" in held.text
        shown = client.get(f"/licenses/{own_shelf.license_id}").text
        assert "已有证照取代本证照，请核验取代它的证照" in shown[shown.index("C-1") :]


def test_a_checklist_of_a_wrong_code_says_so(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, f"/checklist/{ITEM}", holder_code="91370283MA3N0A9C6X")
    assert answer.status_code == 422
    read_page(answer.text)
    assert 'role="alert"' in answer.text


BOTH = "370283600123107"  # a day of birth stands in it, and its check digit is a registration number's


@pytest.mark.parametrize(("page", "more"), [(f"/checklist/{ITEM}", {}), ("/holdings", {"on": "", "known_at": ""})])
def test_a_page_takes_the_kind_of_code_where_the_code_alone_does_not_tell(
    shelf: Shelf, person: Client, page: str, more: dict[str, str]
) -> None:
    refused = post_form(person, page, holder_code=BOTH, **more)
    assert (refused.status_code, "请注明类型" in refused.text) == (422, True)
    answer = post_form(person, page, holder_code=BOTH, holder_code_type="099", **more)
    assert answer.status_code == 200
    assert '<option value="099" selected>' in answer.text


def test_items_can_be_narrowed_without_a_script(shelf: Shelf, person: Client) -> None:
    text = person.get("/checklist", params={"line": "建设", "name": "施工"}).text
    shown = re.findall(r'<tr role="row" data-line="([^"]+)" data-text="([^"]+)">', text)
    assert shown
    assert all(line == "建设" and "施工" in name for line, name in shown)


def test_a_quarantine_case_shows_its_reasons_and_its_place(shelf: Shelf, person: Client) -> None:
    answer = person.get(f"/quarantine/{shelf.quarantine_id}")
    read_page(answer.text)
    for part in ("record.bad_date", "第 1 页", "第 8 条", "market_regulation/licenses"):
        assert part in answer.text


def test_departments_show_freshness_and_where_every_record_went(shelf: Shelf, person: Client) -> None:
    text = person.get("/departments").text
    for part in ("及时", "逾期未更新", "尚未归集", "接收", "入库", "未变", "隔离", "暂缓"):
        assert part in text


def test_hostile_values_stay_text(shelf: Shelf, person: Client) -> None:
    found = post_form(person, "/", text=PERSON)
    shown = person.get(f"/licenses/{shelf.hostile_id}")
    for answer in (found, shown):
        read_page(answer.text)
        assert HOSTILE_NAME not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert "<img src=x" not in answer.text


def test_what_was_typed_stays_text(shelf: Shelf, person: Client) -> None:
    answer = post_form(person, "/", text='"><script>alert(1)</script>', purpose='"><b>x</b>')
    read_page(answer.text)
    assert "<script>alert" not in answer.text
    assert "<b>x</b>" not in answer.text


def test_a_missing_page_is_a_page(person: Client) -> None:
    answer = person.get("/nowhere")
    assert answer.status_code == 404
    read_page(answer.text)
    assert "没有找到" in answer.text
    assert 'class="button" href="/"' in answer.text
    assert 'class="button" href="/nowhere' not in answer.text


def test_a_filter_that_cannot_be_leads_back_to_the_page_without_it(person: Client) -> None:
    answer = person.get("/scorecard?month=abc")
    assert answer.status_code == 422
    assert '<a class="button" href="/scorecard">返回填写的页面</a>' in answer.text


def test_what_failed_for_the_moment_can_be_tried_again(settings: ServiceSettings) -> None:
    away = open_database(settings.engine.url.set(port=1).render_as_string(hide_password=False))
    with serving(create_app(replace(settings, engine=away))) as address, calling(address, Origin=address) as client:
        client.post("/sign-in", data={"token": TOKEN})
        answer = client.get("/departments?lang=zh")
    assert answer.status_code == 503
    assert re.search(r'<a class="button" href="/departments[^"]*">重试</a>', answer.text)


def test_a_license_tells_its_changes_in_words_and_what_is_done_with_it_before_where_it_came_from(
    own_settings: ServiceSettings, own_shelf: Shelf
) -> None:
    with own_settings.engine.begin() as conn:
        library = Library(conn, own_settings.keyring)
        kept = library.add_license(own_shelf.company_id, record_id="told", open_ended=True, version_count=2)
        library.add_former_version(kept, own_shelf.company_id, status="suspended", valid_to=date(2016, 3, 1))
    with serving(create_app(own_settings)) as address, calling(address, Origin=address) as client:
        client.post("/sign-in", data={"token": TOKEN})
        post_form(client, "/", text="恒通")
        chinese, english = (client.get(f"/licenses/{kept}?lang={language}").text for language in ("zh", "en"))
        other_face = client.get(f"/licenses/{own_shelf.license_id}?lang=zh").text
    for words in ("<del>暂扣</del>", "<ins>有效</ins>", "<del>否</del>", "<ins>是</ins>"):
        assert words in chinese
    for words in ("<del>Suspended</del>", "<ins>Valid</ins>", "<del>no</del>", "<ins>yes</ins>"):
        assert words in english
    assert re.search(r"照面信息</span>\s*有变化", other_face)
    assert re.search(r"<dt>有效期</dt><dd[^>]*>\s*长期\s*</dd>", other_face)  # no day is known from which
    places = [english.index(f'id="{section}"') for section in ("values", "reliances", "files", "history")]
    assert places == sorted(places)


def test_sources_of_an_element_are_named_in_words(person: Client) -> None:
    page = person.get("/elements?lang=zh").text
    assert "《营业执照》法定代表人" in page
    seen = re.sub(r"<[^>]*>", " ", page)
    assert ".face." not in seen


def test_a_delivery_says_since_when_it_is_owed(shelf: Shelf, person: Client) -> None:
    assert "2016-06-15 10:00 交办" in person.get("/deliveries?lang=zh").text


def test_a_purpose_with_chinese_words_survives_its_cookie(shelf: Shelf, person: Client) -> None:
    post_form(person, "/", text="恒通")
    assert PURPOSE in person.get("/").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_departments_show_their_incidents_and_who_let_them_in(person: Client, shelf: Shelf, language: str) -> None:
    text = person.get(f"/departments?lang={language}").text
    expected = {
        "zh": ["2 个异常事件", "影响取数", "疑似更名为 &lt;b&gt;BGYYSM", "已启用", "待第二人批准", "映射已变更", "李科长", "依据试运行 4 号"],
        "en": ["2 incidents", "Breaks", "seems to be called BGYYSM", "Activated", "second person", "mapping changed", "approved by 李科长"],
    }  # fmt: skip
    assert [words for words in expected[language] if words not in text] == []


def test_a_feed_that_nobody_let_in_is_marked_only_where_the_rule_holds(own_settings: ServiceSettings) -> None:
    with own_settings.engine.begin() as conn:
        Library(conn, own_settings.keyring).add_feed()
    shown = []
    for rule in (False, True):
        settings = replace(own_settings, requires_activation=rule)
        with serving(create_app(settings)) as address, calling(address, Origin=address) as client:
            client.post("/sign-in", data={"token": TOKEN})
            shown.append("未启用" in client.get("/departments").text)
    assert shown == [False, True]


def test_incidents_are_shown_and_narrowed(person: Client, shelf: Shelf) -> None:
    text = person.get("/incidents").text
    assert text.index("影响取数") < text.index("新增接口 Ping")
    assert "<b>BGYYSM" not in text
    assert "没有异常事件" in person.get("/incidents?department=transport").text
    assert "没有异常事件" in person.get("/incidents?state=muted").text


def test_a_shadow_shows_what_it_would_change(person: Client, shelf: Shelf) -> None:
    text = person.get("/exchanges/4/shadow").text
    expected = ["变更原因", "将变为空", "代码不在代码表中", "9 条记录中 6 条有问题", "&lt;i&gt;R1"]
    assert [words for words in expected if words not in text] == []
    assert person.get("/exchanges/1/shadow").status_code == 404
    exchange = person.get("/exchanges/4").text
    assert '<a href="/exchanges/4/shadow">' in exchange
    assert "用时 7260.0 秒" in exchange
    assert "/shadow" not in person.get("/exchanges/1").text
    assert (
        '<a href="/license-types">'
        in person.get("/license-types/bizlic").text.partition("<h1")[0].rpartition("<nav")[2]
    )


def test_a_search_says_why_each_hit_was_found_and_narrows_by_what_was_counted(shelf: Shelf, person: Client) -> None:
    page = post_form(person, "/", text="恒通运输").text
    assert "名称中含有" in page
    assert re.search(r'<option value="valid">有效 \(1\)</option>', page)
    narrowed = post_form(person, "/", text="恒通运输", status="revoked", issuer="", valid_on="").text
    assert "没有找到证照" in narrowed
    assert '<option value="valid">有效 (1)</option>' in narrowed


def test_a_day_that_is_none_is_refused_in_words(shelf: Shelf, person: Client) -> None:
    assert post_form(person, "/", text="恒通运输", valid_on="2016-02-30").status_code == 422


def test_why_a_batch_is_held_is_told_in_the_language_of_the_page(shelf: Shelf, person: Client) -> None:
    told = {"zh": "9 条记录中 6 条有问题，至多应为 5%", "en": "6 of 9 records are bad; expected at most 5%"}
    for address in ("/exchanges/4/shadow?lang=", "/exchanges?department=public_security&lang="):
        for language, words in told.items():
            assert words in person.get(f"{address}{language}").text, (address, language)

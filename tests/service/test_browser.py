"""The pages in a real browser, asked of a real server: found by keyboard, wide and narrow, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright
from service_makers import COMPANY, COMPANY_NAME, ITEM, PERSON, PURPOSE, TOKEN, Shelf

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"]
CUT = """[...document.querySelectorAll("main *")]
  .filter((box) => getComputedStyle(box).overflowX === "hidden" && !box.closest(".unseen, thead"))
  .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.className)"""
EMPTY = """[...document.querySelectorAll("main section")].filter((box) => box.offsetHeight && box.querySelector("h2"))
  .map((box) => [box.innerText.trim(), box.querySelector("h2").innerText.trim()])
  .filter(([all, title]) => all === title)"""
ADDRESSES = [
    "/",
    "/checklist",
    f"/checklist/{ITEM}",
    "/holdings",
    "/working-copies",
    "/departments",
    "/exchanges",
    "/exchanges/4",
    "/exchanges/4/shadow",
    "/deliveries",
    "/corrections",
    "/corrections/1",
    "/subjects",
    "/conflicts",
    "/elements",
    "/incidents",
    "/incidents/1",
    "/steward",
    "/quality?department=market_regulation",
    "/scorecard",
    "/quarantine",
    "/quarantine/1",
    "/license-types",
    "/license-types/bizlic",
    "/license-types/orgcode_cert",
]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Give one browser for all of these tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, served: str, shelf: Shelf) -> Iterator[Page]:
    """Give a page of somebody who has signed in; it must end without a complaint of the browser's."""
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto("/sign-in")
    opened.fill("#token", TOKEN)
    opened.press("#token", "Enter")
    opened.wait_for_url(f"{served}/")
    yield opened
    context.close()
    assert complaints == []


def is_wider_than_its_window(page: Page) -> bool:
    """Tell whether a page must be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_an_approver_finds_a_license_with_the_keyboard_alone(page: Page) -> None:
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("恒通")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(PURPOSE)
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_visible()
    assert "恒通" not in page.url
    link = page.get_by_role("link", name="营业执照")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="来源追溯")).to_be_visible()
    expect(page.get_by_text(COMPANY_NAME).first).to_be_visible()


def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.goto("/departments")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_items_are_narrowed_while_typing_and_a_checklist_is_answered(page: Page) -> None:
    page.goto("/checklist")
    rows = page.locator("#items tbody tr:visible")
    expect(rows).to_have_count(65)
    page.locator("#name").press_sequentially("公司设立")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-count]")).to_have_text("1 个事项")
    page.fill("#name", "没有这样的事项")
    expect(page.get_by_text("没有符合条件的事项")).to_be_visible()
    page.fill("#name", "公司设立")
    rows.get_by_role("link").click()
    page.fill("#holder_code", COMPANY)
    page.fill("#purpose", PURPOSE)
    page.keyboard.press("Enter")
    expect(page.locator("#verdicts")).to_have_text(COMPANY_NAME)
    assert COMPANY not in page.url


def test_the_language_is_switched_without_losing_the_answer(page: Page) -> None:
    page.fill("#text", "恒通")
    page.fill("#purpose", PURPOSE)
    page.press("#text", "Enter")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#found")).to_have_text("2 licenses found")
    page.get_by_role("link", name="Departments").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Departments")


def test_who_asks_is_taken_to_the_answer_or_to_what_was_wrong(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 640})
    page.fill("#text", "恒通")
    page.fill("#purpose", PURPOSE)
    page.press("#text", "Enter")
    expect(page.locator("#found")).to_be_focused()
    expect(page.locator("#found")).to_be_in_viewport()
    page.goto(f"/checklist/{ITEM}")
    page.fill("#holder_code", COMPANY)
    page.press("#holder_code", "Enter")
    expect(page.locator("#verdicts")).to_be_focused()
    page.goto("/")
    page.fill("#text", "恒通运输")
    page.press("#text", "Enter")
    expect(page.locator("#found")).to_be_focused()


def test_asking_again_keeps_the_language(page: Page) -> None:
    page.fill("#text", "恒通")
    page.fill("#purpose", PURPOSE)
    page.press("#text", "Enter")
    page.fill("#text", "运输")
    page.press("#text", "Enter")
    expect(page.locator("#found")).to_have_text("找到 1 件证照")


def test_hostile_values_run_nothing(page: Page, shelf: Shelf) -> None:
    ran: list[str] = []

    def note(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.fill("#text", PERSON)
    page.fill("#purpose", PURPOSE)
    page.press("#text", "Enter")
    expect(page.locator("#found")).to_be_visible()
    page.goto(f"/licenses/{shelf.hostile_id}")
    expect(page.locator("#values")).to_be_visible()
    assert ran == []


def test_enter_decides_nothing_where_several_buttons_decide_differently(page: Page) -> None:
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    for address, field in (
        ("/quarantine", "#many-who"),
        ("/quarantine/1", "input[name=who]"),
        ("/deliveries", "form.decide input[name=who]"),
        ("/incidents/1", "input[name=who]"),
    ):
        page.goto(address)
        page.locator(field).first.fill("张工")
        page.keyboard.press("Enter")
        page.evaluate("1")  # what Enter begins has begun
        assert (posted, page.url.endswith(address)) == ([], True), address


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 320])
def test_no_page_is_wider_than_its_window(page: Page, width: int, language: str) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    for address in ADDRESSES:
        page.goto(f"{address}?lang={language}")
        assert not is_wider_than_its_window(page), address


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_and_no_heading_skips_a_level(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 400, "height": 780})
    for address in [*ADDRESSES, "/quarantine?state=waived", "/corrections?state=late", "/subjects?state=different"]:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        assert page.evaluate(CUT) == [], address
        levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(head => Number(head.tagName[1]))")
        assert all(later <= earlier + 1 for earlier, later in pairwise([0, *levels])), address


def test_long_values_are_broken_and_leave_room_for_the_others(page: Page, shelf: Shelf) -> None:
    fill = "(name) => document.querySelectorAll(name).forEach((box) => { box.textContent = 'W'.repeat(180); })"
    page.fill("#text", "恒通")
    page.fill("#purpose", PURPOSE)
    page.press("#text", "Enter")
    page.evaluate(fill, ".hits td:first-child .sub.code")
    source = page.locator(".hits td:last-child").first.bounding_box()
    assert source
    assert source["width"] > 220
    page.set_viewport_size({"width": 390, "height": 780})
    assert not is_wider_than_its_window(page)
    page.goto(f"/licenses/{shelf.license_id}")
    page.evaluate(fill, ".license-number, #reliances + *, h1")
    assert not is_wider_than_its_window(page)


def test_what_is_opened_in_a_table_has_room(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto("/elements")
    page.locator("#legal_representative summary").last.click()
    box = page.locator("#legal_representative select").bounding_box()
    assert box
    assert box["width"] > 180
    page.goto("/quarantine")
    tops = page.locator("form.ask select, form.ask input:not([type=hidden]), form.ask button")
    assert len({round(tops.nth(place).bounding_box()["y"]) for place in range(tops.count())}) == 1  # type: ignore[index]


def test_a_printed_page_leaves_out_what_only_a_screen_needs(page: Page) -> None:
    page.goto("/departments")
    page.emulate_media(media="print")
    expect(page.locator(".masthead")).to_be_hidden()
    expect(page.locator(".print-only")).to_be_visible()


def test_paper_shows_tables_as_tables_and_no_form(page: Page, shelf: Shelf) -> None:
    page.goto("/")
    page.fill("#text", "恒通")
    page.fill("#purpose", PURPOSE)
    page.press("#text", "Enter")
    page.set_viewport_size({"width": 690, "height": 980})  # A4 within its margins
    page.emulate_media(media="print")
    assert page.locator("table.hits td").first.evaluate("cell => getComputedStyle(cell).display") == "table-cell"
    for address in (
        "/quarantine",
        "/quarantine/1",
        "/deliveries",
        f"/licenses/{shelf.license_id}",
        "/subjects",
        "/working-copies",
    ):
        page.goto(address)
        expect(page.locator("main :is(form, button, input, select, summary):visible")).to_have_count(0)
        assert page.evaluate(EMPTY) == [], address


def test_a_tick_is_no_wider_than_a_tick(page: Page) -> None:
    page.goto("/")
    tick = '<label class="check"><input type="checkbox"> only look-alikes</label>'  # as a search shows it beside its counts
    page.evaluate("tick => document.querySelector('main').insertAdjacentHTML('beforeend', tick)", tick)
    box = page.locator(".check input").bounding_box()
    assert box
    assert box["width"] < 30

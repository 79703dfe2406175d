"""The overview tells each feed's promise and how it is kept, the last exchange's counts, and the library's totals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from question_makers import NOW, Library

from license_library.asking.questions import ExchangeFilter
from license_library.catalogue.items import get_license_type, list_items, list_license_types
from license_library.oversight.exchange_list import list_exchanges, show_exchange
from license_library.oversight.overview import count_library, estimate_library, survey_library
from schemas.errors import NotFound


def test_each_feed_is_fresh_silent_or_never_pulled(shelf: Library) -> None:
    shelf.add_feed()
    shelf.add_feed("transport", ("roadgoods", "repair"), fresh_at=NOW - timedelta(hours=30))
    shelf.add_feed("transport", ("roadcert",), fresh_at=None, feed="certificates")
    departments = survey_library(shelf.conn, NOW).departments
    assert [(one.department, one.freshness) for one in departments] == [
        ("market_regulation", "fresh"),
        ("transport", "never"),
    ]
    silent = departments[1].feeds[1]
    assert (silent.feed, silent.freshness) == ("licenses", "silent")
    assert silent.freshness_words.zh == "该部门自 2016-06-14 04:00 起未提供数据，已超过承诺的 26 小时"
    assert silent.license_type_names == ["道路运输经营许可证(货运)", "机动车维修经营许可证"]


def test_the_last_exchange_shows_its_counts_and_is_partial_when_rows_wait(shelf: Library) -> None:
    shelf.add_feed()
    counts = {"received_count": 10, "merged_count": 6, "unchanged_count": 1, "quarantined_count": 3}
    last = shelf.add_exchange(**counts)
    shown = survey_library(shelf.conn, NOW).departments[0].feeds[0].last_exchange
    assert shown is not None
    assert (shown.exchange_id, shown.state, shown.partial, shown.state_words.zh) == (last, "merged", True, "部分入库")
    assert shown.received == shown.merged + shown.unchanged + shown.quarantined + shown.held == 10
    assert shown.seconds == 60


def test_a_feed_that_was_never_asked_has_no_last_exchange(shelf: Library) -> None:
    shelf.add_feed(fresh_at=None)
    shelf.change("delete from landed_pages")
    shelf.change("delete from exchanges")
    assert survey_library(shelf.conn, NOW).departments[0].feeds[0].last_exchange is None


def test_the_most_frequent_open_problems_come_first_and_no_more_than_five(shelf: Library) -> None:
    shelf.add_feed()
    codes = [f"record.problem_{number}" for number in range(6)]
    for often, code in enumerate(codes, 1):
        for _ in range(often):
            shelf.add_case(codes=[code])
    shelf.add_case(codes=[codes[0]] * 1, state="mended")
    department = survey_library(shelf.conn, NOW).departments[0]
    assert [(one.code, one.count) for one in department.top_problems] == [
        (codes[number], number + 1) for number in (5, 4, 3, 2, 1)
    ]
    assert department.open_quarantine == department.feeds[0].open_quarantine == 21


def test_totals_count_current_and_former_versions(shelf: Library) -> None:
    shelf.add_feed()
    subject = shelf.add_subject()
    license_id = shelf.add_license(subject, version_count=2)
    shelf.add_license(subject)
    shelf.add_former_version(license_id, subject)
    shelf.add_case()
    totals = survey_library(shelf.conn, NOW).library
    assert (totals.licenses, totals.subjects, totals.versions, totals.open_quarantine) == (2, 1, 3, 1)


def test_exchanges_are_listed_newest_first_page_by_page(shelf: Library) -> None:
    first = shelf.add_feed()
    others = [shelf.add_exchange(state="failed", error_code="department.timeout") for _ in range(4)]
    other = shelf.add_feed("transport", ("repair",))
    whole = [one.exchange_id for one in list_exchanges(shelf.conn, ExchangeFilter(), NOW).exchanges]
    assert whole == [other, *reversed(others), first]
    page = list_exchanges(shelf.conn, ExchangeFilter("market_regulation", limit=3), NOW)
    rest = list_exchanges(shelf.conn, ExchangeFilter("market_regulation", limit=3, after=page.next), NOW)
    assert [one.exchange_id for one in page.exchanges + rest.exchanges] == [*reversed(others), first]
    assert rest.next is None


def test_an_exchange_that_could_not_note_its_end_is_told_to_give_no_sign_of_life(shelf: Library) -> None:
    shelf.add_feed()
    ended = {"finished_at": None, "lease_until": NOW - timedelta(seconds=1)}
    for state in ("landing", "landed", "checked"):
        shelf.add_exchange(state=state, **ended)
        shelf.change(
            "update exchanges set state = 'failed', error_code = 'hub.failed' where state <> :state", state=state
        )
        (last, *_) = list_exchanges(shelf.conn, ExchangeFilter(), NOW).exchanges
        assert (last.state, last.state_words.en) == (state, "no sign of life; the next pull takes it over")
        assert show_exchange(shelf.conn, last.exchange_id, NOW - timedelta(minutes=1)).exchange.state_words.en == state
        (department,) = survey_library(shelf.conn, NOW).departments
        assert department.feeds[0].last_exchange == last
        shelf.change("update exchanges set state = 'failed' where state = :state", state=state)


def test_the_catalogue_is_listed_with_its_materials_and_its_feeds(shelf: Library) -> None:
    shelf.add_feed()
    items = list_items(shelf.conn).items
    assert len(items) == 65
    assert sum(item.material_count for item in items) == 331
    assert sum(item.license_material_count for item in items) == 211
    assert [item.item_code for item in list_items(shelf.conn, "经济", "道路普通货物").items] == ["PD-E-010"]
    types = {one.license_type: one for one in list_license_types(shelf.conn).license_types}
    assert len(types) == 82
    assert types["bizlic"].feeds == ["market_regulation/licenses"]
    assert types["seed"].feeds == []


def test_a_license_type_tells_how_it_is_defined_and_what_took_its_place(shelf: Library) -> None:
    new, old = get_license_type(shelf.conn, "bizlic"), get_license_type(shelf.conn, "orgcode_cert")
    assert [(one.name, one.words.zh, one.kind, one.is_required) for one in new.face][3] == (
        "founded_on", "成立日期", "date", False,
    )  # fmt: skip
    assert (new.sensitivity, new.replaces[1]) == ("public", "税务登记证(已并入营业执照)")
    assert (old.replaced_by, old.replaced_by_name, str(old.ended_on)) == ("bizlic", "营业执照", "2015-10-01")
    assert old.term_words
    assert old.term_words.en == "has an end, at most 4 years"
    assert get_license_type(shelf.conn, "diploma").sensitivity == "restricted"
    with pytest.raises(NotFound):
        get_license_type(shelf.conn, "nothing")


def test_at_a_glance_a_large_library_is_told_about_and_a_small_one_exactly(shelf: Library) -> None:
    shelf.add_feed()
    holder = shelf.add_subject()
    for _ in range(20):
        shelf.add_license(holder)
    shelf.change("analyze licenses")
    shelf.add_license(holder)
    assert estimate_library(shelf.conn) == count_library(shelf.conn)
    about = estimate_library(shelf.conn, large=10)
    assert (about.licenses, about.subjects, about.is_estimate) == (20, 1, True)

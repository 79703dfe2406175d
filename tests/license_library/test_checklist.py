"""A checklist gives each material one verdict with its reason, its source and one action, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import msgspec
import pytest
from question_makers import COMPANY, NOW, OLD_COUNTY_PERSON, PERSON, TODAY, Library
from sqlalchemy import event

from license_library.answers import Checklist, Verdict
from license_library.asking.freshness import validity_of
from license_library.asking.refusals import WrongQuestion
from license_library.catalogue.calendar import seed_calendar
from license_library.checklist.checklist import answer_checklist
from license_library.pairs.pair_entries import PairEntry, write_entries
from license_library.quarantine.corrections import Correction, answer_correction, ask_for_license
from license_library.words.wording import problem_words
from schemas.errors import NotFound
from schemas.identifiers.holder_code_types import holder_kind
from schemas.license.states import STATE_CODES

GOODS_TRANSPORT = "PD-E-010"  # bizlic, idcard, vlicense, roadstaff, and two papers of the applicant's own


def ask(shelf: Library, item: str = GOODS_TRANSPORT, code: str = COMPANY, code_type: str | None = None) -> Checklist:
    """Ask as of the test's day."""
    return answer_checklist(shelf.conn, shelf.keyring, item, code, code_type, TODAY, NOW)


def verdict_on(shelf: Library, license_type: str, **asked: str) -> Verdict:
    """Return the verdict on the material of a license type."""
    return next(one for one in ask(shelf, **asked).materials if one.license_type == license_type)


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company in a library whose market regulation feed is fresh."""
    shelf.add_feed()
    return shelf.add_subject()


def test_a_valid_license_of_a_fresh_feed_is_held(shelf: Library, company: int) -> None:
    license_id = shelf.add_license(company, license_number="A1", open_ended=True)
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason, verdict.satisfied, verdict.action) == ("held", None, True, None)
    assert verdict.words.zh == "长期有效"
    assert verdict.license is not None
    assert (verdict.license.license_id, verdict.license.license_number) == (license_id, "A1")
    assert verdict.source is not None
    assert (verdict.source.freshness, verdict.source.as_of) == ("fresh", NOW - timedelta(hours=1))


def test_of_several_none_good_one_that_may_have_changed_waits(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A2", status="suspended", issued_on=date(2015, 3, 1))
    older = shelf.add_license(company, license_number="A1", status="suspended", issued_on=date(2012, 3, 1))
    assert (verdict_on(shelf, "bizlic").verdict, verdict_on(shelf, "bizlic").reason) == ("not_good", "suspended")
    shelf.let_a_newer_record_wait(older)
    shelf.change("update quarantined_records set holder_hashes = array[cast('somebody' as bytea)]")
    assert (verdict_on(shelf, "bizlic").verdict, verdict_on(shelf, "bizlic").reason) == ("in_quarantine", "newer_waits")
    shelf.change("update licenses set status = 'revoked' where license_id = :older", older=older)
    assert (verdict_on(shelf, "bizlic").verdict, verdict_on(shelf, "bizlic").reason) == ("not_good", "suspended")


def test_a_license_somebody_doubts_is_disputed(shelf: Library, company: int) -> None:
    license_id = shelf.add_license(company, open_ended=True)
    with_calendar = [(TODAY + timedelta(days=number), True, None) for number in range(1, 30)]
    seed_calendar(shelf.conn, with_calendar)
    asked = Correction(field="valid_to", basis="x", who="x", proposed="2017-01-01")
    request_id = ask_for_license(shelf.conn, shelf.keyring, license_id, asked, TODAY, NOW)
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason, verdict.satisfied) == ("disputed", "correction_open", False)
    assert verdict.words.zh == "长期有效；内容有异议，已请部门校核"
    assert verdict.action is not None
    answer_correction(shelf.conn, request_id, "confirmed", "x", "", NOW)
    assert verdict_on(shelf, "bizlic").verdict == "held"


def test_a_lapsed_license_is_not_held(shelf: Library, company: int) -> None:
    shelf.add_license(company, valid_to=TODAY - timedelta(days=1))
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.words.zh) == ("expired", "有效期至 2016-06-14，已过期")
    assert verdict.action is not None
    assert "平度市市场监督管理局" in verdict.action.zh


@pytest.mark.parametrize("status", ["suspended", "revoked", "withdrawn", "cancelled", "restricted"])
def test_a_license_that_is_not_good_is_never_held(shelf: Library, company: int, status: str) -> None:
    shelf.add_license(company, status=status, open_ended=True)
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason) == ("not_good", status)


def test_a_license_that_is_not_yet_valid_is_not_held(shelf: Library, company: int) -> None:
    shelf.add_license(company, valid_from=TODAY + timedelta(days=1))
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason) == ("not_good", "not_yet_valid")


def test_no_license_of_a_fresh_feed_is_not_held_and_names_the_issuer(shelf: Library, company: int) -> None:
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.issuer_name) == ("not_held", "平度市市场监督管理局")
    assert verdict.source is not None
    assert verdict.source.exchange_id is not None


def test_of_several_licenses_the_longest_valid_one_counts(shelf: Library, company: int) -> None:
    shelf.add_license(company, issued_on=date(2016, 6, 1), status="cancelled", open_ended=True)
    shelf.add_license(company, issued_on=date(2016, 1, 1), valid_to=date(2016, 12, 31))
    best = shelf.add_license(company, issued_on=date(2015, 1, 1), valid_to=date(2019, 12, 31))
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.license is not None
    assert (verdict.verdict, verdict.license.license_id) == ("held", best)


@pytest.fixture
def doubted(shelf: Library, company: int) -> Callable[..., int]:
    """Give a maker of an open-ended license of the company against which something speaks."""

    def make(doubt: str, **changes: object) -> int:
        feed = {"department": "transport"} if doubt == "silent" else {}
        if doubt == "silent":
            shelf.add_feed("transport", fresh_at=NOW - timedelta(days=2))
        license_id = shelf.add_license(company, open_ended=True, **feed, **changes)
        if doubt == "unlisted":
            shelf.unlist(license_id)
        if doubt == "disputed":
            shelf.dispute(license_id)
        if doubt == "waiting":
            shelf.let_a_newer_record_wait(license_id)
        return license_id

    return make


@pytest.mark.parametrize("doubt", ["waiting", "disputed", "unlisted", "silent"])
def test_a_license_that_may_be_relied_on_goes_before_a_longer_one_that_may_not(
    shelf: Library, company: int, doubted: Callable[..., int], doubt: str
) -> None:
    good = shelf.add_license(company, license_number="A1", valid_to=date(2016, 12, 31))
    assert verdict_on(shelf, "bizlic").words.zh == "有效期至 2016-12-31"
    other = doubted(doubt)
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.license is not None
    assert (verdict.verdict, verdict.license.license_id) == ("held", good)
    assert verdict.words.zh == "有效期至 2016-12-31"
    shelf.change("update licenses set replaces = 'A1' where license_id = :other", other=other)
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.license is not None
    is_meant = doubt == "silent"  # another department's number names it not
    assert (verdict.satisfied, verdict.license.license_id) == (is_meant, good if is_meant else other)


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ("silent", "unlisted", "valid"), ("silent", "disputed", "valid"), ("unlisted", "disputed", "unlisted"),
        ("silent", "waiting", "valid"), ("unlisted", "waiting", "unlisted"),
    ],
)  # fmt: skip
def test_of_licenses_that_may_not_be_relied_on_the_least_doubtful_counts(
    shelf: Library, doubted: Callable[..., int], better: str, worse: str, reason: str
) -> None:
    counts = doubted(better, issued_on=date(2014, 1, 1))
    doubted(worse)
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.license is not None
    assert (verdict.verdict, verdict.reason, verdict.license.license_id) == ("stale", reason, counts)


def test_of_licenses_that_are_not_valid_doubts_choose_none(
    shelf: Library, company: int, doubted: Callable[..., int]
) -> None:
    shelf.add_license(company, status="revoked", issued_on=date(2014, 1, 1))
    newest = doubted("unlisted", status="revoked")
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.license is not None
    assert (verdict.verdict, verdict.license.license_id) == ("not_good", newest)


def test_of_several_bad_licenses_the_newest_is_told(shelf: Library, company: int) -> None:
    newest = shelf.add_license(company, issued_on=date(2015, 1, 1), status="revoked")
    shelf.add_license(company, issued_on=date(2010, 1, 1), valid_to=date(2014, 1, 1))
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.license is not None
    assert (verdict.verdict, verdict.license.license_id) == ("not_good", newest)


@pytest.mark.parametrize(("fresh_at", "reason"), [(NOW - timedelta(hours=26, seconds=1), "silent"), (None, "never")])
def test_no_license_of_a_department_behind_its_promise_is_unknown(
    shelf: Library, fresh_at: object, reason: str
) -> None:
    shelf.add_feed(fresh_at=fresh_at)
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason) == ("unknown", reason)
    assert verdict.source is not None
    assert verdict.words == verdict.source.freshness_words


def test_a_feed_is_fresh_to_the_last_second_of_its_promise(shelf: Library) -> None:
    shelf.add_feed(fresh_at=NOW - timedelta(hours=26))
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.source is not None
    assert (verdict.verdict, verdict.source.freshness) == ("not_held", "fresh")


@pytest.mark.parametrize(
    ("term", "verdict", "reason"),
    [
        ({"open_ended": True}, "stale", "valid"),
        ({"valid_to": TODAY - timedelta(days=1)}, "stale", "expired"),
        ({"status": "revoked"}, "unknown", "silent"),
    ],
)
def test_a_license_of_a_silent_department_is_no_more_than_stale(
    shelf: Library, term: dict[str, object], verdict: str, reason: str
) -> None:
    shelf.add_feed(fresh_at=NOW - timedelta(days=3))
    shelf.add_license(shelf.add_subject(), **term)
    told = verdict_on(shelf, "bizlic")
    assert (told.verdict, told.reason, told.satisfied) == (verdict, reason, False)


def test_a_type_no_feed_delivers_is_unknown(shelf: Library, company: int) -> None:
    verdict = verdict_on(shelf, "vlicense")
    assert (verdict.verdict, verdict.reason, verdict.source) == ("unknown", "no_feed", None)


def test_of_two_feeds_the_silent_one_decides_a_no(shelf: Library, company: int) -> None:
    shelf.add_feed("transport", ("bizlic",), fresh_at=NOW - timedelta(days=3))
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason) == ("unknown", "silent")
    shelf.add_license(company)
    assert verdict_on(shelf, "bizlic").verdict == "held"


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        ({"valid_to": date(2016, 1, 1)}, ("stale", "expired")),
        ({"status": "suspended"}, ("stale", "suspended")),
        ({"status": "revoked"}, ("unknown", "silent")),
    ],
)
def test_beside_a_bad_license_the_silent_one_of_two_feeds_still_decides_a_no(
    shelf: Library, company: int, ended: dict[str, object], told: tuple[str, str]
) -> None:
    shelf.add_feed("transport", ("bizlic",))
    shelf.add_license(company, **ended)
    verdict = verdict_on(shelf, "bizlic")
    assert verdict.verdict in {"expired", "not_good"}
    assert verdict.source is not None
    assert verdict.source.department == "market_regulation"
    shelf.change("update feeds set fresh_at = :then where department = 'transport'", then=NOW - timedelta(days=9))
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason) == told
    assert verdict.source is not None
    assert (verdict.source.department, verdict.source.freshness) == ("transport", "silent")
    assert "最后所知：" in verdict.words.zh
    assert verdict.words.zh.endswith(verdict.source.freshness_words.zh)


def test_a_persons_license_is_not_denied_to_an_organisation(shelf: Library, company: int) -> None:
    shelf.add_feed("public_security", ("idcard",))
    verdict = verdict_on(shelf, "idcard")
    assert (verdict.verdict, verdict.reason) == ("unknown", "other_holder")
    assert verdict_on(shelf, "idcard", code=PERSON).verdict == "not_held"


def test_an_open_case_of_this_holder_and_type_is_in_quarantine(shelf: Library, company: int) -> None:
    waiting = shelf.add_case(holder_hashes=[_hash(shelf, company)])
    shelf.add_case(holder_hashes=[_hash(shelf, company)], state="mended")
    shelf.add_case(holder_hashes=[_hash(shelf, company)], license_type="namepre")
    shelf.add_case(holder_hashes=[b"somebody else"])
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.quarantine_ids) == ("in_quarantine", [waiting])


def test_an_open_case_of_a_holder_who_could_not_be_read_is_told_beside_the_verdict(
    shelf: Library, company: int
) -> None:
    waiting = shelf.add_case(codes=["record.missing_field"])
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason, verdict.quarantine_ids) == ("not_held", "anybodys_waits", [waiting])
    assert verdict.words.zh.endswith("；另有 1 条记录的持证主体无法识别，可能属于该主体，待处理")
    license_id = shelf.add_license(company, valid_to=date(2015, 1, 1))
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.reason) == ("expired", "anybodys_waits")
    assert "持证主体无法识别" in verdict.words.zh
    shelf.change("update licenses set valid_to = '2017-01-01' where license_id = :id", id=license_id)
    verdict = verdict_on(shelf, "bizlic")
    assert (verdict.verdict, verdict.quarantine_ids) == ("held", [])


def test_a_waiting_case_says_what_is_wrong_with_it(shelf: Library, company: int) -> None:
    shelf.add_case(holder_hashes=[_hash(shelf, company)], codes=["record.bad_date", "record.missing_field"])
    shelf.add_case(holder_hashes=[b"another first", _hash(shelf, company)], codes=["record.missing_field"])
    verdict = verdict_on(shelf, "bizlic")
    missing, date_words = problem_words("record.missing_field"), problem_words("record.bad_date")
    assert verdict.words.zh == f"有 2 条该主体的记录因数据问题未入库：{missing.zh}、{date_words.zh}"
    assert verdict.words.en == f"2 records of this holder wait for the steward: {missing.en}, {date_words.en}"


def test_a_case_whose_type_could_not_be_read_counts_for_what_its_feed_delivers(shelf: Library, company: int) -> None:
    waiting = shelf.add_case(holder_hashes=[_hash(shelf, company)], license_type=None)
    shelf.add_feed("public_security", ("idcard",))
    assert verdict_on(shelf, "bizlic").quarantine_ids == [waiting]
    assert verdict_on(shelf, "idcard").quarantine_ids == []


def test_a_waiting_case_stands_beside_a_held_license_and_before_an_expired_one(shelf: Library, company: int) -> None:
    waiting = shelf.add_case(holder_hashes=[_hash(shelf, company)])
    expired = shelf.add_license(company, valid_to=date(2015, 1, 1))
    told = verdict_on(shelf, "bizlic")
    assert told.license is not None
    assert (told.verdict, told.license.license_id) == ("in_quarantine", expired)
    shelf.add_license(company)
    told = verdict_on(shelf, "bizlic")
    assert (told.verdict, told.quarantine_ids) == ("held", [waiting])


def test_a_good_license_of_which_a_newer_record_waits_is_not_held(shelf: Library, company: int) -> None:
    license_id = shelf.add_license(company, open_ended=True)
    waiting = shelf.let_a_newer_record_wait(license_id)
    told = verdict_on(shelf, "bizlic")
    assert told.license is not None
    assert (told.verdict, told.reason, told.license.license_id) == ("in_quarantine", "newer_waits", license_id)
    assert (told.satisfied, ask(shelf).held_count) == (False, 0)
    assert told.words.zh == "最后所知：长期有效；颁发部门有该证照更新的记录因数据问题待处理"
    shelf.change("update quarantined_records set state = 'mended' where quarantine_id = :id", id=waiting)
    assert verdict_on(shelf, "bizlic").verdict == "held"


@pytest.mark.parametrize(
    ("term", "silent", "waiting"),
    [
        ({"status": "suspended"}, ("stale", "suspended"), ("in_quarantine", "newer_waits")),
        ({"status": "restricted"}, ("stale", "restricted"), ("in_quarantine", "newer_waits")),
        ({"valid_to": date(2016, 1, 1)}, ("stale", "expired"), ("in_quarantine", "newer_waits")),
        ({"status": "revoked"}, ("unknown", "silent"), ("not_good", "revoked")),  # another may have been issued since
    ],
)
def test_what_may_be_good_again_is_told_as_no_firm_no(
    shelf: Library, company: int, term: dict[str, object], silent: tuple[str, str], waiting: tuple[str, str]
) -> None:
    license_id = shelf.add_license(company, **term)
    case = shelf.let_a_newer_record_wait(license_id)
    shelf.change("update quarantined_records set holder_hashes = array[cast('somebody' as bytea)]")
    told = verdict_on(shelf, "bizlic")
    assert (told.verdict, told.reason) == waiting
    shelf.change("update quarantined_records set state = 'mended' where quarantine_id = :id", id=case)
    shelf.change("update feeds set fresh_at = fresh_at - interval '30 days'")
    told = verdict_on(shelf, "bizlic")
    assert (told.verdict, told.reason) == silent


@pytest.mark.parametrize(
    "beside", [{"status": "revoked"}, {"status": "suspended"}, {"valid_to": date(2016, 1, 1)}, {"status": "cancelled"}]
)
def test_beside_a_license_whose_successor_is_not_here_nothing_bad_is_a_firm_no(
    shelf: Library, company: int, beside: dict[str, object]
) -> None:
    lost = shelf.add_license(company, status="superseded", license_number="A1", issued_on=date(2014, 1, 1))
    shelf.add_license(company, license_number="B1", issued_on=date(2015, 1, 1), **beside)
    told = verdict_on(shelf, "bizlic")
    assert told.license is not None
    assert (told.verdict, told.reason, told.license.license_id) == ("unknown", "superseded", lost)


@pytest.mark.parametrize("term", [{"valid_to": date(2016, 1, 1)}, {"status": "suspended"}, {"status": "revoked"}])
def test_a_disputed_license_is_no_firm_no(shelf: Library, company: int, term: dict[str, object]) -> None:
    shelf.dispute(shelf.add_license(company, issued_on=date(2012, 1, 1), **term))
    shelf.add_license(company, status="cancelled")
    told = verdict_on(shelf, "bizlic")
    assert (told.verdict, told.reason) == ("disputed", "correction_open")
    assert told.words.zh.endswith("；内容有异议，已请部门校核")


HOUSE = {"department": "real_estate", "license_type": "house_cert"}
MORTGAGE = "PD-E-003"


@pytest.fixture
def owner(shelf: Library) -> int:
    """Give a person in a library whose feed of real estate tells of all its certificates."""
    shelf.add_feed("real_estate", ("realestate", "house_cert", "land_cert"))
    return shelf.add_subject("王伟", PERSON, "111")


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"open_ended": True}, True), ({"status": "superseded"}, True), ({"status": "revoked"}, False),
        ({"status": "expired"}, False),
    ],
)  # fmt: skip
def test_a_license_of_the_type_that_this_one_replaced_may_still_be_good(
    shelf: Library, owner: int, changes: dict[str, object], held: bool
) -> None:
    assert verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON).verdict == "not_held"
    shelf.add_license(owner, **HOUSE, **changes)
    told = verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON)
    assert (told.verdict, told.reason) == (("unknown", "older_type") if held else ("not_held", None))
    assert ("房屋所有权证" in told.words.zh) is held
    shelf.add_license(owner, department="real_estate", license_type="realestate", open_ended=True)
    assert verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON).verdict == "held"


def test_beside_a_bad_license_one_of_the_older_type_may_still_be_good(shelf: Library, owner: int) -> None:
    shelf.add_license(owner, department="real_estate", license_type="realestate", status="revoked")
    assert verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON).verdict == "not_good"
    shelf.add_license(owner, **HOUSE, open_ended=True)
    assert verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON).reason == "older_type"


def test_a_waiting_record_of_the_older_type_leaves_no_firm_no(shelf: Library, owner: int) -> None:
    shelf.add_case(**HOUSE, holder_hashes=[_hash(shelf, owner)])
    told = verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON)
    assert (told.verdict, told.reason) == ("unknown", "older_waits")
    assert "房屋所有权证" in told.words.zh


def test_a_silent_feed_of_the_older_type_leaves_no_firm_no(shelf: Library, owner: int) -> None:
    shelf.add_feed("transport", ("house_cert",), fresh_at=NOW - timedelta(days=9))
    assert verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON).verdict == "unknown"


@pytest.mark.parametrize(
    ("changes", "firm", "found"),
    [
        (None, ("not_held", None), "未查到该证照"),
        ({"status": "revoked"}, ("not_good", "revoked"), "状态为撤销"),
        ({"valid_to": date(2016, 1, 1)}, ("expired", None), "有效期至 2016-01-01，已过期"),
    ],
)
def test_an_older_type_that_nobody_delivers_leaves_no_firm_no(
    shelf: Library, owner: int, changes: dict[str, object] | None, firm: tuple[str, str | None], found: str
) -> None:
    if changes is not None:
        shelf.add_license(owner, department="real_estate", license_type="realestate", **changes)
    told = verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON)
    assert (told.verdict, told.reason) == firm
    shelf.change("update feeds set license_types = array['realestate'] where department = 'real_estate'")
    told = verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON)
    assert (told.verdict, told.reason) == ("unknown", "older_no_feed")
    kin = "房屋所有权证、国有土地使用证"
    assert told.words.zh == f"{found}；尚无部门向本平台提供{kin}，该主体可能持有仍然有效的{kin}"
    assert told.action is not None
    assert told.action.zh == f"请申请人提交该证照，或仍然有效的{kin}"
    shelf.add_license(owner, department="real_estate", license_type="realestate", open_ended=True)
    assert verdict_on(shelf, "realestate", item=MORTGAGE, code=PERSON).verdict == "held"


@pytest.mark.parametrize(
    ("asked", "delivered", "missing"),
    [("house_cert", "realestate", "房屋所有权证"), ("house_cert", "house_cert", "不动产权证书")],
)
def test_of_a_material_of_an_old_type_both_it_and_what_took_its_place_must_be_delivered(
    shelf: Library, owner: int, asked: str, delivered: str, missing: str
) -> None:
    shelf.change("update item_materials set license_type = :asked where license_type = 'realestate'", asked=asked)
    assert verdict_on(shelf, asked, item=MORTGAGE, code=PERSON).verdict == "not_held"
    shelf.change("update feeds set license_types = array[:only] where department = 'real_estate'", only=delivered)
    told = verdict_on(shelf, asked, item=MORTGAGE, code=PERSON)
    assert (told.verdict, told.reason) == ("unknown", "no_feed")
    assert f"尚无部门向本平台提供{missing}" in told.words.zh


@pytest.mark.parametrize("typed", ["MA3N0A9C-6", "MA3N0A9C6"])
def test_an_organisation_code_is_denied_nothing_while_the_credit_code_that_holds_it_is_not_bound(
    shelf: Library, typed: str
) -> None:
    shelf.add_feed()
    asked = {"code": typed, "code_type": "099"}
    assert verdict_on(shelf, "bizlic", **asked).verdict == "not_held"
    company = shelf.add_subject()
    shelf.change("insert into subjects_to_key values (:id)", id=company)
    told = verdict_on(shelf, "bizlic", **asked)
    assert (told.verdict, told.reason) == ("unknown", "other_number")
    shelf.make_keys()
    told = verdict_on(shelf, "bizlic", **asked)
    assert (told.verdict, told.reason) == ("unknown", "other_number")
    assert told.words.zh == "未查到该证照；该组织机构代码可能已并入某统一社会信用代码，尚未认定为同一主体"
    assert told.action is not None
    assert told.action.zh == "请用其统一社会信用代码另行查询"
    assert verdict_on(shelf, "bizlic").verdict == "not_held"
    shelf.add_license(shelf.add_subject("某", typed, "099"), open_ended=True)
    assert verdict_on(shelf, "bizlic", **asked).verdict == "held"


@pytest.mark.parametrize(("decision", "verdict"), [("same", "not_held"), ("different", "not_held"), (None, "unknown")])
def test_once_it_is_decided_whose_an_organisation_code_is_a_no_is_firm(
    shelf: Library, decision: str | None, verdict: str
) -> None:
    shelf.add_feed()
    one, other = shelf.add_subject(), shelf.add_subject("某", "MA3N0A9C-6", "099")
    shelf.make_keys()
    if decision is not None:
        entry = PairEntry(subject_id=one, other_id=other, decision=decision, ground="decided", reason=b"sealed")
        write_entries(shelf.conn, [entry], NOW)
    assert verdict_on(shelf, "bizlic", code="MA3N0A9C-6", code_type="099").verdict == verdict


def test_the_applicants_own_papers_are_brought(shelf: Library, company: int) -> None:
    own = [material for material in ask(shelf).materials if material.origin == "self"]
    assert [material.verdict for material in own] == ["applicant_brings"] * 2
    assert own[0].words.zh == "由申请人自备"


def test_required_materials_are_counted_by_what_must_still_be_done(shelf: Library, company: int) -> None:
    shelf.add_license(company)
    answer = ask(shelf)
    assert [material.ordinal for material in answer.materials] == [1, 2, 3, 4, 5, 6]
    assert (answer.held_count, answer.to_bring_count, answer.uncertain_count) == (1, 2, 3)
    assert answer.item.material_count == 6
    assert answer.item.license_material_count == 4
    assert answer.item.department_name == "平度市交通运输局"


def test_a_holder_the_library_never_met_is_said_to_be_unknown(shelf: Library) -> None:
    shelf.add_feed()
    subject = ask(shelf).subject
    assert (subject.known, subject.name, subject.kind) == (False, None, "organisation")
    assert subject.code == "9137**********9C6Y"


def test_a_person_is_met_under_the_old_form_of_the_number_as_well(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    person = shelf.add_subject("李秀英", "370226650101001", "111")
    shelf.add_license(person, department="public_security", license_type="idcard", open_ended=True)
    answer = ask(shelf, code=OLD_COUNTY_PERSON)
    assert answer.subject.name == "李秀英"
    assert next(one for one in answer.materials if one.license_type == "idcard").verdict == "held"


def test_no_code_leaves_unmasked(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    person = shelf.add_subject("王伟", PERSON, "111")
    shelf.add_license(person, department="public_security", license_type="idcard", license_number=PERSON)
    assert PERSON not in msgspec.json.encode(ask(shelf, code=PERSON)).decode()


def test_a_wrong_code_and_an_unknown_item_are_refused(shelf: Library) -> None:
    with pytest.raises(WrongQuestion):
        ask(shelf, code="370283199003077212")
    with pytest.raises(NotFound):
        ask(shelf, item="PD-X-999")


def test_another_kind_of_code_is_asked_with_its_type(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    answer = ask(shelf, code="E12345678", code_type="414")
    assert (answer.subject.code, answer.subject.kind) == ("E1*****78", "person")


def test_the_whole_answer_is_one_statement(shelf: Library, company: int) -> None:
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(shelf.conn, "before_cursor_execute", note)
    ask(shelf)
    event.remove(shelf.conn, "before_cursor_execute", note)
    assert len(statements) == 1


def test_the_statement_and_the_search_judge_a_term_alike(shelf: Library, company: int) -> None:
    days = (None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
    shelf.add_license(company)
    for status, start, end, open_ended in product(sorted(STATE_CODES), days, days, (False, True)):
        _change(shelf, status=status, valid_from=start, valid_to=end, open_ended=open_ended)
        told = verdict_on(shelf, "bizlic")
        expected = validity_of(status, start, end, open_ended, TODAY)
        assert (told.verdict, told.reason) == {
            "valid": ("held", None),
            "expired": ("expired", None),
            "not_yet_valid": ("not_good", "not_yet_valid"),
            "not_good": ("unknown" if status == "superseded" else "not_good", status),
        }[expected]


def test_every_item_of_the_catalogue_can_be_asked_for_every_kind_of_holder(shelf: Library) -> None:
    for code, code_type in ((COMPANY, "001"), (PERSON, "111")):
        codes = shelf.read("select item_code from items order by item_code")
        for item_code in codes:
            answer = ask(shelf, item=item_code, code=code)
            assert answer.subject.kind == holder_kind(code_type)
            assert {material.verdict for material in answer.materials} <= {"unknown", "applicant_brings"}


def _hash(shelf: Library, subject_id: int) -> bytes:
    return shelf.read("select holder_hash from subjects where subject_id = :id", id=subject_id)[0]


def _change(shelf: Library, **values: object) -> None:
    shelf.change("update licenses set " + ", ".join(f"{name} = :{name}" for name in values), **values)

"""What a verification neither confirms nor denies: a number that cannot be read, another's license, a value that may have changed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, LEGACY_IDENTIFIER, NOW, OLD_COUNTY_PERSON, PERSON, TODAY, Library
from subject_makers import fifteen

from license_library.answers import VerifyAnswer
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.asking.refusals import WrongQuestion
from license_library.search.lookup import find_licenses
from license_library.verification.verification import verify_license
from schemas.identifiers.license_identifier import identifier_forms, parse_license_identifier

SILENT = NOW - timedelta(days=21)
LATER_EDITION = f"{IDENTIFIER[:-5]}002.S"
OF_BOTH = "370283600123107"  # right as an old resident number and as a business registration number


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company in a library whose market regulation feed is fresh."""
    shelf.add_feed()
    return shelf.add_subject()


def ask(shelf: Library, **question: Any) -> VerifyAnswer:
    """Verify A1, a business license where nothing else is said, as of the test's day."""
    asked = VerifyQuestion(**{"license_type": "bizlic", "license_number": "A1"} | question)
    return verify_license(shelf.conn, shelf.keyring, asked, TODAY, NOW)


def wrong_numbers() -> list[str]:
    """Give numbers that nobody has, each of which has the fifteen digits of one that somebody has."""
    right = OLD_COUNTY_PERSON
    return [right[:17] + "0", right[:17], right[:17] + "X0", f"{right[:6]}20{right[8:17]}0"]


@pytest.mark.parametrize("kind", [{}, {"holder_code_type": "111"}])
@pytest.mark.parametrize("typed", wrong_numbers())
@pytest.mark.parametrize("kept", [OLD_COUNTY_PERSON, fifteen(OLD_COUNTY_PERSON)])
def test_a_number_that_nobody_has_is_not_the_holder_s(
    shelf: Library, company: int, kept: str, typed: str, kind: dict[str, str]
) -> None:
    shelf.add_license(shelf.add_subject("王伟", kept, "111"), license_number="A1", holder_name="王伟")
    answer = ask(shelf, values={"holder_name": "王伟", "holder_code": typed} | kind)
    assert (answer.verdict, answer.matches) == ("mismatch", False)
    assert not [reason.en for reason in answer.reasons if "other form" in reason.en]
    assert ask(shelf, values={"holder_code": OLD_COUNTY_PERSON}).verdict == "confirmed"


def test_a_valid_license_that_was_not_compared_whole_is_meant_before_one_that_ran_out(
    shelf: Library, company: int
) -> None:
    given = {"holder_code": COMPANY, "face.legal_representative": "王五"}
    face = {"legal_representative": "王五"}
    old = {"issued_on": date(2012, 1, 1), "valid_to": date(2015, 1, 1), "face": face}
    shelf.add_license(company, license_number="A1", **old)
    meant = shelf.add_license(company, license_number="A1", issued_on=date(2015, 1, 2), open_ended=True)
    answer = ask(shelf, values=given)
    assert (answer.license_id, answer.verdict) == (meant, "not_compared")
    shelf.change("update licenses set holder_name = 'x', status = 'revoked' where license_id = :id", id=meant)
    assert ask(shelf, values=given).verdict == "not_valid"


@pytest.mark.parametrize("word", ["valid", "VALID", "Valid", " 有效"])
def test_a_word_of_a_status_is_understood_in_either_case(shelf: Library, company: int, word: str) -> None:
    shelf.add_license(company, license_number="A1")
    assert ask(shelf, values={"status": word}).verdict == "confirmed"
    assert ask(shelf, values={"status": "REVOKED"}).verdict == "mismatch"


@pytest.mark.parametrize("why", ["silent", "waiting"])
def test_where_no_type_is_said_another_s_license_of_another_type_denies_nothing(
    shelf: Library, company: int, why: str
) -> None:
    shelf.add_feed("transport", ("roadtrans",), SILENT if why == "silent" else NOW)
    if why == "waiting":
        hashes = shelf.read("select holder_hash from subjects where subject_id = :id", id=company)
        shelf.add_case(license_type="roadtrans", department="transport", holder_hashes=hashes)
    shelf.add_license(shelf.add_subject("某", "370283600000001", "099"), license_number="A1", open_ended=True)
    answer = ask(shelf, license_type=None, values={"holder_code": COMPANY})
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert answer.reasons[0].zh == "库中该编号的证照均不属于所给持证主体"


def test_a_license_of_the_same_digits_of_another_kind_is_another_s(shelf: Library) -> None:
    shelf.add_feed(fresh_at=SILENT)
    shelf.add_license(shelf.add_subject("某", OF_BOTH, "099"), license_number="A1", open_ended=True)
    values = {"holder_code": OF_BOTH, "holder_code_type": "111"}
    assert ask(shelf, values=values).verdict == "unknown"
    shelf.change("update feeds set fresh_at = :now", now=NOW)
    assert ask(shelf, values=values).verdict == "mismatch"


def doubt(shelf: Library, license_id: int, why: str) -> None:
    """Let something speak against what is known of a license."""
    if why == "silent":
        shelf.change("update feeds set fresh_at = :then", then=SILENT)
    elif why == "waiting":
        shelf.let_a_newer_record_wait(license_id)
    else:
        shelf.dispute(license_id)


@pytest.mark.parametrize(
    ("why", "said"),
    [("silent", "来源部门数据已超过承诺时限"), ("waiting", "更新的记录因数据问题待处理"), ("disputed", "内容有异议")],
)
def test_a_difference_that_may_be_a_change_is_no_firm_no(shelf: Library, company: int, why: str, said: str) -> None:
    license_id = shelf.add_license(company, license_number="A1", valid_to=date(2017, 1, 1))
    values = {"holder_code": COMPANY, "valid_to": "2022-01-01"}
    assert ask(shelf, values=values).verdict == "mismatch"
    doubt(shelf, license_id, why)
    answer = ask(shelf, values=values)
    assert (answer.verdict, answer.matches) == ("stale", False)
    assert answer.words.zh.startswith("所给内容与库中记录不一致，但")
    assert said in answer.words.zh
    shelf.change("update licenses set status = 'revoked'")
    assert (ask(shelf, values=values).verdict == "stale") == (why == "disputed")


@pytest.mark.parametrize("why", ["waiting", "disputed", "unlisted"])
@pytest.mark.parametrize("end", [date(2016, 1, 1), date(2017, 1, 1)])
def test_a_no_is_not_firm_where_the_same_license_may_have_changed_elsewhere(
    shelf: Library, company: int, end: date, why: str
) -> None:
    shelf.add_feed("transport", ("bizlic",))
    told = {"license_number": "A1", "license_identifier": IDENTIFIER, "valid_to": end}
    elsewhere = shelf.add_license(company, department="transport", **told)
    shelf.add_license(company, **told)
    values = {"holder_code": COMPANY} | ({"valid_to": "2022-01-01"} if end > TODAY else {})
    firm = "mismatch" if end > TODAY else "not_valid"
    assert ask(shelf, values=values).verdict == firm
    if why == "unlisted":
        shelf.unlist(elsewhere)
    else:
        doubt(shelf, elsewhere, why)
    answer = ask(shelf, values=values)
    assert answer.license_id != elsewhere
    assert answer.verdict == (firm if why == "unlisted" else "stale")
    assert [one.code for one in answer.doubts] == ["doubted_elsewhere"]


@pytest.mark.parametrize("term", [{"valid_to": date(2016, 1, 1)}, {"status": "suspended"}, {"status": "revoked"}])
def test_that_a_license_is_not_good_is_no_firm_no_while_it_is_disputed(
    shelf: Library, company: int, term: dict[str, object]
) -> None:
    license_id = shelf.add_license(company, license_number="A1", **term)
    assert ask(shelf).verdict == "not_valid"
    shelf.dispute(license_id)
    answer = ask(shelf)
    assert (answer.verdict, answer.words.zh) == ("stale", "证照存在，但内容有异议，已请部门校核，请向颁发机构核实")


def kept_mapping(shelf: Library, *fields: str) -> None:
    """Keep what the last exchange was mapped by."""
    shelf.change(
        "insert into mappings (department, feed, mapping_version, described_at, fields)"
        " values ('market_regulation', 'licenses', 'map-1', :now, cast(:fields as jsonb))",
        now=NOW,
        fields=json.dumps([{"field": field} for field in fields]),
    )


def of_business(shelf: Library) -> dict[str, str]:
    """Give an identifier whose type is that of business licenses."""
    parts = parse_license_identifier(IDENTIFIER)
    assert parts is not None
    shelf.change("update license_types set type_code = null where type_code = :code", code=parts.type_code)
    shelf.change("update license_types set type_code = :code where license_type = 'bizlic'", code=parts.type_code)
    return {"identifier": IDENTIFIER}


@pytest.mark.parametrize("name", ["identifier", "qr_payload"])
def test_by_a_name_that_its_feed_does_not_tell_no_license_is_denied(shelf: Library, company: int, name: str) -> None:
    named = of_business(shelf) if name == "identifier" else {"qr_payload": "https://example.test/1"}
    shelf.add_license(company, license_number="A1")
    answer = ask(shelf, **named, license_number=None, values={"holder_code": COMPANY})
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert "并非都带" in answer.reasons[0].zh
    assert ask(shelf, **named, license_number="none").verdict == "unknown"
    answer = ask(shelf, **named, values={"holder_code": COMPANY})
    assert (answer.verdict, answer.exists) == ("not_compared", True)
    assert ask(shelf, **named, values={"holder_code": PERSON}).verdict == "mismatch"
    shelf.change("update feeds set face_fields = array['qr_payload']")
    shelf.change("update licenses set license_identifier = :id", id=IDENTIFIER[:-1] + "A")
    assert ask(shelf, **named).verdict == "not_found"


def test_by_an_identifier_that_its_mapping_lacks_no_license_is_denied(shelf: Library, company: int) -> None:
    asked: dict[str, Any] = of_business(shelf) | {"license_number": None}
    assert ask(shelf, **asked).verdict == "not_found"
    kept_mapping(shelf, "license_number")
    assert ask(shelf, **asked).verdict == "unknown"
    shelf.change("delete from mappings")
    kept_mapping(shelf, "license_number", "license_identifier")
    assert ask(shelf, **asked).verdict == "not_found"


def test_an_identifier_of_which_another_edition_is_here_is_not_denied(shelf: Library, company: int) -> None:
    asked: dict[str, Any] = of_business(shelf) | {"license_number": None}
    shelf.add_license(company, license_number="A1", license_identifier=LATER_EDITION, open_ended=True)
    answer = ask(shelf, **asked)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert answer.reasons[0].zh.startswith("库中有该证照的其他版本")
    said = find_licenses(shelf.conn, shelf.keyring, SearchTerms(identifier=IDENTIFIER), TODAY, NOW).advice
    assert [one.code for one in said] == ["search.other_edition"]
    shelf.change("update licenses set license_identifier = :other", other=LATER_EDITION.replace("403.", "404."))
    assert ask(shelf, **asked).verdict == "not_found"


def test_a_qr_code_of_a_former_holder_confirms_nothing(shelf: Library, company: int) -> None:
    other = shelf.add_subject("某", "91110000600037341L")
    held = {"license_number": "A1", "open_ended": True, "record_id": "R"}
    license_id = shelf.add_license(other, version_count=2, face={"qr_payload": "q/2"}, holder_name="某", **held)
    shelf.add_former_version(license_id, company, 1, face={"qr_payload": "q/1"}, **held)
    qr: dict[str, Any] = {"license_number": None, "license_type": None, "qr_payload": "q/1"}
    answer = ask(shelf, **qr)
    assert (answer.verdict, answer.valid_today) == ("stale", True)
    assert "此后持证主体已变更" in answer.words.zh
    assert ask(shelf, **qr, values={"holder_code": "91110000600037341L"}).verdict == "confirmed"
    assert ask(shelf, **qr, values={"holder_code": COMPANY}).verdict == "mismatch"
    shelf.change("update license_versions set subject_id = :id", id=other)
    assert ask(shelf, **qr).verdict == "confirmed"


@pytest.fixture
def beside_a_stranger_s(shelf: Library, company: int) -> int:
    """Give the company's license, and a stranger's of the same number that another feed tells, newer and longer valid."""
    shelf.add_feed("transport", ("bizlic",))
    own = shelf.add_license(company, license_number="A1", valid_to=date(2017, 1, 1), issued_on=date(2014, 1, 1))
    newer = {"issued_on": date(2015, 5, 5), "valid_to": date(2018, 1, 1), "department": "transport"}
    shelf.add_license(shelf.add_subject("某", "91110000600037341L"), license_number="A1", holder_name="某", **newer)
    return own


@pytest.mark.parametrize("holder", [{"holder_code": COMPANY}, {"holder_name": "平度市恒通运输有限公司"}])
def test_a_difference_is_told_of_the_given_holder_s_license(
    shelf: Library, beside_a_stranger_s: int, holder: dict[str, str]
) -> None:
    answer = ask(shelf, values=holder | {"valid_to": "2022-01-01"})
    assert (answer.verdict, answer.license_id) == ("mismatch", beside_a_stranger_s)
    assert [field.field for field in answer.fields if field.matches is False] == ["valid_to"]
    shelf.change("update licenses set status = 'revoked' where license_id = :id", id=beside_a_stranger_s)
    assert ask(shelf, values=holder | {"valid_to": "2022-01-01"}).license_id == beside_a_stranger_s


def test_a_mistyped_number_is_told_of_the_license_that_fits_best(shelf: Library, beside_a_stranger_s: int) -> None:
    answer = ask(shelf, values={"holder_code": "91110000000000000A", "holder_name": "平度市恒通运输有限公司"})
    assert (answer.verdict, answer.license_id) == ("mismatch", beside_a_stranger_s)


@pytest.mark.parametrize("values", [{"holder_code": COMPANY, "valid_to": "2022-01-01"}, {"valid_to": "2022-01-01"}])
def test_a_difference_is_no_firm_no_while_the_one_meant_may_have_changed(
    shelf: Library, beside_a_stranger_s: int, values: dict[str, str]
) -> None:
    shelf.let_a_newer_record_wait(beside_a_stranger_s)
    answer = ask(shelf, values=values)
    assert (answer.verdict, answer.matches) == ("stale", False)
    assert "更新的记录因数据问题待处理" in answer.words.zh


def test_another_license_of_the_given_holder_may_be_as_described_by_now(
    shelf: Library, company: int, beside_a_stranger_s: int
) -> None:
    again = shelf.add_license(company, license_number="A1", issued_on=date(2015, 1, 1), valid_to=date(2019, 1, 1))
    values = {"holder_code": COMPANY, "valid_to": "2022-01-01"}
    assert (ask(shelf, values=values).verdict, ask(shelf, values=values).license_id) == ("mismatch", again)
    doubt(shelf, beside_a_stranger_s, "waiting")
    answer = ask(shelf, values=values)
    assert (answer.verdict, "更新的记录因数据问题待处理" in answer.words.zh) == ("stale", True)
    assert [one.code for one in answer.doubts] == ["in_quarantine"]
    assert answer.doubts[0].words in answer.reasons


@pytest.mark.parametrize("kept", identifier_forms(LEGACY_IDENTIFIER))
@pytest.mark.parametrize("typed", identifier_forms(LEGACY_IDENTIFIER))
def test_an_identifier_is_compared_whichever_way_its_check_character_was_computed(
    shelf: Library, company: int, kept: str, typed: str
) -> None:
    shelf.add_license(company, license_number="A1", license_identifier=kept, open_ended=True)
    values = {"holder_code": COMPANY, "license_identifier": f" {typed.lower()}"}
    assert ask(shelf, values=values).verdict == "confirmed"
    assert ask(shelf, values={"license_identifier": f"{typed[:-1]}-"}).verdict == "mismatch"
    assert ask(shelf, values={"license_identifier": IDENTIFIER}).verdict == "mismatch"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"valid_to": "长期"}, "not_compared"),
        ({"open_ended": "是"}, "not_compared"),
        ({"open_ended": "否"}, "not_compared"),
        ({"valid_to": "2030-01-01"}, "not_compared"),
    ],
)
def test_where_no_end_is_told_neither_a_day_nor_that_there_is_none_is_denied(
    shelf: Library, company: int, values: dict[str, str], verdict: str
) -> None:
    shelf.add_license(company, license_number="A1")
    assert ask(shelf, values=values).verdict == verdict
    shelf.change("update licenses set valid_to = '2030-01-01'")
    assert ask(shelf, values=values).verdict == (
        "confirmed" if values in ({"valid_to": "2030-01-01"}, {"open_ended": "否"}) else "mismatch"
    )
    shelf.change("update licenses set valid_to = null, open_ended = true")
    assert ask(shelf, values=values).verdict == (
        "confirmed" if values in ({"valid_to": "长期"}, {"open_ended": "是"}) else "mismatch"
    )


@pytest.mark.parametrize(
    "question", [{"identifier": IDENTIFIER}, {}, {"identifier": IDENTIFIER, "license_number": None}]
)
@pytest.mark.parametrize("typed", ["11100000000013338W011", " bizlic "])
def test_a_type_is_understood_by_its_national_code(
    shelf: Library, company: int, question: dict[str, Any], typed: str
) -> None:
    shelf.change("update license_types set type_code = null where type_code = '11100000000013338W011'")
    shelf.change("update license_types set type_code = '11100000000013338W011' where license_type = 'bizlic'")
    shelf.add_license(company, license_number="A1", license_identifier=IDENTIFIER, open_ended=True)
    values = {"holder_code": COMPANY}
    assert ask(shelf, license_type=typed, **question, values=values).verdict == "confirmed"
    assert ask(shelf, **question, values=values | {"license_type": typed}).verdict == "confirmed"
    assert ask(shelf, identifier=IDENTIFIER, license_type="roadtrans").verdict == "mismatch"
    assert ask(shelf, license_type=typed, license_number="nobody's").verdict == "not_found"
    with pytest.raises(WrongQuestion):
        ask(shelf, license_type=f"{typed}\0")


@pytest.mark.parametrize(
    ("kept", "given", "verdict"),
    [
        ("100万元人民币", "100万元", "confirmed"),
        ("100万元人民币", "1,000,000.00元", "confirmed"),
        ("1000000元", "人民币 100 万元", "confirmed"),
        ("100万元", "101万元", "mismatch"),
        ("100万元", "100万美元", "mismatch"),
        ("100万美元", "100 万美元", "confirmed"),
    ],
)
def test_money_is_compared_as_an_amount(shelf: Library, company: int, kept: str, given: str, verdict: str) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True, face={"registered_capital": kept})
    assert ask(shelf, values={"face.registered_capital": given}).verdict == verdict


@pytest.mark.parametrize(
    ("kept", "given", "verdict"),
    [
        ("370283", "370283000000", "confirmed"),
        ("370283000000", "370283", "confirmed"),
        ("370283000", "370283000000", "confirmed"),
        ("370283100000", "370283", "confirmed"),
        ("370283100000", "370283100", "confirmed"),
        ("370283", "370283100000", "not_compared"),
        ("370283100", "370283101000", "mismatch"),
        ("370283", "370282000000", "mismatch"),
        ("370200", "370283", "mismatch"),
        ("370283", "平度市", "mismatch"),
    ],
)
def test_a_division_is_compared_as_far_as_it_is_told(
    shelf: Library, company: int, kept: str, given: str, verdict: str
) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True, area_code=kept)
    assert ask(shelf, values={"area_code": given}).verdict == verdict


def kept_under_the_older_type(shelf: Library) -> dict[str, Any]:
    """Keep a license under the type that another replaced, and return the question that asks by the newer one."""
    shelf.add_feed("real_estate", ("realestate", "house_cert", "land_cert"))
    house = {"license_type": "house_cert", "department": "real_estate", "open_ended": True}
    shelf.add_license(shelf.add_subject("李娜", PERSON, "111"), license_number="房权证平字第001号", **house)
    return {"license_type": "realestate", "license_number": "房权证平字第001号"}


@pytest.mark.parametrize("values", [{}, {"holder_code": PERSON}])
def test_a_number_kept_under_the_type_that_this_one_replaced_is_not_denied(
    shelf: Library, company: int, values: dict[str, str]
) -> None:
    question = kept_under_the_older_type(shelf)
    answer = ask(shelf, **question, values=values)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert "房屋所有权证" in answer.reasons[0].zh
    assert ask(shelf, **question | {"license_type": "house_cert"}, values=values).verdict == "confirmed"
    assert ask(shelf, **question | {"license_number": "nobody's"}, values=values).verdict == "not_found"


def test_a_number_kept_under_the_type_that_replaced_this_one_is_not_denied(shelf: Library, company: int) -> None:
    question = kept_under_the_older_type(shelf)
    shelf.change("update licenses set license_type = 'realestate'")
    answer = ask(shelf, **question | {"license_type": "house_cert"})
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert answer.reasons[0].zh == "该编号登记在取代该证照的不动产权证书名下，请按不动产权证书核验"
    assert ask(shelf, **question | {"license_type": "house_cert", "license_number": "nobody's"}).verdict == "not_found"
    shelf.change("update licenses set license_number = 'nobody''s', license_type = 'bizlic'")
    assert ask(shelf, **question | {"license_type": "house_cert"}).verdict == "not_found"


def test_an_older_type_that_nobody_delivers_leaves_no_firm_no(shelf: Library, company: int) -> None:
    question = kept_under_the_older_type(shelf) | {"license_number": "nobody's"}
    assert ask(shelf, **question).verdict == "not_found"
    shelf.change("update feeds set license_types = array['realestate', 'house_cert'] where department = 'real_estate'")
    answer = ask(shelf, **question)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert [one.zh for one in answer.reasons] == [
        "该证照取代了国有土地使用证，尚无部门向本平台提供国有土地使用证，该编号可能在其名下"
    ]
    assert ask(shelf, license_type="bizlic", license_number="nobody's").verdict == "not_found"


def test_what_waits_or_is_silent_under_the_older_type_leaves_no_firm_no(shelf: Library, company: int) -> None:
    question = kept_under_the_older_type(shelf) | {"license_number": "nobody's"}
    assert ask(shelf, **question).verdict == "not_found"
    case = shelf.add_case(license_type="house_cert", department="real_estate")
    assert ask(shelf, **question).verdict == "unknown"
    shelf.change("delete from quarantined_records where quarantine_id = :id", id=case)
    assert ask(shelf, **question).verdict == "not_found"
    shelf.add_feed("transport", ("house_cert",), SILENT)
    assert ask(shelf, **question).verdict == "unknown"
    shelf.change(
        "update feeds set license_types = array['house_cert'], fresh_at = :now where feed = 'licenses'", now=NOW
    )
    answer = ask(shelf, **question)
    assert (answer.verdict, answer.reasons[0].en) == ("unknown", "no department delivers this license type yet")

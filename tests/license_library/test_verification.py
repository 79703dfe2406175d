"""A verification says exists, matches and valid today apart, with reasons, and never tells the license's values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import polars as pl
import pytest
from question_makers import COMPANY, IDENTIFIER, LEGACY_IDENTIFIER, NOW, PERSON, TODAY, Library, kept_phrase

from license_library.answers import VerifyAnswer
from license_library.asking.questions import VerifyQuestion
from license_library.asking.refusals import WrongQuestion
from license_library.asking.waiting_records import HOLDER_PROBLEMS
from license_library.verification.qr_payloads import find_by_qr_payload
from license_library.verification.verification import verify_license
from license_library.verification.verify_candidates import MOST
from schemas.checking.code_rules import holder_rules
from schemas.checking.text_rules import text_rules
from schemas.identifiers.license_identifier import identifier_forms, parse_license_identifier
from schemas.license.holders import HOLDER


def ask(shelf: Library, **question: object) -> VerifyAnswer:
    """Verify as of the test's day."""
    return verify_license(shelf.conn, shelf.keyring, VerifyQuestion(**question), TODAY, NOW)


def problem(field: str, code: str) -> dict[str, str]:
    """Give what a check says of one field of a record."""
    return {"code": code, "field": field, "expected": kept_phrase("another_value"), "got": kept_phrase("some_value")}


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company in a library whose market regulation feed is fresh."""
    shelf.add_feed()
    return shelf.add_subject()


def test_a_license_that_exists_matches_and_is_valid_is_confirmed(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", valid_to=date(2016, 6, 15), face={"scope": "货运"})
    values = {
        "holder_name": "平度市 恒通运输有限公司",
        "holder_code": COMPANY.lower(),
        "issued_on": "20150301",
        "valid_to": "2016年6月15日",
        "status": "有效",
        "face.scope": "货运",
    }
    answer = ask(shelf, license_type="bizlic", license_number="A1", values=values)
    assert (answer.verdict, answer.exists, answer.matches, answer.valid_today) == ("confirmed", True, True, True)
    assert [match.matches for match in answer.fields] == [True] * 6


def test_a_differing_value_is_named_but_not_told(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1")
    values = {"holder_name": "平度市恒通物流有限公司", "holder_code": PERSON, "issued_on": "2015-03-01"}
    answer = ask(shelf, license_type="bizlic", license_number="A1", values=values)
    assert answer.verdict == "mismatch"
    assert {match.field: match.matches for match in answer.fields} == {
        "holder_name": False,
        "holder_code": False,
        "issued_on": True,
    }
    assert answer.reasons[0].zh == "不一致的字段：持证主体、持证主体代码"
    told = msgspec.json.encode(answer).decode()
    assert COMPANY not in told
    assert "恒通" not in told


@pytest.mark.parametrize(
    ("field", "kept", "given", "matches"),
    [
        ("born_on", "19850312", "1985-03-12", True),
        ("born_on", "1985年3月12日", "1985/03/12", True),
        ("born_on", "19850312", "1985-03-13", False),
        ("born_on", "1985-03-12 00:00:00", "1985.03.12", True),
        ("born_on", "2016-11-01", "2016111", False),
        ("born_on", "不详", "不详", True),
        ("member_count", "1,200", "1200", True),
        ("member_count", "3人", "3", True),
        ("member_count", "1_000", "1000", False),
        ("member_count", "120.50", "120.5", True),
        ("member_count", "120.50", "120.05", False),
        ("member_count", "120.5平方米", "120.5", True),
        ("scope", "1.0", "1", False),
    ],
)
def test_a_face_value_is_compared_by_what_its_field_holds(
    shelf: Library, company: int, field: str, kept: str, given: str, *, matches: bool
) -> None:
    shelf.add_license(company, license_number="A1", face={field: kept})
    answer = ask(shelf, license_number="A1", values={f"face.{field}": given})
    assert [match.matches for match in answer.fields] == [matches]


@pytest.mark.parametrize(
    ("given", "matches"), [("鲁(2024)第1号", True), ("鲁（2024） 第1号", True), ("鲁(2024)第2号", False)]
)
def test_a_number_beside_an_identifier_is_compared_in_all_its_spellings(
    shelf: Library, company: int, given: str, *, matches: bool
) -> None:
    shelf.add_license(company, license_number="鲁〔2024〕第1号", license_identifier=IDENTIFIER)
    assert ask(shelf, identifier=IDENTIFIER, license_number=given).matches is matches


def test_a_long_scope_is_compared(shelf: Library, company: int) -> None:
    scope = "货" * 512
    shelf.add_license(company, license_number="A1", face={"scope": scope})
    assert ask(shelf, license_number="A1", values={"face.scope": scope}).verdict == "confirmed"
    with pytest.raises(WrongQuestion, match="at most 512"):
        ask(shelf, license_number="A1", values={"face.scope": scope + "物"})


@pytest.mark.parametrize("code", [{"holder_code": COMPANY}, {}, {"holder_code": COMPANY[:-1] + "0"}])
def test_what_waits_may_be_the_license_asked_for(shelf: Library, company: int, code: dict[str, str]) -> None:
    asked: dict[str, object] = {"license_type": "bizlic", "license_number": "N9", "values": code}
    assert ask(shelf, **asked).verdict == "not_found"
    (hashed,) = shelf.read("select holder_hash from subjects where subject_id = :id", id=company)
    shelf.add_case(license_type="namepre", holder_hashes=[hashed])
    shelf.add_case(license_type="bizlic", holder_hashes=[hashed], state="mended")
    assert ask(shelf, **asked).verdict == "not_found"
    shelf.add_case(license_type="bizlic", holder_hashes=[hashed])
    answer = ask(shelf, **asked)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert [reason.zh.split("因")[0] for reason in answer.reasons] == [
        "该主体有 1 条记录" if code.get("holder_code") == COMPANY else "该类证照有 1 条记录"
    ]


def test_what_waits_of_another_holder_is_not_the_license_asked_for(shelf: Library, company: int) -> None:
    shelf.add_case(license_type="bizlic", holder_hashes=[b"somebody else"])
    asked = {"license_type": "bizlic", "license_number": "N9"}
    assert ask(shelf, **asked, values={"holder_code": COMPANY}).verdict == "not_found"
    assert ask(shelf, **asked).verdict == "unknown"


@pytest.mark.parametrize(
    "case",
    [
        {"holder_hashes": []},
        {"problems": [problem("holder_code", "identifier.uscc_wrong")]},
        {"problems": [problem("status", "record.unknown_code"), problem("holder_code_type", "record.unknown_code")]},
        {"problems": [problem("holders", "identifier.uscc_wrong")]},
    ],
)
def test_what_waits_of_a_holder_who_could_not_be_read_may_be_the_license_asked_for(
    shelf: Library, company: int, case: dict[str, object]
) -> None:
    asked: dict[str, object] = {"license_number": "N9", "values": {"holder_code": COMPANY}}
    shelf.add_case(**({"license_type": "bizlic", "holder_hashes": [b"a mistyped code"]} | case))
    answer = ask(shelf, license_type="bizlic", **asked)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert "可能属于该主体" in answer.reasons[0].zh
    shelf.add_feed("transport", ("roadgoods",))
    assert ask(shelf, license_type="roadgoods", **asked).verdict == "not_found"


def test_a_number_on_anothers_license_denies_nobody_what_waits_or_a_silent_department_may_tell(
    shelf: Library, company: int
) -> None:
    shelf.add_license(shelf.add_subject("某", "370283600000001", "099"), license_number="A1", open_ended=True)
    asked = {"license_type": "bizlic", "license_number": "A1", "values": {"holder_code": COMPANY}}
    assert ask(shelf, **asked).verdict == "mismatch"
    hashes = shelf.read("select holder_hash from subjects where subject_id = :id", id=company)
    case = shelf.add_case(holder_hashes=hashes)
    answer = ask(shelf, **asked)
    assert (answer.verdict, answer.exists, answer.license_id) == ("unknown", None, None)
    assert "该主体有 1 条记录因数据问题待处理" in [one.zh for one in answer.reasons]
    assert ask(shelf, **asked | {"license_type": None}).verdict == "unknown"
    shelf.change("update quarantined_records set state = 'mended' where quarantine_id = :id", id=case)
    shelf.add_feed("transport", ("bizlic",), NOW - timedelta(days=9))
    assert ask(shelf, **asked).verdict == "unknown"
    shelf.add_license(company, license_number="A1", open_ended=True)
    assert ask(shelf, **asked).verdict == "confirmed"


def test_whatever_a_holder_s_number_can_be_wrong_by_is_looked_for() -> None:
    rules = [
        *text_rules(pl.DataFrame(schema=dict.fromkeys((field.name for field in HOLDER.fields), pl.String())), HOLDER),
        *holder_rules(HOLDER, TODAY),
    ]
    assert {rule.code for rule in rules} <= set(HOLDER_PROBLEMS)


@pytest.mark.parametrize("beside", [{}, {"issued_on": "2015-03-01"}])
@pytest.mark.parametrize("absent", ["valid_to", "face.scope"])
def test_what_could_not_be_compared_confirms_nothing(
    shelf: Library, company: int, beside: dict[str, str], absent: str
) -> None:
    shelf.add_license(company, license_number="A1")
    answer = ask(shelf, license_type="bizlic", license_number="A1", values=beside | {absent: "2018-01-01"})
    assert (answer.verdict, answer.matches, answer.valid_today) == ("not_compared", None, True)
    assert [match.matches for match in answer.fields] == [True] * len(beside) + [None]
    assert "内容一致" not in answer.words.zh
    assert answer.reasons[-2].en == f"fields the source never told: {answer.fields[-1].words.en}"


def test_a_license_that_differs_or_is_not_valid_is_told_so_before_what_was_not_compared(
    shelf: Library, company: int
) -> None:
    shelf.add_license(company, license_number="A1")
    shelf.add_license(company, license_number="A2", status="revoked")
    for number, values, verdict in (
        ("A1", {"holder_name": "另一家", "face.scope": "1"}, "mismatch"),
        ("A2", {"face.scope": "1"}, "not_valid"),
    ):
        assert ask(shelf, license_type="bizlic", license_number=number, values=values).verdict == verdict


def test_of_several_licenses_with_one_number_the_one_that_was_compared_whole_is_meant(
    shelf: Library, company: int
) -> None:
    meant = shelf.add_license(company, license_number="A1", face={"scope": "货运"})
    shelf.add_license(company, license_number="A1", issued_on=date(2016, 1, 1))
    answer = ask(shelf, license_number="A1", values={"face.scope": "货运"})
    assert (answer.license_id, answer.verdict) == (meant, "confirmed")


@pytest.mark.parametrize("question", [{"license_number": "A1"}, {"license_type": "bizlic", "license_number": "none"}])
def test_a_face_field_that_no_license_of_the_type_can_have_is_refused(
    shelf: Library, company: int, question: dict[str, str]
) -> None:
    shelf.add_license(company, license_number="A1", face={"own_word": "1"})
    with pytest.raises(WrongQuestion, match=r"expected one of .*scope") as refused:
        ask(shelf, **question, values={"face.nosuch": "x"})
    assert refused.value.reason == "verify.unknown_field"


def test_a_face_field_that_a_feed_or_the_license_itself_has_is_compared(shelf: Library, company: int) -> None:
    shelf.change("update feeds set face_fields = array['delivered']")
    shelf.add_license(company, license_number="A1", face={"own_word": "1"})
    answer = ask(shelf, license_number="A1", values={"face.own_word": "1", "face.delivered": "1"})
    assert [match.matches for match in answer.fields] == [True, None]


def test_where_nothing_is_known_of_a_type_no_face_field_is_refused(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", license_type="no_such_type")
    assert ask(shelf, license_number="A1", values={"face.x": "1"}).verdict == "not_compared"
    assert ask(shelf, license_number="none", values={"face.x": "1"}).verdict == "unknown"


@pytest.mark.parametrize(
    ("term", "validity", "reason"),
    [
        ({"valid_to": date(2016, 6, 14)}, "expired", "有效期至 2016-06-14，已过期"),
        ({"valid_to": date(2016, 6, 15)}, "valid", "有效期至 2016-06-15"),
        ({"valid_from": date(2016, 6, 16)}, "not_yet_valid", "自 2016-06-16 起有效，尚未生效"),
        ({"open_ended": True}, "valid", "长期有效"),
        ({"status": "revoked", "open_ended": True}, "not_good", "状态为撤销"),
        ({"status": "suspended"}, "not_good", "状态为暂扣"),
        ({"status": "expired"}, "expired", "颁发机构已标记为过期失效"),
        (
            {"status": "renewal_pending", "valid_to": date(2016, 1, 1)},
            "valid",
            "延续申请审查中，依法视为准予延续（行政许可法第五十条）",
        ),
        ({}, "valid", "有效，未载明截止日期"),
    ],
)
def test_validity_today_has_its_reason(
    shelf: Library, company: int, term: dict[str, object], validity: str, reason: str
) -> None:
    shelf.add_license(company, license_number="A1", **term)
    answer = ask(shelf, license_type="bizlic", license_number="A1")
    assert (answer.validity, answer.valid_today) == (validity, validity == "valid")
    assert answer.verdict == ("confirmed" if validity == "valid" else "not_valid")
    assert reason in [words.zh for words in answer.reasons]


def test_an_open_end_matches_only_an_open_end(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True)
    shelf.add_license(company, license_number="A2", valid_to=date(2017, 1, 1))
    for number, value, same in [("A1", "长期", True), ("A1", "2017-01-01", False), ("A2", "长期", False)]:
        answer = ask(shelf, license_type="bizlic", license_number=number, values={"valid_to": value})
        assert answer.matches is same


def test_a_registration_number_is_not_taken_for_an_old_resident_number(shelf: Library) -> None:
    shelf.add_feed()
    shop = shelf.add_subject("平度市恒通货栈", "370283218012343", "099")
    shelf.add_license(shop, license_number="A1", holder_name="平度市恒通货栈")
    for kind in ({}, {"holder_code_type": "099"}):
        answer = ask(shelf, license_number="A1", values={"holder_code": "370283218012343"} | kind)
        assert answer.verdict == "confirmed"


@pytest.mark.parametrize("kind", [{}, {"holder_code_type": "099"}])
def test_a_registration_number_that_may_be_a_resident_number_is_its_holders_all_the_same(
    shelf: Library, kind: dict[str, str]
) -> None:
    shelf.add_feed()
    shop = shelf.add_subject("平度市恒通货栈", "370283600123107", "099")
    shelf.add_license(shop, license_number="A1", holder_name="平度市恒通货栈")
    answer = ask(shelf, license_number="A1", values={"holder_code": "370283600123107"} | kind)
    assert answer.verdict == "confirmed"
    assert not [reason.en for reason in answer.reasons if "form" in reason.en]


def test_a_qr_payload_beside_an_identifier_is_refused_and_never_passed_over(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_identifier=IDENTIFIER, face={"qr_payload": "q/1"})
    with pytest.raises(WrongQuestion) as refused:
        ask(shelf, identifier=IDENTIFIER, qr_payload="q/2")
    assert refused.value.reason == "verify.two_names"


def test_a_value_that_fits_several_licenses_of_a_number_chooses_none(shelf: Library, company: int) -> None:
    other = shelf.add_subject("平度市另一公司", "91110000600037341L")
    shelf.add_license(company, license_number="A1", status="revoked", valid_from=date(2016, 1, 1))
    shelf.add_license(other, license_number="A1", holder_name="平度市另一公司", valid_from=date(2016, 1, 2))
    with pytest.raises(WrongQuestion, match="fit alike") as refused:
        ask(shelf, license_number="A1", values={"license_name": "营业执照"})
    assert refused.value.reason == "verify.several_licenses"
    answer = ask(shelf, license_number="A1", values={"license_name": "营业执照", "valid_from": "2016-01-02"})
    assert answer.verdict == "confirmed"


@pytest.mark.parametrize(
    ("given", "matches"), [("甲、平度市恒通运输有限公司", True), ("平度市恒通运输有限公司,甲", True), ("甲、乙", False)]
)
def test_a_name_may_be_that_of_all_holders_together(shelf: Library, company: int, given: str, *, matches: bool) -> None:
    partner = shelf.add_subject("甲", PERSON)
    license_id = shelf.add_license(company, license_number="A1")
    shelf.add_holders(license_id, (company, "平度市恒通运输有限公司", None), (partner, "甲", None))
    answer = ask(shelf, license_number="A1", values={"holder_name": given, "holder_code": COMPANY})
    assert answer.matches is matches


@pytest.mark.parametrize(
    ("field", "word", "matches"),
    [
        ("open_ended", "长期", False),
        ("open_ended", "否", True),
        ("license_type", "营业执照", True),
        ("status", "有效", True),
    ],
)
def test_a_word_of_a_list_is_understood(shelf: Library, company: int, field: str, word: str, *, matches: bool) -> None:
    shelf.add_license(company, license_identifier=IDENTIFIER, valid_to=date(2030, 1, 1))
    assert ask(shelf, identifier=IDENTIFIER, values={field: word}).matches is matches


@pytest.mark.parametrize(("field", "word"), [("open_ended", "yes"), ("status", "正常")])
def test_a_word_that_is_not_understood_is_no_mismatch(shelf: Library, company: int, field: str, word: str) -> None:
    shelf.add_license(company, license_number="A1")
    with pytest.raises(WrongQuestion) as refused:
        ask(shelf, license_number="A1", values={field: word})
    assert refused.value.reason == "verify.bad_value"


def test_of_several_licenses_with_one_number_the_one_that_fits_is_meant(shelf: Library, company: int) -> None:
    other = shelf.add_subject("平度市另一公司", "91110000600037341L")
    shelf.add_license(other, license_number="A1", holder_name="平度市另一公司", issued_on=date(2016, 1, 1))
    meant = shelf.add_license(company, license_number="A1")
    answer = ask(shelf, license_type="bizlic", license_number="A1", values={"holder_code": COMPANY})
    assert (answer.license_id, answer.verdict) == (meant, "confirmed")


def test_the_oldest_of_many_licenses_with_one_number_is_met_by_its_holder(shelf: Library, company: int) -> None:
    meant = shelf.add_license(company, license_number="A1")
    other = shelf.add_subject("平度市另一公司", "91110000600037341L")
    for day in range(1, 7):
        shelf.add_license(other, license_number="A1", holder_name="平度市另一公司", issued_on=date(2016, 1, day))
    answer = ask(shelf, license_type="bizlic", license_number="A1", values={"holder_code": COMPANY})
    assert (answer.license_id, answer.verdict) == (meant, "confirmed")


@pytest.mark.parametrize("other_type", ["bizlic", "namepre"])
def test_of_a_number_alone_that_stands_on_unlike_licenses_none_is_meant(
    shelf: Library, company: int, other_type: str
) -> None:
    other = shelf.add_subject("平度市另一公司", "91110000600037341L") if other_type == "bizlic" else company
    revoked = shelf.add_license(company, license_number="001", status="revoked")
    shelf.add_license(other, license_number="001", license_type=other_type, holder_name="平度市另一公司")
    for values in ({}, {"holder_name": " "}, {"face.scope": "货运"}):
        with pytest.raises(WrongQuestion, match="several holders") as refused:
            ask(shelf, license_number="001", values=values)
        assert refused.value.reason == "verify.several_licenses"
    answer = ask(shelf, license_number="001", values={"holder_name": "平度市恒通运输有限公司"})
    assert (answer.verdict, answer.license_id) == ("not_valid", revoked)
    shelf.add_license(company, license_number="002")
    shelf.add_license(company, license_number="002")
    assert ask(shelf, license_number="002").verdict == "confirmed"


@pytest.fixture
def common_number(shelf: Library, company: int) -> int:
    """Give a number on one license more than are looked at, the oldest alone another company's; return the newest."""
    other = shelf.add_subject("平度市另一公司", "91110000600037341L")
    shelf.add_license(other, license_number="A1", holder_name="平度市另一公司", issued_on=date(2000, 1, 1))
    kept = [shelf.add_license(company, license_number="A1") for _ in range(MOST + 1)]
    return kept[-1]


def test_of_a_number_on_more_licenses_than_are_looked_at_nothing_is_denied(shelf: Library, common_number: int) -> None:
    for values in ({"holder_name": "平度市另一公司"}, {"face.scope": "货运"}):
        with pytest.raises(WrongQuestion) as refused:
            ask(shelf, license_number="A1", values=values)
        assert refused.value.reason == "verify.several_licenses"
    for given in ({}, {"holder_code": COMPANY}):
        answer = ask(shelf, license_number="A1", values=given)
        assert (answer.verdict, answer.license_id) == ("confirmed", common_number)
    shelf.change("update licenses set status = 'revoked' where issued_on > '2010-01-01'")
    with pytest.raises(WrongQuestion):
        ask(shelf, license_number="A1", values={"holder_code": COMPANY})


def test_a_number_on_as_many_licenses_as_are_looked_at_is_denied(shelf: Library, common_number: int) -> None:
    shelf.change("delete from licenses where license_id >= :id - 1", id=common_number)
    answer = ask(shelf, license_number="A1", values={"holder_name": "第三家"})
    assert answer.verdict == "mismatch"


def test_a_license_is_verified_by_its_identifier_and_the_number_beside_it(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", license_identifier=IDENTIFIER)
    assert ask(shelf, identifier=IDENTIFIER, license_number="A1").verdict == "confirmed"
    assert ask(shelf, identifier=IDENTIFIER, license_number="A2").verdict == "mismatch"


def test_an_identifier_with_a_wrong_check_character_cannot_exist(shelf: Library, company: int) -> None:
    answer = ask(shelf, identifier=IDENTIFIER[:-1] + "A")
    assert (answer.verdict, answer.exists) == ("not_found", False)
    assert "应为 U" in answer.reasons[0].zh


def test_a_wrong_identifier_exists_where_a_steward_let_it_pass_and_may_where_a_record_waits(
    shelf: Library, company: int
) -> None:
    wrong, kind = IDENTIFIER[:-1] + "A", "bizlic"
    shelf.change("update license_types set type_code = :code where license_type = :kind", code=_type_code(), kind=kind)
    shelf.add_case(license_type=kind)
    answer = ask(shelf, identifier=wrong)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert [reason.en.split()[0] for reason in answer.reasons] == ["the", "1"]
    shelf.add_license(company, license_number="WAIVED", license_identifier=wrong)
    answer = ask(shelf, identifier=wrong)
    assert (answer.verdict, answer.advice[0].code) == ("confirmed", "identifier.license_identifier_wrong")


def test_a_wrong_identifier_of_no_type_that_is_known_may_be_in_a_record_that_waits_for_just_that(
    shelf: Library, company: int
) -> None:
    shelf.add_case()  # of another problem: its identifier is right, and another one
    wrong = IDENTIFIER[:-1] + "A"
    assert ask(shelf, identifier=wrong).verdict == "not_found"
    shelf.add_case(problems=[{"code": "identifier.license_identifier_wrong", "field": "license_identifier"}])
    answer = ask(shelf, identifier=wrong)
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert answer.reasons[-1].zh.startswith("有 1 条记录因电子证照标识有误待处理")
    shelf.change("update quarantined_records set holder_hashes = array[cast('somebody' as bytea)]")
    assert ask(shelf, identifier=wrong, values={"holder_code": COMPANY}).verdict == "not_found"  # none of that holder's


def _type_code() -> str:
    parts = parse_license_identifier(IDENTIFIER)
    assert parts is not None
    return parts.type_code


def test_the_type_within_an_identifier_goes_before_the_one_that_was_claimed(shelf: Library, company: int) -> None:
    claimed = {"identifier": IDENTIFIER, "license_type": "bizlic"}
    assert ask(shelf, **claimed).verdict == "not_found"
    own = parse_license_identifier(IDENTIFIER)
    assert own is not None
    shelf.change("update license_types set type_code = :code where license_type = 'idcard'", code=own.type_code)
    assert ask(shelf, **claimed).verdict == "unknown"


def test_a_missing_license_of_a_fresh_feed_does_not_exist(shelf: Library, company: int) -> None:
    answer = ask(shelf, license_type="bizlic", license_number="A1")
    assert (answer.verdict, answer.exists) == ("not_found", False)
    assert answer.source is not None
    assert answer.source.freshness == "fresh"
    assert answer.source.exchange_id is not None


@pytest.mark.parametrize(
    ("fresh_at", "said"), [(NOW - timedelta(hours=27), "已超过承诺的 26 小时"), (None, "尚未从该部门取得过数据")]
)
def test_a_missing_license_of_a_silent_department_is_unknown(shelf: Library, fresh_at: object, said: str) -> None:
    shelf.add_feed("transport", ("roadgoods",), fresh_at=fresh_at)
    answer = ask(shelf, license_type="roadgoods", license_number="A1")
    assert (answer.verdict, answer.exists) == ("unknown", None)
    assert said in answer.reasons[0].zh


def test_a_missing_license_of_a_type_nobody_delivers_is_unknown(shelf: Library) -> None:
    answer = ask(shelf, license_type="seed", license_number="A1")
    assert (answer.verdict, answer.source) == ("unknown", None)
    assert answer.reasons[0].en == "no department delivers this license type yet"


def test_a_good_license_of_a_silent_department_is_stale(shelf: Library) -> None:
    shelf.add_feed("transport", ("roadgoods",), fresh_at=NOW - timedelta(days=2))
    subject = shelf.add_subject()
    shelf.add_license(subject, department="transport", license_type="roadgoods", license_number="A1")
    answer = ask(shelf, license_type="roadgoods", license_number="A1")
    assert (answer.verdict, answer.exists, answer.valid_today) == ("stale", True, True)


@pytest.mark.parametrize(
    ("term", "stays"),
    [
        ({"status": "suspended"}, False),
        ({"status": "restricted"}, False),
        ({"valid_to": date(2016, 1, 1)}, False),
        *(({"status": status}, True) for status in ("revoked", "withdrawn", "cancelled", "superseded")),
    ],
)
@pytest.mark.parametrize("doubt", ["silent", "waiting"])
def test_what_may_be_good_again_is_told_as_no_firm_no(
    shelf: Library, term: dict[str, object], doubt: str, *, stays: bool
) -> None:
    shelf.add_feed(fresh_at=NOW - timedelta(days=30) if doubt == "silent" else NOW)
    license_id = shelf.add_license(shelf.add_subject(), license_number="A1", **term)
    if doubt == "waiting":
        shelf.let_a_newer_record_wait(license_id)
    answer = ask(shelf, license_number="A1")
    assert (answer.verdict, answer.valid_today) == ("not_valid" if stays else "stale", False)


DOUBTS = {
    "unlisted": "该部门最近的全量清单中已无此证照",
    "disputed": "内容有异议，已请部门校核",
}


def doubted(shelf: Library, doubt: str, subject: int, **changes: object) -> int:
    """Give a license against which something speaks."""
    license_id = shelf.add_license(subject, **changes)
    (shelf.unlist if doubt == "unlisted" else shelf.dispute)(license_id)
    return license_id


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_valid_license_that_is_listed_no_more_or_disputed_is_not_confirmed(
    shelf: Library, company: int, doubt: str
) -> None:
    doubted(shelf, doubt, company, license_number="A1", license_identifier=IDENTIFIER, face={"qr_payload": "q"})
    for question in ({"license_number": "A1"}, {"identifier": IDENTIFIER}, {"qr_payload": "q"}):
        answer = ask(shelf, **question, values={"holder_code": COMPANY})
        assert (answer.verdict, answer.matches, answer.valid_today) == ("stale", True, True)
        assert answer.words.zh == f"证照存在，但{DOUBTS[doubt]}，请向颁发机构核实"
        assert [one.code for one in answer.doubts] == [doubt]
        assert DOUBTS[doubt] in [words.zh for words in answer.reasons]


@pytest.mark.parametrize(("doubt", "is_firm"), [("unlisted", True), ("disputed", False)])
def test_what_differs_or_is_not_valid_stays_so_unless_it_is_disputed_and_the_doubt_is_told(
    shelf: Library, company: int, doubt: str, *, is_firm: bool
) -> None:
    doubted(shelf, doubt, company, license_number="A1")
    doubted(shelf, doubt, company, license_number="A2", valid_to=date(2016, 1, 1))
    for question, verdict in (
        ({"license_number": "A1", "values": {"holder_name": "另一家"}}, "mismatch"),
        ({"license_number": "A2"}, "not_valid"),
    ):
        answer = ask(shelf, **question)
        assert (answer.verdict, [one.code for one in answer.doubts]) == (verdict if is_firm else "stale", [doubt])
        assert DOUBTS[doubt] in [words.zh for words in answer.reasons]


def test_an_unlisted_and_disputed_license_of_a_silent_department_is_told_all_three(shelf: Library) -> None:
    shelf.add_feed(fresh_at=NOW - timedelta(days=2))
    license_id = doubted(shelf, "unlisted", shelf.add_subject(), license_number="A1")
    shelf.dispute(license_id)
    answer = ask(shelf, license_number="A1")
    assert answer.words.zh == "证照存在，但来源部门数据已超过承诺时限，请向颁发机构核实"
    assert [one.code for one in answer.doubts] == ["disputed", "unlisted", "silent"]
    assert [words.zh for words in answer.reasons[1:3]] == [DOUBTS["disputed"], DOUBTS["unlisted"]]
    assert "已超过承诺" in answer.reasons[3].zh
    assert len(answer.reasons) == 4


def test_of_several_licenses_with_one_number_an_undoubted_one_is_meant(shelf: Library, company: int) -> None:
    meant = shelf.add_license(company, license_number="A1")
    doubted(shelf, "unlisted", company, license_number="A1", issued_on=date(2016, 1, 1))
    answer = ask(shelf, license_number="A1", values={"holder_code": COMPANY})
    assert (answer.license_id, answer.verdict, answer.doubts) == (meant, "confirmed", [])


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({}, "verify.no_license"),
        ({"license_number": "A1", "values": {"colour": "red"}}, "verify.unknown_field"),
        ({"license_number": "A1", "values": {"issued_on": "2015-02-30"}}, "verify.bad_date"),
        ({"license_number": "A1", "values": {"issued_on": "2015111"}}, "verify.bad_date"),
        ({"license_number": "A1", "values": {"holder_name": "\x00"}}, "search.bad_text"),
    ],
)
def test_a_question_that_cannot_be_verified_is_refused(
    shelf: Library, question: dict[str, object], reason: str
) -> None:
    with pytest.raises(WrongQuestion) as refused:
        ask(shelf, **question)
    assert refused.value.reason == reason


def test_a_license_is_verified_by_what_its_qr_code_holds_now_or_held_before(shelf: Library) -> None:
    shelf.add_feed()
    company = shelf.add_subject()
    kept = shelf.add_license(company, license_number="N1", open_ended=True, face={"qr_payload": "q/1"}, version_count=2)
    shelf.add_former_version(kept, company, license_number="N1", face={"qr_payload": "q/0"})
    for payload in ("q/1", "q/0"):
        answer = ask(shelf, qr_payload=payload, license_number="N1")
        assert (answer.verdict, answer.license_id, answer.matches) == ("confirmed", kept, True)
        assert ("二维码属于先前版本，请核对现行内容" in [reason.zh for reason in answer.reasons]) == (payload == "q/0")
    assert ask(shelf, qr_payload="q/1", license_number="N2").verdict == "mismatch"
    assert ask(shelf, qr_payload="q/").exists is not True


@pytest.mark.parametrize(
    "question",
    [
        {"license_number": "N1 ", "license_type": ""},
        {"license_number": "N1", "license_type": " bizlic "},
        {"identifier": " ", "qr_payload": "q/1"},
        {"qr_payload": "q/1\r\n"},
    ],
)
def test_blanks_around_what_names_a_license_say_nothing(shelf: Library, company: int, question: dict[str, str]) -> None:
    kept = shelf.add_license(company, license_number="N1", open_ended=True, face={"qr_payload": "q/1"})
    assert ask(shelf, **question).license_id == kept


@pytest.mark.parametrize("often", ["N1", "N2"])
def test_a_qr_payload_on_several_former_versions_verifies_none(shelf: Library, company: int, often: str) -> None:
    for number in ("N1", "N2"):
        kept = shelf.add_license(company, license_number=number, version_count=4)
        for version in (1, 2, 3) if number == often else (1,):
            shelf.add_former_version(
                kept, company, license_number=number, face={"qr_payload": "q"}, version_count=version
            )
    with pytest.raises(WrongQuestion, match="several"):
        ask(shelf, qr_payload="q")


def test_a_qr_payload_that_another_license_once_had_verifies_the_one_that_has_it(shelf: Library, company: int) -> None:
    once = shelf.add_license(company, license_number="N1", face={"qr_payload": "q/1"}, version_count=2)
    shelf.add_former_version(once, company, license_number="N1", face={"qr_payload": "q"})
    shelf.add_license(company, license_number="N2", face={"qr_payload": "q"}, license_type="namepre")
    answer = ask(shelf, qr_payload="q")
    assert (answer.verdict, answer.license_id) == ("confirmed", once + 1)
    assert find_by_qr_payload(shelf.conn, "q", ["bizlic"])[0].license_id == once


def test_a_qr_payload_on_several_licenses_verifies_none(shelf: Library) -> None:
    shelf.add_feed()
    for number in ("N1", "N2"):
        shelf.add_license(shelf.add_subject(f"公司{number}", number), license_number=number, face={"qr_payload": "q"})
    with pytest.raises(WrongQuestion) as refused:
        ask(shelf, qr_payload="q")
    assert refused.value.reason == "verify.several_licenses"


def test_a_license_that_two_feeds_tell_is_verified_by_its_qr_code(shelf: Library, company: int) -> None:
    shelf.add_feed("transport", ("bizlic",))
    told = {"license_number": "A1", "license_identifier": IDENTIFIER, "open_ended": True, "face": {"qr_payload": "q/1"}}
    shelf.add_license(company, **told)
    shelf.add_license(company, department="transport", **told)
    assert ask(shelf, qr_payload="q/1").verdict == "confirmed"
    shelf.add_license(company, license_number="A2", face={"qr_payload": "q/1"})
    for _ in range(2):  # among more of its own rows, on either side, another license is seen
        shelf.add_license(company, department="transport", **told)
    with pytest.raises(WrongQuestion, match="several licenses"):
        ask(shelf, qr_payload="q/1")


@pytest.mark.parametrize("anothers", [{}, {"license_identifier": None}])
def test_one_qr_payload_that_two_feeds_tell_of_one_license_verifies_it(
    shelf: Library, company: int, anothers: dict[str, Any]
) -> None:
    shelf.add_feed("other_office", ("bizlic",))
    kept = {"open_ended": True, "face": {"qr_payload": "q/1"}}
    legacy, right = identifier_forms(LEGACY_IDENTIFIER)[:2]
    shelf.add_license(company, license_number="鲁（2016）第1号", license_identifier=legacy, **kept)
    told = {"license_number": "鲁(2016)第1号", "license_identifier": right, "department": "other_office"} | anothers
    second = shelf.add_license(company, **told, **kept)
    assert ask(shelf, qr_payload="q/1").verdict == "confirmed"
    shelf.change("update licenses set license_identifier = null")
    assert ask(shelf, qr_payload="q/1").verdict == "confirmed"
    shelf.change("update licenses set license_number = 'A2' where license_id = :id", id=second)
    with pytest.raises(WrongQuestion) as refused:
        ask(shelf, qr_payload="q/1")
    assert refused.value.reason == "verify.several_licenses"


def test_one_number_does_not_make_two_identifiers_one_license(shelf: Library, company: int) -> None:
    kept = {"license_number": "A1", "open_ended": True, "face": {"qr_payload": "q/1"}}
    for identifier in (IDENTIFIER, LEGACY_IDENTIFIER, None):
        shelf.add_license(company, license_identifier=identifier, **kept)
    with pytest.raises(WrongQuestion) as refused:
        ask(shelf, qr_payload="q/1")
    assert refused.value.reason == "verify.several_licenses"

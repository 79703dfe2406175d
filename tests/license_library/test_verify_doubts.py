"""What a verification neither confirms nor denies: a number that cannot be read, another's license, a value that may have changed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, OLD_COUNTY_PERSON, PERSON, TODAY, Library
from subject_makers import fifteen

from license_library.answers import VerifyAnswer
from license_library.asking.questions import VerifyQuestion
from license_library.verification.verification import verify_license
from schemas.identifiers.license_identifier import parse_license_identifier

SILENT = NOW - timedelta(days=21)
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

"""What nobody has seen yet denies nothing: another record of the holder, one that bears no id, and other numbers of an organisation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, NOW, TODAY, Library

from license_library.answers import Verdict, VerifyAnswer
from license_library.asking.questions import VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.pairs.pair_entries import PairEntry, write_entries
from license_library.verification.verification import verify_license

pytestmark = pytest.mark.usefixtures("both_looks")

INSIDE = COMPANY[8:17]
TAX_NUMBER = COMPANY[2:8] + INSIDE
OVER, OTHER_END = date(2016, 1, 1), {"holder_code": COMPANY, "valid_to": "2022-01-01"}


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company in a library whose two feeds of business licenses are fresh."""
    shelf.add_feed()
    shelf.add_feed("transport", ("bizlic",))
    return shelf.add_subject()


def ask(shelf: Library, **question: Any) -> VerifyAnswer:
    """Verify A1, a business license, as of the test's day."""
    asked = VerifyQuestion(**{"license_type": "bizlic", "license_number": "A1"} | question)
    return verify_license(shelf.conn, shelf.keyring, asked, TODAY, NOW)


def verdict(shelf: Library, code: str = COMPANY, code_type: str | None = None) -> Verdict:
    """Return what the checklist says of the business license."""
    answer = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", code, code_type, TODAY, NOW)
    return next(one for one in answer.materials if one.license_type == "bizlic")


def hide(shelf: Library, company: int, why: str) -> None:
    """Let something be unseen that may be the company's license."""
    if why == "silent":
        shelf.change("update feeds set fresh_at = :then where department = 'transport'", then=NOW - timedelta(days=21))
    elif why == "unreadable":
        shelf.add_case()
    else:
        hashes = shelf.read("select holder_hash from subjects where subject_id = :id", id=company)
        shelf.add_case(holder_hashes=hashes)


@pytest.mark.parametrize("why", ["silent", "unreadable", "waiting"])
@pytest.mark.parametrize(
    ("term", "values", "firm"),
    [
        ({"valid_to": OVER}, {}, "not_valid"),
        ({"status": "suspended"}, {"holder_code": COMPANY}, "not_valid"),
        ({"valid_to": date(2017, 1, 1)}, OTHER_END, "mismatch"),
        ({}, {"holder_name": "某"}, "mismatch"),
    ],
)
def test_a_number_is_denied_nothing_while_another_record_may_be_the_license(
    shelf: Library, company: int, why: str, term: dict[str, Any], values: dict[str, str], firm: str
) -> None:
    shelf.add_license(company, license_number="A1", **term)
    assert ask(shelf, values=values).verdict == firm
    hide(shelf, company, why)
    answer = ask(shelf, values=values)
    assert (answer.verdict, answer.exists) == ("stale", True)
    assert [one.code for one in answer.doubts] == ["silent" if why == "silent" else "in_quarantine"]
    assert answer.doubts[0].words in answer.reasons
    shelf.change("update licenses set status = 'revoked'")
    assert ask(shelf, values=values).verdict == ("mismatch" if firm == "mismatch" else "not_valid")


def test_a_license_that_is_not_good_is_told_beside_what_nobody_could_read(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", status="suspended")
    assert verdict(shelf).words.zh == "状态为暂扣"
    case = shelf.add_case()
    told = verdict(shelf)
    assert (told.verdict, told.reason, told.quarantine_ids) == ("not_good", "suspended", [case])
    assert told.words.zh.endswith("；另有 1 条记录的持证主体无法识别，可能属于该主体，待处理")


@pytest.mark.parametrize("kept", [INSIDE, f"{INSIDE[:8]}-{INSIDE[8]}", TAX_NUMBER])
def test_a_credit_code_is_denied_nothing_while_an_older_number_of_it_is_not_bound(
    shelf: Library, company: int, kept: str
) -> None:
    assert verdict(shelf).verdict == "not_held"
    older = shelf.add_subject("某", kept, "099")
    shelf.add_license(older, license_number="A1", open_ended=True)
    told = verdict(shelf)
    assert (told.verdict, told.reason) == ("unknown", "older_number")
    assert told.words.zh == ("未查到该证照；该主体的组织机构代码另有号码，尚未认定为同一主体，证照可能在其名下")
    assert told.action is not None
    assert told.action.zh == "请用其组织机构代码或原税务登记号另行查询"
    answer = ask(shelf, values={"holder_code": COMPANY})
    assert (answer.verdict, answer.reasons[-1].zh) == (
        "not_compared",
        "证照登记在含同一组织机构代码的另一号码名下，尚未认定为同一主体",
    )
    assert ask(shelf, license_number="A2", values={"holder_code": COMPANY}).verdict == "unknown"
    one, other = sorted((company, older))
    apart = PairEntry(subject_id=one, other_id=other, decision="different", ground="decided", reason=b"sealed")
    write_entries(shelf.conn, [apart], NOW)
    assert verdict(shelf).verdict == "not_held"
    assert ask(shelf, values={"holder_code": COMPANY}).verdict == "mismatch"
    assert ask(shelf, license_number="A2", values={"holder_code": COMPANY}).verdict == "not_found"


@pytest.mark.parametrize("given", [INSIDE, f"{INSIDE[:8]}-{INSIDE[8]}", TAX_NUMBER])
def test_an_older_number_is_no_plain_difference_from_the_credit_code_that_holds_it(
    shelf: Library, company: int, given: str
) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True)
    shelf.make_keys()
    values = {"holder_code": given, "holder_code_type": "099", "holder_name": "平度市恒通运输有限公司"}
    answer = ask(shelf, values=values)
    assert (answer.verdict, answer.matches) == ("not_compared", None)
    assert [one.matches for one in answer.fields] == [None, None, True]
    assert ask(shelf, values=values | {"holder_name": "某"}).verdict == "mismatch"
    assert ask(shelf, license_number="A2", values=values).verdict == "unknown"
    assert verdict(shelf, given, "099").reason == "other_number"


def test_a_record_that_bears_no_id_may_be_newer_of_what_its_holder_has_of_that_feed(
    shelf: Library, company: int
) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True)
    hashes = shelf.read("select holder_hash from subjects")
    for elsewhere in ({"department": "transport"}, {"license_type": "namepre"}, {"holder_hashes": [b"another"]}):
        shelf.add_case(**{"record_id": None, "holder_hashes": hashes} | elsewhere)
    assert (ask(shelf).verdict, verdict(shelf).verdict) == ("confirmed", "held")
    shelf.add_case(record_id=None, holder_hashes=hashes)
    assert (verdict(shelf).verdict, verdict(shelf).reason) == ("in_quarantine", "newer_waits")
    answer = ask(shelf)
    assert (answer.verdict, [one.code for one in answer.doubts]) == ("stale", ["in_quarantine"])
    shelf.change(
        "update quarantined_records set license_type = null where record_id is null and holder_hashes = :its",
        its=hashes,
    )
    assert verdict(shelf).verdict == "in_quarantine"


def test_a_name_that_the_holder_has_elsewhere_or_had_is_no_plain_difference(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True, holder_name="平度市恒达运输有限公司")
    shelf.add_former_name(company, "平度市恒远运输有限公司")
    assert ask(shelf, values={"holder_name": "平度市恒达运输有限公司"}).verdict == "confirmed"
    assert ask(shelf, values={"holder_name": "平度市另一公司"}).verdict == "mismatch"
    for name, values in (("恒通", {}), ("恒远", {"holder_code": COMPANY})):
        answer = ask(shelf, values=values | {"holder_name": f"平度市{name}运输有限公司"})
        assert (answer.verdict, answer.matches) == ("not_compared", None)
        assert answer.reasons[-1].zh == "所给名称是该持证主体的现用名或曾用名，与证照所载不同"
    stranger = {"holder_name": "平度市恒通运输有限公司", "holder_code": "91110000600037341L"}
    assert ask(shelf, values=stranger).verdict == "mismatch"

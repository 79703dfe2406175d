"""A license is found by the number and the identifier that only an earlier version of it bore, and nobody takes them for today's."""

from __future__ import annotations

from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library

from license_library.answers import VerifyAnswer
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.search.lookup import find_licenses
from license_library.verification.verification import verify_license
from license_library.words.verify_words import FORMER, FORMER_ALONE, PASSED_ON
from schemas.identifiers.license_identifier import identifier_forms

pytestmark = pytest.mark.usefixtures("both_looks")

OTHER = ("某", "91110000600037341L")
BEFORE, AFTER = "鲁平食〔2016〕1号", "JY13702830001234"
LATER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S"
NAMES: list[dict[str, Any]] = [
    {"license_type": "bizlic", "license_number": "鲁平食(2016)1号"},
    *({"identifier": one} for one in identifier_forms(IDENTIFIER)),
]
named = pytest.mark.parametrize("name", NAMES, ids=["number", "identifier", "legacy identifier"])


@pytest.fixture
def license_id(shelf: Library) -> int:
    """Give a license whose number and identifier changed."""
    shelf.add_feed()
    company = shelf.add_subject()
    return renamed(shelf, company, company)


def renamed(shelf: Library, holder: int, before: int) -> int:
    """Keep a license that another may have held before, under another number and identifier."""
    kept = shelf.add_license(
        holder, license_number=AFTER, license_identifier=LATER, open_ended=True, version_count=2, record_id="R"
    )
    shelf.add_former_version(kept, before, 1, license_number=BEFORE, license_identifier=IDENTIFIER, record_id="R")
    return kept


def verified(shelf: Library, name: dict[str, Any], **values: str) -> VerifyAnswer:
    """Ask whether a license so named is as described."""
    return verify_license(shelf.conn, shelf.keyring, VerifyQuestion(**name, values=values), TODAY, NOW)


def kind(name: dict[str, Any]) -> str:
    """Return by what a license is named."""
    return "number" if "license_number" in name else "identifier"


@named
def test_with_todays_holder_it_is_confirmed_and_told_as_former(
    shelf: Library, license_id: int, name: dict[str, Any]
) -> None:
    answer = verified(shelf, name, holder_code=COMPANY)
    assert (answer.verdict, answer.license_id, answer.exists) == ("confirmed", license_id, True)
    assert FORMER[kind(name)] in answer.reasons


@named
def test_by_itself_it_confirms_nothing(shelf: Library, license_id: int, name: dict[str, Any]) -> None:
    answer = verified(shelf, name)
    assert (answer.verdict, answer.words, answer.license_id) == ("stale", FORMER_ALONE[kind(name)], license_id)


@named
def test_one_that_another_has_held_since_is_told_as_that(shelf: Library, name: dict[str, Any]) -> None:
    shelf.add_feed()
    renamed(shelf, shelf.add_subject(*OTHER), shelf.add_subject())
    answer = verified(shelf, name)
    assert (answer.verdict, answer.words) == ("stale", PASSED_ON[kind(name)])


@named
def test_of_a_license_that_is_not_good_it_is_no_better(shelf: Library, license_id: int, name: dict[str, Any]) -> None:
    shelf.change("update licenses set status = 'revoked'")
    answer = verified(shelf, name, holder_code=COMPANY)
    assert (answer.verdict, FORMER[kind(name)] in answer.reasons) == ("not_valid", True)


@named
def test_whoever_bears_it_today_is_meant(shelf: Library, license_id: int, name: dict[str, Any]) -> None:
    shelf.change("update licenses set license_identifier = null")  # a later version of it would be its successor
    now = shelf.add_license(
        shelf.add_subject(*OTHER), license_number=BEFORE, license_identifier=IDENTIFIER, open_ended=True
    )
    answer = verified(shelf, name)
    assert (answer.verdict, answer.license_id) == ("confirmed", now)
    assert FORMER[kind(name)] not in answer.reasons


@pytest.mark.parametrize(
    ("terms", "recognised"),
    [
        ({"number": "鲁平食[2016]1号"}, "former_number"),
        ({"text": BEFORE}, "former_number"),
        ({"identifier": identifier_forms(IDENTIFIER)[-1]}, "former_identifier"),
        ({"text": IDENTIFIER}, "former_identifier"),
    ],
)
def test_a_search_finds_it_and_says_by_what(
    shelf: Library, license_id: int, terms: dict[str, str], recognised: str
) -> None:
    answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms, counts=True), TODAY, NOW)
    assert [(hit.license_id, hit.license_number, hit.fit) for hit in answer.hits] == [(license_id, AFTER, recognised)]
    assert (answer.recognised_as, answer.counts and answer.counts.license_count) == (recognised, 1)
    assert {one.code for one in answer.advice} <= {"identifier.legacy"}


def test_pages_of_former_numbers_follow_one_another(shelf: Library, license_id: int) -> None:
    company = shelf.add_subject(*OTHER)
    more = {renamed_again(shelf, company, number) for number in range(4)}
    seen, after = [], None
    for _ in range(5):
        answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(number=BEFORE, limit=1, after=after), TODAY, NOW)
        seen += [hit.license_id for hit in answer.hits]
        after = answer.next
    assert (after, seen) == (None, sorted({license_id, *more}))


def renamed_again(shelf: Library, holder: int, number: int) -> int:
    """Keep one more license that once bore the same number, twice."""
    kept = shelf.add_license(holder, license_number=f"N{number}", version_count=3)
    for version in (1, 2):
        shelf.add_former_version(kept, holder, version, license_number=BEFORE)
    return kept


def test_a_number_that_none_ever_bore_is_not_found(shelf: Library, license_id: int) -> None:
    assert verified(shelf, {"license_type": "bizlic", "license_number": "nobody's"}).verdict == "not_found"


NUMBER = NAMES[0]
HELD: list[dict[str, str]] = [{"holder_code": COMPANY}, {"holder_name": "平度市恒通运输有限公司"}]


@pytest.mark.parametrize(("values", "verdict"), [(HELD[0], "confirmed"), (HELD[1], "stale")], ids=["code", "name"])
def test_a_number_that_another_bears_today_is_still_the_former_one_of_its_holder(
    shelf: Library, license_id: int, values: dict[str, str], verdict: str
) -> None:
    another = shelf.add_subject(*OTHER)
    now = shelf.add_license(another, license_number=BEFORE, holder_name="某", open_ended=True)
    answer = verified(shelf, NUMBER, **values)
    assert (answer.verdict, answer.license_id, FORMER["number"] in answer.reasons) == (verdict, license_id, True)
    differing = verified(shelf, NUMBER, **values, issued_on="1999-01-01")
    assert (differing.verdict, differing.license_id) == ("mismatch", license_id)
    for given in ({}, {"holder_code": OTHER[1]}, {"holder_name": "某"}):
        assert (verified(shelf, NUMBER, **given).verdict, verified(shelf, NUMBER, **given).license_id) == (
            "confirmed",
            now,
        )
    assert verified(shelf, NUMBER, holder_code="370283199003077211").verdict == "mismatch"


FILTERS: list[dict[str, Any]] = [
    {"status": "valid"}, {"license_type": "roadtrans"}, {"issuer": "无此机关"}, {"valid_on": TODAY}
]  # fmt: skip


@pytest.mark.parametrize("filtered", FILTERS, ids=[next(iter(one)) for one in FILTERS])
@pytest.mark.parametrize("terms", [{"number": BEFORE}, {"text": BEFORE}, {"identifier": IDENTIFIER}])
def test_no_filter_leads_to_what_once_bore_what_another_bears_today(
    shelf: Library, license_id: int, terms: dict[str, str], filtered: dict[str, Any]
) -> None:
    shelf.add_license(shelf.add_subject(*OTHER), license_number=BEFORE, license_identifier=IDENTIFIER, status="revoked")
    shelf.change(
        "update licenses set license_type = 'roadtrans', issuer_name = '无此机关' where license_id = :id", id=license_id
    )
    answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms, **filtered, counts=True), TODAY, NOW)
    assert (answer.hits, answer.next) == ([], None)
    assert not answer.recognised_as.startswith("former")


@pytest.mark.parametrize("terms", [{"number": BEFORE}, {"text": BEFORE}, {"identifier": IDENTIFIER}])
def test_beside_whoever_bears_it_today_it_is_told_that_another_once_bore_it(
    shelf: Library, license_id: int, terms: dict[str, str]
) -> None:
    code = IDENTIFIER.split(".")[5]
    shelf.change("update license_types set type_code = null where type_code = :code", code=code)
    shelf.change("update license_types set type_code = :code where license_type = 'bizlic'", code=code)
    holder = shelf.add_subject(*OTHER)
    now = shelf.add_license(holder, license_number=BEFORE, license_identifier=IDENTIFIER, version_count=2)
    shelf.add_former_version(now, holder, license_number=BEFORE, license_identifier=IDENTIFIER)

    def asked(**filters: Any) -> tuple[list[int], list[str]]:
        answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms, **filters), TODAY, NOW)
        told = [one.words.zh for one in answer.advice if one.code == "search.once_borne"]
        return [hit.license_id for hit in answer.hits], told

    said = "另有 1 件证照的先前版本曾用此编号或标识，未在此列出；请按持证主体查询"
    assert asked() == ([now], [said])
    assert asked(license_type="bizlic") == ([now], [said])
    assert asked(status="revoked") == ([], [said])
    shelf.change("delete from licenses where license_id = :id", id=license_id)
    assert asked() == ([now], [])

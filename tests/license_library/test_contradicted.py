"""A good license of which another row says otherwise, or whose successor is nobody's to rely on, is vouched for nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library

from license_library.answers import Verdict
from license_library.asking.doubts import kept_doubts
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.dossier import get_license
from license_library.licenses.license_now import license_now
from license_library.licenses.reliances import Relying, rely_on
from license_library.search.lookup import find_licenses
from license_library.verification.verification import verify_license

SAID = "另有同一证照的记录称其已不可用，各来源说法不一"
DISPLACED = "取代本证照的证照属于其他主体或已不可用"
PLATFORM = {"department": "transport", "license_number": "A1"}


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company with a good license A1 of one of two feeds that both deliver business licenses and are fresh."""
    shelf.add_feed()
    shelf.add_feed("transport", ("bizlic",))
    company = shelf.add_subject()
    shelf.add_license(
        company,
        license_number="A1",
        license_identifier=IDENTIFIER,
        open_ended=True,
        face={"legal_representative": "王五"},
    )
    return company


def told(shelf: Library) -> list[list[str]]:
    """Return the doubts of A1 wherever doubts are told, that of a reliance as it is kept, too."""
    conn, keyring = shelf.conn, shelf.keyring
    (license_id,) = shelf.read("select min(license_id) from licenses")
    question = VerifyQuestion(license_type="bizlic", license_number="A1")
    relied = rely_on(conn, keyring, Relying(license_id, "C-1", None, "window", "case C-1"), TODAY, NOW)
    hits = find_licenses(conn, keyring, SearchTerms(number="A1"), TODAY, NOW).hits
    said = [
        verify_license(conn, keyring, question, TODAY, NOW).doubts,
        next(hit for hit in hits if hit.license_id == license_id).doubts,
        get_license(conn, keyring, license_id, TODAY, NOW).doubts,
        relied.doubts,
        relied.doubts_then or [],
    ]
    return [[doubt.code for doubt in some] for some in said]


def verdict(shelf: Library) -> Verdict:
    """Return what the checklist says of the business license."""
    answer = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", COMPANY, None, TODAY, NOW)
    return next(one for one in answer.materials if one.license_type == "bizlic")


def twin(shelf: Library, company: int, **changes: Any) -> int:
    """Write the same license as another feed tells it."""
    return shelf.add_license(company, **PLATFORM | changes)


@pytest.mark.parametrize("status", ["withdrawn", "suspended", "expired", "superseded"])
def test_what_another_feed_takes_away_is_no_more_than_stale(shelf: Library, company: int, status: str) -> None:
    assert told(shelf) == [[]] * 5
    twin(shelf, company, status=status)
    assert told(shelf)[:4] == [["contradicted"]] * 4
    answer = verify_license(
        shelf.conn, shelf.keyring, VerifyQuestion(license_type="bizlic", license_number="A1"), TODAY, NOW
    )
    assert (answer.verdict, answer.words.zh) == ("stale", f"证照存在，但{SAID}，请向颁发机构核实")
    material = verdict(shelf)
    assert (material.verdict, material.reason, material.satisfied) == ("stale", "contradicted", False)
    assert material.words.zh == f"最后所知：长期有效；{SAID}"
    (license_id,) = shelf.read("select license_id from licenses where license_identifier is not null")
    doubt = license_now(shelf.conn, license_id, TODAY, NOW).doubt
    assert doubt is not None
    assert doubt.zh == SAID


def test_what_was_relied_on_under_contradiction_keeps_that(shelf: Library, company: int) -> None:
    twin(shelf, company, status="withdrawn")
    assert told(shelf)[4] == ["contradicted"]
    assert [one.words.zh for one in kept_doubts(["contradicted", "displaced"])] == [SAID, DISPLACED]


def test_what_a_contradicted_license_tells_is_stale(shelf: Library, company: int) -> None:
    def fact() -> tuple[str, str | None]:
        answer = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
        return next((one.verdict, one.reason) for one in answer.fields if one.name == "legal_representative")

    assert fact()[0] == "known"
    twin(shelf, company, status="withdrawn")
    assert fact() == ("stale", "contradicted")


def test_two_rows_of_one_identifier_contradict_each_other_whatever_their_numbers(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A2", license_identifier=IDENTIFIER, status="revoked")
    assert told(shelf)[:4] == [["contradicted"]] * 4


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "valid"},
        {"status": "draft"},
        {"status": "withdrawn", "license_type": "namepre"},
        {"status": "withdrawn", "license_number": "A2"},
        {"status": "withdrawn", "department": "market_regulation"},  # the bureau's own earlier one
        {"status": "withdrawn", "issued_on": date(2012, 3, 1)},
    ],
)
def test_what_says_nothing_else_of_the_very_license_is_no_doubt(
    shelf: Library, company: int, changes: dict[str, Any]
) -> None:
    twin(shelf, company, **changes)
    assert told(shelf)[:4] == [[]] * 4
    assert verdict(shelf).verdict == "held"


def test_the_same_number_of_another_holder_is_no_doubt(shelf: Library, company: int) -> None:
    twin(shelf, shelf.add_subject("某", "370283600000001", "099"), status="withdrawn")
    assert verdict(shelf).verdict == "held"
    shelf.change("update licenses set subject_id = :company", company=company)
    assert verdict(shelf).verdict == "stale"


def anothers(shelf: Library, company: int) -> int:
    """Give another holder."""
    return shelf.add_subject("某", "370283600000001", "099")


def own(shelf: Library, company: int) -> int:
    """Give the holder of A1."""
    return company


@pytest.mark.parametrize(
    ("whose", "status", "doubts"),
    [
        (anothers, "valid", ["displaced"]),
        (own, "revoked", ["displaced"]),
        (own, "valid", []),
        (anothers, "draft", []),
    ],
)
@pytest.mark.parametrize(
    "named", [{"replaces": "A1"}, {"replaces": IDENTIFIER}, {"license_identifier": IDENTIFIER[:-5] + "012.X"}]
)
def test_a_license_whose_successor_is_anothers_or_not_good_is_no_more_than_stale(
    shelf: Library,
    company: int,
    whose: Callable[[Library, int], int],
    status: str,
    doubts: list[str],
    named: dict[str, str],
) -> None:
    shelf.add_license(whose(shelf, company), license_number="A2", status=status, valid_to=TODAY, **named)
    assert told(shelf) == [doubts] * 5
    material = verdict(shelf)
    assert (material.verdict, material.reason) == (("stale", "displaced") if doubts else ("held", None))
    assert (DISPLACED in material.words.zh) == bool(doubts)


def test_all_that_speaks_against_a_license_is_told_of_it(shelf: Library, company: int) -> None:
    (license_id,) = shelf.read("select license_id from licenses")
    shelf.dispute(license_id)
    shelf.let_a_newer_record_wait(license_id)
    twin(shelf, company, status="withdrawn")
    shelf.change("update feeds set fresh_at = :then", then=NOW - timedelta(days=21))
    doubt = license_now(shelf.conn, license_id, TODAY, NOW).doubt
    assert doubt is not None
    parts = doubt.zh.split("；")
    assert parts[:3] == [SAID, "颁发部门有该证照更新的记录因数据问题待处理", "内容有异议，已请部门校核"]
    assert "起未提供数据" in parts[3]

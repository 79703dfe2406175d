"""A license of which a newer record waits in quarantine: whatever that says, nobody vouches for what the library holds."""

from __future__ import annotations

import pytest
from question_makers import COMPANY, NOW, TODAY, Library

from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.dossier import get_license
from license_library.licenses.license_now import license_now
from license_library.licenses.reliances import Relying, rely_on
from license_library.search.lookup import find_licenses
from license_library.verification.verification import verify_license

pytestmark = pytest.mark.usefixtures("both_looks")

WAITS = "颁发部门有该证照更新的记录因数据问题待处理"


@pytest.fixture
def license_id(shelf: Library) -> int:
    """Give a good license of a fresh feed."""
    shelf.add_feed()
    return shelf.add_license(
        shelf.add_subject(), license_number="A1", open_ended=True, face={"legal_representative": "王五"}
    )


def doubts(shelf: Library, license_id: int) -> list[list[str]]:
    """Ask everywhere where a doubt is told of a license."""
    conn, keyring = shelf.conn, shelf.keyring
    asked = VerifyQuestion(license_type="bizlic", license_number="A1")
    relying = Relying(license_id, "C-1", None, "window", "case C-1")
    found = find_licenses(conn, keyring, SearchTerms(number="A1"), TODAY, NOW)
    told = [
        verify_license(conn, keyring, asked, TODAY, NOW).doubts,
        found.hits[0].doubts,
        get_license(conn, keyring, license_id, TODAY, NOW).doubts,
        rely_on(conn, keyring, relying, TODAY, NOW).doubts,
    ]
    return [[doubt.code for doubt in some] for some in told]


def fact(shelf: Library) -> tuple[str, str | None]:
    """Ask what is known of the holder."""
    answer = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
    return next((one.verdict, one.reason) for one in answer.fields if one.name == "legal_representative")


def test_it_is_a_doubt_wherever_doubts_are_told(shelf: Library, license_id: int) -> None:
    assert doubts(shelf, license_id) == [[]] * 4
    shelf.let_a_newer_record_wait(license_id)
    assert doubts(shelf, license_id) == [["in_quarantine"]] * 4


def test_it_is_not_confirmed(shelf: Library, license_id: int) -> None:
    shelf.let_a_newer_record_wait(license_id)
    answer = verify_license(
        shelf.conn, shelf.keyring, VerifyQuestion(license_type="bizlic", license_number="A1"), TODAY, NOW
    )
    assert answer.verdict == "stale"
    assert answer.words.zh == f"证照存在，但{WAITS}，请向颁发机构核实"
    doubt = license_now(shelf.conn, license_id, TODAY, NOW).doubt
    assert doubt is not None
    assert doubt.zh == WAITS


def test_what_it_tells_is_stale(shelf: Library, license_id: int) -> None:
    assert fact(shelf)[0] == "known"
    shelf.let_a_newer_record_wait(license_id)
    assert fact(shelf) == ("stale", "in_quarantine")


@pytest.mark.parametrize(
    "changes", [{"record_id": "another"}, {"department": "transport"}, {"feed": "another"}, {"state": "waived"}]
)
def test_what_is_another_record_or_waits_no_more_is_no_doubt(
    shelf: Library, license_id: int, changes: dict[str, str]
) -> None:
    waiting = shelf.let_a_newer_record_wait(license_id)
    setting = ", ".join(f"{name} = :{name}" for name in changes)
    shelf.change(f"update quarantined_records set {setting} where quarantine_id = :id", id=waiting, **changes)
    assert doubts(shelf, license_id) == [[]] * 4
    assert fact(shelf)[0] == "known"

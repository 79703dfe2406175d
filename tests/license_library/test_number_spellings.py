"""One number is one number however it is written, and one identifier is one whichever way its check character was computed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library
from sqlalchemy import Engine, text

from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.search.lookup import find_licenses
from license_library.sharing.shared_licenses import find_by_identifier
from license_library.verification.verification import verify_license
from schemas.identifiers.license_identifier import identifier_forms
from schemas.naming.number_key import CLOSING, OPENING, number_key

OTHER = ("某企业", "370283600123459", "099")
SPELLINGS = [
    ("鲁（2016)第1号", "鲁（2016)第1号"),
    ("鲁（2016)第1号", "鲁(2016)第1号"),
    ("鲁平字〔2016〕(1)号", "鲁平字〔2016〕(1)号"),
    ("鲁平字〔2016〕(1)号", "鲁平字[2016]（1）号"),
    ("JY13702830001234", "jy13702830001234"),
    ("Jy1370283", "JY1370283"),
    ("鲁平食 1号", "鲁平食1号"),
    ("ＪＹ1370283", "JY1370283"),
]
FORMS = identifier_forms(IDENTIFIER)


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company of three feeds that all deliver business licenses."""
    shelf.add_feed()
    shelf.add_feed(types=("bizlic",), feed="archive")
    shelf.add_feed("transport", ("bizlic",))
    return shelf.add_subject()


def verdicts(shelf: Library, **named: Any) -> tuple[str, str]:
    """Return what the checklist and a verification say of the company's license."""
    checklist = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", COMPANY, None, TODAY, NOW)
    (bizlic,) = [one.verdict for one in checklist.materials if one.license_type == "bizlic"]
    question = VerifyQuestion(**named, values={"holder_code": COMPANY})
    return bizlic, verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW).verdict


@pytest.mark.parametrize(("kept", "asked"), SPELLINGS)
def test_a_number_is_found_however_it_is_written(shelf: Library, company: int, kept: str, asked: str) -> None:
    shelf.add_license(company, license_number=kept, open_ended=True)
    assert verdicts(shelf, license_type="bizlic", license_number=asked) == ("held", "confirmed")
    hits = find_licenses(shelf.conn, shelf.keyring, SearchTerms(number=asked), TODAY, NOW).hits
    assert [one.license_number for one in hits] == [kept]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_a_twin_is_known_however_its_number_is_written(shelf: Library, company: int, one: str, other: str) -> None:
    shelf.add_license(company, license_number=one, open_ended=True)
    shelf.add_license(company, department="transport", license_number=other, status="withdrawn")
    assert verdicts(shelf, license_type="bizlic", license_number=one)[0] == "stale"


@pytest.mark.parametrize(("kept", "asked"), [FORMS, FORMS[::-1]])
def test_an_identifier_is_found_by_either_check_character(shelf: Library, company: int, kept: str, asked: str) -> None:
    shelf.add_license(company, license_identifier=kept, open_ended=True)
    assert verdicts(shelf, identifier=asked) == ("held", "confirmed")
    assert find_licenses(shelf.conn, shelf.keyring, SearchTerms(identifier=asked), TODAY, NOW).hits
    assert find_by_identifier(shelf.conn, asked, ["bizlic"], TODAY)


@pytest.mark.parametrize(("one", "other"), [FORMS, FORMS[::-1]])
def test_a_twin_is_known_by_either_check_character(shelf: Library, company: int, one: str, other: str) -> None:
    shelf.add_license(company, license_identifier=one, open_ended=True)
    shelf.add_license(company, department="transport", license_identifier=other, status="withdrawn")
    assert verdicts(shelf, identifier=one)[0] == "stale"


@pytest.mark.parametrize(
    "more",
    [{"feed": "archive"}, {"status": "expired"}, {"license_number": "a 1"}],
    ids=["feed", "old", "spelt"],
)
def test_a_number_of_one_holder_names_what_is_replaced(shelf: Library, company: int, more: dict[str, str]) -> None:
    shelf.add_license(company, license_number="A1", open_ended=True)
    shelf.add_license(shelf.add_subject(*OTHER), license_number="B1", replaces="Ａ1", open_ended=True)
    assert verdicts(shelf, license_type="bizlic", license_number="A1")[0] == "stale"
    shelf.add_license(company, **{"license_number": "A1", "open_ended": True, **more})
    assert verdicts(shelf, license_type="bizlic", license_number="A1")[0] == "stale"


LETTERS = st.text(
    st.sampled_from(OPENING + CLOSING + "abyzÀéı ÀßıſſＡ１（）［］－—·号鲁\u3000\u00a0\u2003①ﬀ"), max_size=12
)


@given(number=LETTERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_folds_as_we_do(database: Engine, number: str) -> None:
    with database.connect() as conn:
        assert conn.scalar(text("select number_key(:number)"), {"number": number}) == number_key(number)

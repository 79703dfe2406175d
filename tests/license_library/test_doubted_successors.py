"""A license is as doubtful as what took its place, and as a later issue under its number; a good successor leaves it as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library

from license_library.answers import Verdict, VerifyAnswer
from license_library.asking.doubts import DISPLACED
from license_library.asking.questions import VerifyQuestion
from license_library.asking.refusals import NotReliable
from license_library.checklist.checklist import answer_checklist
from license_library.copies.working_copies import Making, make_copy
from license_library.facts.subject_facts import facts_of_subject
from license_library.files.file_store import FileStore
from license_library.licenses.license_now import license_now
from license_library.verification.verification import verify_license

pytestmark = pytest.mark.usefixtures("both_looks")

LATER: dict[str, dict[str, Any]] = {
    "named by number": {"license_number": "A2", "replaces": "A1"},
    "named by identifier": {"license_number": "A2", "replaces": IDENTIFIER},
    "a later edition": {"license_number": "A2", "license_identifier": IDENTIFIER[:-5] + "002.S"},
    "a later issue": {"license_number": "A1"},
}


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company in a library whose feeds of business licenses are fresh, with a good license A1."""
    shelf.add_feed()
    shelf.add_feed("transport", ("bizlic",))
    company = shelf.add_subject()
    shelf.add_license(
        company,
        license_number="A1",
        license_identifier=IDENTIFIER,
        issued_on=date(2012, 1, 1),
        open_ended=True,
        face={"legal_representative": "王五"},
    )
    return company


def verify(shelf: Library) -> VerifyAnswer:
    """Verify A1 as it was first issued."""
    values = {"holder_code": COMPANY, "issued_on": "2012-01-01"}
    question = VerifyQuestion(license_type="bizlic", license_number="A1", values=values)
    return verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)


def verdict(shelf: Library, now: datetime = NOW) -> Verdict:
    """Return what the checklist says of the business license."""
    answer = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", COMPANY, None, TODAY, now)
    return next(one for one in answer.materials if one.license_type == "bizlic")


def dispute(shelf: Library, license_id: int) -> None:
    """Ask its department to put it right."""
    shelf.dispute(license_id)


def let_wait(shelf: Library, license_id: int) -> None:
    """Let a newer record of it wait."""
    shelf.let_a_newer_record_wait(license_id)


def unlist(shelf: Library, license_id: int) -> None:
    """Let its department's list lack it."""
    shelf.unlist(license_id)


def contradict(shelf: Library, license_id: int) -> None:
    """Let another feed say under a number of its own that it is revoked."""
    (company,) = shelf.read("select subject_id from licenses where license_id = :id", id=license_id)
    shelf.change("update licenses set license_identifier = 'X' where license_id = :id", id=license_id)
    shelf.add_license(company, department="transport", license_number="B9", license_identifier="X", status="revoked")


def doubt_elsewhere(shelf: Library, license_id: int) -> None:
    """Let it be disputed where another feed tells it."""
    (company,) = shelf.read("select subject_id from licenses where license_id = :id", id=license_id)
    shelf.change("update licenses set license_identifier = 'X' where license_id = :id", id=license_id)
    shelf.dispute(
        shelf.add_license(company, department="transport", license_number="B9", license_identifier="X", open_ended=True)
    )


DOUBTS = {
    dispute: ("disputed", "correction_open"),
    let_wait: ("in_quarantine", "newer_waits"),
    unlist: ("stale", "unlisted"),
}


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("later", LATER)
def test_a_license_is_as_doubtful_as_what_follows_it(
    shelf: Library, company: int, later: str, doubt: Callable[[Library, int], None]
) -> None:
    (first,) = shelf.read("select license_id from licenses")
    second = shelf.add_license(company, issued_on=date(2016, 1, 1), open_ended=True, **LATER[later])
    assert (verify(shelf).verdict, verdict(shelf).verdict) == ("confirmed", "held")
    doubt(shelf, second)
    answer = verify(shelf)
    if (later, doubt) == ("a later issue", unlist):  # its department took the later row away, and lists this one
        assert (answer.license_id, answer.verdict) == (first, "confirmed")
        return
    assert (answer.license_id, answer.verdict) == (first, "stale")
    assert [one.code for one in answer.doubts] == ["doubted_elsewhere"]
    said = (verdict(shelf).verdict, verdict(shelf).reason)
    assert said == (("stale", "doubted_elsewhere") if later == "a later issue" else DOUBTS[doubt])
    assert license_now(shelf.conn, first, TODAY, NOW).doubt is not None
    told = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, TODAY, NOW)
    assert next(one.verdict for one in told.fields if one.name == "legal_representative") == "stale"


@pytest.mark.parametrize("doubt", [contradict, doubt_elsewhere])
def test_what_another_row_says_of_the_successor_is_of_the_license_too(
    shelf: Library, company: int, doubt: Callable[[Library, int], None]
) -> None:
    second = shelf.add_license(company, issued_on=date(2016, 1, 1), open_ended=True, **LATER["named by number"])
    third = shelf.add_license(company, issued_on=date(2016, 2, 1), license_number="A3", replaces="A2")
    assert verify(shelf).verdict == "confirmed"
    doubt(shelf, third)
    assert (verify(shelf).verdict, [one.code for one in verify(shelf).doubts]) == ("stale", ["doubted_elsewhere"])
    assert (verdict(shelf).verdict, verdict(shelf).satisfied) == ("stale", False)
    assert license_now(shelf.conn, second, TODAY, NOW).doubt is not None


def test_a_license_is_not_preferred_to_its_successor_of_a_silent_feed(shelf: Library, company: int) -> None:
    shelf.add_license(company, department="transport", issued_on=date(2016, 1, 1), **LATER["named by identifier"])
    assert verdict(shelf).verdict == "held"
    shelf.change("update feeds set fresh_at = '2016-06-01' where department = 'transport'")
    assert verdict(shelf).verdict == "stale"


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize(
    "other",
    [
        {"status": "draft", "replaces": "A1", "license_number": "A2"},
        {"status": "draft", "license_number": "A1"},
        {"status": "superseded", "license_number": "A1", "issued_on": date(2010, 1, 1)},
        {"license_number": "A1", "issued_on": date(2012, 1, 1)},  # its own record under another key
        {"license_number": "A2", "replaces": "A0"},
    ],
)
def test_what_does_not_follow_a_license_leaves_it_as_it_is(
    shelf: Library, company: int, other: dict[str, Any], doubt: Callable[[Library, int], None]
) -> None:
    (first,) = shelf.read("select license_id from licenses")
    doubt(shelf, shelf.add_license(company, **{"issued_on": date(2016, 1, 1), **other}))
    assert license_now(shelf.conn, first, TODAY, NOW).doubt is None


def test_no_working_copy_is_made_of_a_license_whose_successor_is_doubted(
    shelf: Library, company: int, tmp_path: Any
) -> None:
    (first,) = shelf.read("select license_id from licenses")
    second = shelf.add_license(company, issued_on=date(2016, 1, 1), **LATER["named by number"])
    shelf.let_a_newer_record_wait(second)
    with pytest.raises(NotReliable, match="its place"):
        make_copy(
            shelf.conn,
            shelf.keyring,
            FileStore(str(tmp_path), shelf.keyring),
            making(first),
            TODAY,
            NOW,
        )


def making(license_id: int) -> Making:
    """Ask for a copy until the end of the day."""
    return Making(license_id, "x", "window", NOW.replace(hour=10))


def test_a_number_that_another_bears_too_names_the_holder_s_own(shelf: Library, company: int) -> None:
    other = shelf.add_subject("某", "370283600000001", "099")
    (first,) = shelf.read("select license_id from licenses")
    theirs = shelf.add_license(other, license_number="A1", open_ended=True)
    shelf.add_license(company, status="revoked", **LATER["named by number"])
    codes = {one: license_now(shelf.conn, one, TODAY, NOW) for one in (first, theirs)}
    assert (codes[first].is_replaced, codes[theirs].is_replaced) == (True, False)
    assert (codes[first].doubt, codes[theirs].doubt) == (DISPLACED, None)
    shelf.change(
        "update licenses set subject_id = :id where license_number = 'A2'", id=shelf.add_subject("又", "9", "099")
    )
    assert not license_now(shelf.conn, first, TODAY, NOW).is_replaced  # nobody knows whose it replaced


@pytest.mark.parametrize("whose", ["own", "another's"])
def test_a_number_names_what_a_license_of_the_type_that_took_its_place_replaced(
    shelf: Library, company: int, whose: str
) -> None:
    shelf.add_feed("real_estate", ("realestate", "house_cert"))
    house = shelf.add_license(company, license_type="house_cert", license_number="H1", department="real_estate")
    told = {"department": "real_estate", "license_number": "H2", "replaces": "H1"}
    holder = company if whose == "own" else shelf.add_subject("某", "370283600000001", "099")
    new = shelf.add_license(holder, license_type="bizlic", **told)
    assert not license_now(shelf.conn, house, TODAY, NOW).is_replaced
    shelf.change("update licenses set license_type = 'realestate' where license_id = :new", new=new)
    now = license_now(shelf.conn, house, TODAY, NOW)
    assert (now.is_replaced, now.doubt) == (True, None if whose == "own" else DISPLACED)
    question = VerifyQuestion(license_type="house_cert", license_number="H1")
    answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)
    assert answer.verdict == ("confirmed" if whose == "own" else "stale")
    assert [one.license_id for one in answer.replaced_by] == [new]

"""What a verification neither confirms nor denies: a number that cannot be read, another's license, a value that may have changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, NOW, OLD_COUNTY_PERSON, TODAY, Library
from subject_makers import fifteen

from license_library.answers import VerifyAnswer
from license_library.asking.questions import VerifyQuestion
from license_library.verification.verification import verify_license

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

"""An organisation code is one holder's with its dash and without."""

from __future__ import annotations

import pytest
from question_makers import NOW, TODAY, Library

from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.search.lookup import find_licenses
from license_library.verification.verification import verify_license
from schemas.identifiers.organisation_code import organisation_forms

PLAIN, DASHED = "600037341", "60003734-1"


@pytest.mark.parametrize(("kept", "asked"), [(PLAIN, DASHED), (DASHED, PLAIN), (PLAIN, PLAIN)])
def test_an_organisation_code_is_one_holder_s_with_its_dash_and_without(shelf: Library, kept: str, asked: str) -> None:
    shelf.add_feed()
    shelf.add_license(shelf.add_subject("某企业", kept, "099"), license_number="A1", open_ended=True)
    terms = SearchTerms(holder_code=asked, holder_code_type="099")
    assert [one.license_number for one in find_licenses(shelf.conn, shelf.keyring, terms, TODAY, NOW).hits] == ["A1"]
    checklist = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", asked, "099", TODAY, NOW)
    assert "held" in [one.verdict for one in checklist.materials]
    question = VerifyQuestion(
        license_type="bizlic", license_number="A1", values={"holder_code": asked, "holder_code_type": "099"}
    )
    assert verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW).verdict == "confirmed"


@pytest.mark.parametrize("code", ["600037342", "60003734-2", "E12345678", ""])
def test_what_is_no_organisation_code_has_one_form(code: str) -> None:
    assert organisation_forms(code) == [code]

"""A search that finds nothing, or nothing good, says how sure that is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library

from license_library.asking.questions import SearchTerms
from license_library.search.lookup import find_licenses


def advised(shelf: Library, **terms: str) -> list[str]:
    """Return the codes of what a search advises."""
    return [one.code for one in find_licenses(shelf.conn, shelf.keyring, SearchTerms(**terms), TODAY, NOW).advice]


def test_a_number_shaped_like_a_wrong_organisation_code_is_no_firm_no(shelf: Library) -> None:
    shelf.add_feed(fresh_at=NOW - timedelta(days=21))
    shelf.add_case()
    wrong = "identifier.organisation_code_wrong"
    assert advised(shelf, text="20160001-5") == [wrong, "search.in_quarantine", "search.silent"]


@pytest.mark.parametrize(
    "terms", [{"holder_code": COMPANY}, {"number": "A1"}, {"holder_name": "平度市恒通运输有限公司"}]
)
def test_nothing_good_beside_a_silent_feed_of_its_type_is_no_proof(shelf: Library, terms: dict[str, str]) -> None:
    shelf.add_feed()
    shelf.add_feed("transport", ("bizlic",), fresh_at=NOW - timedelta(days=30))
    company = shelf.add_subject()
    shelf.add_license(company, status="revoked", license_number="A1")
    assert advised(shelf, **terms) == ["search.silent_beside"]
    shelf.change("update feeds set license_types = array['roadtrans'] where department = 'transport'")
    assert advised(shelf, **terms) == []
    shelf.change("update feeds set license_types = array['bizlic'] where department = 'transport'")
    shelf.add_license(company, license_number="A1", open_ended=True)
    assert advised(shelf, **terms) == []


ORGANISATION = {"holder_code": "MA3N0A9C-6", "holder_code_type": "099"}


def test_an_organisation_code_with_its_type_finds_whose_credit_code_holds_it(shelf: Library) -> None:
    shelf.add_feed()
    shelf.add_license(shelf.add_subject(), license_number="A1")
    shelf.make_keys()
    answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(**ORGANISATION), TODAY, NOW)
    assert (answer.recognised_as, [hit.license_number for hit in answer.hits]) == ("organisation_code", ["A1"])
    shelf.change("delete from licenses")
    assert advised(shelf, **ORGANISATION) == ["search.undelivered"]
    shelf.add_case(holder_hashes=[b"whose credit code holds it, for all that is known"])
    assert advised(shelf, **ORGANISATION) == ["search.in_quarantine"]


@pytest.mark.parametrize("terms", [{"text": "MA3N0A9C-6"}, ORGANISATION, {"holder_name": "平度市无此运输有限公司"}])
def test_while_search_keys_are_made_nothing_found_is_no_firm_no(shelf: Library, terms: dict[str, str]) -> None:
    shelf.add_feed()
    shelf.change("insert into subjects_to_key values (:id)", id=shelf.add_subject("某", "91110000600037341L"))
    assert advised(shelf, **terms) == ["search.keys_wait"]
    shelf.make_keys()
    assert advised(shelf, **terms) == ["search.undelivered"]


def test_by_identifier_nobody_denies_a_license_whose_feed_tells_none(shelf: Library) -> None:
    shelf.add_feed()
    shelf.change("update license_types set type_code = null where type_code = :code", code=IDENTIFIER.split(".")[5])
    shelf.change(
        "update license_types set type_code = :code where license_type = 'bizlic'", code=IDENTIFIER.split(".")[5]
    )
    license_id = shelf.add_license(shelf.add_subject(), license_identifier=None, open_ended=True)
    assert advised(shelf, identifier=IDENTIFIER) == ["search.identifier_untold"]
    shelf.change("update licenses set license_identifier = 'another' where license_id = :id", id=license_id)
    assert advised(shelf, identifier=IDENTIFIER) == ["search.none"]


@pytest.mark.parametrize(
    "terms", [{"number": "A1"}, {"identifier": IDENTIFIER}, {"holder_name": "平度市恒通运输有限公司"}]
)
def test_beside_what_is_not_good_it_is_told_what_waits_of_its_holder(shelf: Library, terms: dict[str, str]) -> None:
    shelf.add_feed()
    company = shelf.add_subject()
    license_id = shelf.add_license(company, status="expired", license_number="A1", license_identifier=IDENTIFIER)
    other = shelf.add_subject("某", "370283600000001", "099")
    shelf.add_holders(license_id, (company, "平度市恒通运输有限公司", None), (other, "某", None))
    shelf.add_case(holder_hashes=[b"a stranger's"])
    theirs = shelf.read("select holder_hash from subjects where subject_id = :other", other=other)
    shelf.add_case(holder_hashes=theirs, license_type="namepre")
    assert advised(shelf, **terms) == []
    shelf.add_case(holder_hashes=theirs)
    assert advised(shelf, **terms) == ["search.in_quarantine"]
    shelf.add_case()  # nobody could read whose it is
    assert advised(shelf, **terms) == ["search.in_quarantine"] * 2
    assert advised(shelf, holder_code=COMPANY) == ["search.in_quarantine"]
    shelf.add_license(company, license_number="A1", license_identifier=IDENTIFIER, open_ended=True)
    assert advised(shelf, **terms) == []


@pytest.mark.parametrize("terms", [{"holder_code": COMPANY}, {"text": COMPANY}])
def test_that_a_credit_code_finds_nothing_is_no_firm_no_while_an_older_number_of_it_is_not_bound(
    shelf: Library, terms: dict[str, str]
) -> None:
    shelf.add_feed()
    assert advised(shelf, **terms) == ["search.undelivered"]
    shelf.add_license(shelf.add_subject("某", "MA3N0A9C-6", "099"))
    assert advised(shelf, **terms) == ["search.other_number"]

"""A resident number leaves masked wherever it hides: in what stands beside it, in record ids, in identifiers, in what was typed."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from question_makers import NOW, OLD_COUNTY_PERSON, PERSON, TODAY, Library

from license_library.asking.questions import ConflictFilter, SearchTerms
from license_library.facts.conflict_list import list_conflicts
from license_library.licenses.dossier import get_license
from license_library.oversight.shadow_report import report_shadow
from license_library.pairs.subject_comparing import compare_subjects
from license_library.search.lookup import find_licenses
from schemas.errors import RequestError
from schemas.identifiers.license_identifier import license_identifier_check

_TYPE, _ISSUER = "11100000000013338W011", "11430000006122244L"


def identifier_of(serial: str) -> str:
    """Return the right identifier of a serial number."""
    check = license_identifier_check(f"{_TYPE}{_ISSUER}{serial}001")
    return f"1.2.156.3005.2.{_TYPE}.{_ISSUER}.{serial}.001.{check}"


def test_two_persons_side_by_side_tell_division_and_birthday_only_when_revealed(shelf: Library) -> None:
    two = shelf.add_subject("王伟", PERSON, "111"), shelf.add_subject("王伟", OLD_COUNTY_PERSON, "111")
    masked = compare_subjects(shelf.conn, shelf.keyring, *two, TODAY, NOW)
    assert [(one.division, one.born_on) for one in masked.subjects] == [(None, None)] * 2
    assert "出生日期不同" in {sign.words.zh for sign in masked.signs}
    revealed = compare_subjects(shelf.conn, shelf.keyring, *two, TODAY, NOW, reveal=True)
    assert (revealed.subjects[0].division, revealed.subjects[0].born_on) == ("370283", date(1990, 3, 7))


def test_an_organisation_tells_its_division(shelf: Library) -> None:
    two = shelf.add_subject(), shelf.add_subject("某", "91110000600037341L")
    shown = compare_subjects(shelf.conn, shelf.keyring, *two, TODAY, NOW).subjects
    assert [one.division for one in shown] == ["370283", "110000"]


@pytest.mark.parametrize("kind", ["record", "field"])
def test_a_shadow_report_masks_the_record_ids_it_shows(shelf: Library, kind: str) -> None:
    shelf.add_feed()
    exchange = shelf.add_exchange(state="shadowed", is_shadow=True)
    shelf.change(
        """insert into shadow_changes (exchange_id, kind, name, found_count, examples)
           values (:exchange, :kind, :name, 1, array[:told])""",
        exchange=exchange,
        kind=kind,
        name="new" if kind == "record" else "valid_to",
        told=f"370283/{PERSON}",
    )
    told = msgspec.json.encode(report_shadow(shelf.conn, exchange)).decode()
    assert PERSON not in told
    assert "370283/3702**********7211" in told


def test_an_identifier_made_of_a_persons_number_is_masked_and_an_ordinary_one_is_not(shelf: Library) -> None:
    shelf.add_feed()
    person, identifiers = (
        shelf.add_subject("王伟", PERSON, "111"),
        [identifier_of(PERSON), identifier_of("20230000403")],
    )
    ids = [shelf.add_license(person, license_identifier=one) for one in identifiers]
    shown = [get_license(shelf.conn, shelf.keyring, one, TODAY, NOW).license.license_identifier for one in ids]
    assert shown == [identifiers[0].replace(PERSON, "3702**********7211"), identifiers[1]]


def test_a_list_veils_the_identifier_of_a_sensitive_type(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    person = shelf.add_subject("王伟", PERSON, "111")
    card = {"department": "public_security", "license_type": "idcard", "holder_name": "王伟"}
    shelf.add_license(person, license_identifier=identifier_of("20230000403"), **card)
    (hit,) = find_licenses(shelf.conn, shelf.keyring, SearchTerms(holder_name="王伟"), TODAY, NOW).hits
    assert hit.is_veiled
    assert hit.license_identifier is not None
    assert "20230000403" not in hit.license_identifier


def test_what_was_typed_as_an_element_is_not_repeated(shelf: Library) -> None:
    with pytest.raises(RequestError) as refused:
        list_conflicts(shelf.conn, shelf.keyring, ConflictFilter(element=PERSON), TODAY, NOW)
    assert PERSON not in f"{refused.value} {refused.value.zh}"

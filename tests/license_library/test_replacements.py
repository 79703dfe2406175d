"""Chains of replacements are followed both ways, whatever a department writes; old types are satisfied by what took their place."""

from __future__ import annotations

from datetime import date

import pytest
from question_makers import COMPANY, NOW, PERSON, TODAY, Library
from subject_makers import resident_number

from license_library.answers import Checklist, LicenseAnswer, VerifyAnswer
from license_library.asking.masking import mask_code
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.licenses.dossier import get_license
from license_library.licenses.license_now import license_now
from license_library.search.lookup import find_licenses
from license_library.verification.verification import verify_license

FIRST = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
SECOND = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S"


@pytest.fixture
def company(shelf: Library) -> int:
    """Give a company of a fresh feed."""
    shelf.add_feed()
    shelf.add_feed("transport", ("roadgoods",))
    return shelf.add_subject()


def shown(shelf: Library, license_id: int) -> LicenseAnswer:
    return get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW)


def numbers(shelf: Library, license_id: int) -> tuple[list[str], list[str]]:
    """Return what took its place, and in whose place it stands, the nearest first."""
    answer = shown(shelf, license_id)
    return [one.license_number for one in answer.replaced_by], [one.license_number for one in answer.replaces]


def verified(shelf: Library, number: str) -> VerifyAnswer:
    question = VerifyQuestion(license_type="bizlic", license_number=number)
    return verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)


def checked(shelf: Library, item: str = "PD-E-010") -> Checklist:
    return answer_checklist(shelf.conn, shelf.keyring, item, COMPANY, None, TODAY, NOW)


def test_a_chain_by_numbers_is_told_at_each_of_its_licenses(shelf: Library, company: int) -> None:
    one = shelf.add_license(company, license_number="A1", status="superseded")
    two = shelf.add_license(company, license_number="A2", status="superseded", replaces="A1")
    three = shelf.add_license(company, license_number="A3", replaces="A2")
    assert [numbers(shelf, license_id) for license_id in (one, two, three)] == [
        (["A2", "A3"], []),
        (["A3"], ["A1"]),
        ([], ["A2", "A1"]),
    ]


def test_history_tells_in_whose_place_it_stood(shelf: Library, company: int) -> None:
    license_id = shelf.add_license(company, version_count=2, license_number="A3", replaces="A2")
    shelf.add_former_version(license_id, company, license_number="A3", replaces="A1")
    newest, _ = shown(shelf, license_id).versions
    assert [(one.field, one.before, one.after) for one in newest.changes] == [("replaces", "A1", "A2")]


def test_a_number_counts_within_its_department_and_type_and_an_identifier_everywhere(
    shelf: Library, company: int
) -> None:
    old = shelf.add_license(company, license_number="A1", license_identifier=FIRST)
    shelf.add_license(company, license_number="T1", license_type="namepre", replaces="A1")
    elsewhere = {"department": "transport", "license_type": "roadgoods"}
    shelf.add_license(company, license_number="T2", replaces="A1", **elsewhere)
    assert numbers(shelf, old) == ([], [])
    shelf.add_license(company, license_number="T3", replaces=FIRST, **elsewhere)
    assert numbers(shelf, old) == (["T3"], [])


def test_versions_of_one_identifier_are_a_chain_without_a_word(shelf: Library, company: int) -> None:
    old = shelf.add_license(company, license_number="A1", license_identifier=FIRST)
    new = shelf.add_license(company, license_number="A2", license_identifier=SECOND)
    assert (numbers(shelf, old), numbers(shelf, new)) == ((["A2"], []), ([], ["A1"]))


def test_a_much_later_edition_is_told_where_a_license_is_said_to_be_replaced(shelf: Library, company: int) -> None:
    old = shelf.add_license(company, license_number="A1", license_identifier=FIRST)
    new = shelf.add_license(company, license_number="A12", license_identifier=FIRST.replace(".001.U", ".012.K"))
    shelf.add_license(company, license_number="A3", license_identifier=FIRST[:-1] + "V")  # the same edition once more
    assert (numbers(shelf, old), numbers(shelf, new)) == ((["A12"], []), ([], ["A1", "A3"]))
    assert [one.license_number for one in verified(shelf, "A1").replaced_by] == ["A12"]


def test_identifiers_of_another_shape_are_no_editions(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", license_identifier="B1-1")
    later = shelf.add_license(company, license_number="A2", license_identifier="B2-1")
    assert numbers(shelf, later) == ([], [])


def test_a_circle_and_a_long_chain_end_and_a_number_of_several_holders_names_its_holder_s(
    shelf: Library, company: int
) -> None:
    one = shelf.add_license(company, license_number="A1", replaces="A2")
    shelf.add_license(company, license_number="A2", replaces="A1")
    assert numbers(shelf, one) == (["A2"], ["A2"])
    chain = [shelf.add_license(company, license_number=f"C{n}", replaces=f"C{n - 1}") for n in range(40)]
    assert [len(numbers(shelf, chain[place])[side]) for place, side in ((0, 0), (39, 1))] == [20, 20]
    twins = [shelf.add_license(company, license_number="D1") for _ in range(2)]
    shelf.add_license(company, license_number="D2", replaces="D1")
    assert [numbers(shelf, one) for one in twins] == [(["D2"], []), (["D2"], [])]
    theirs = shelf.add_license(shelf.add_subject("别家", "370283600123459", "099"), license_number="D1")
    assert [numbers(shelf, one) for one in (*twins, theirs)] == [(["D2"], []), (["D2"], []), ([], [])]
    third = shelf.add_subject("又一家", "370283600123467", "099")
    shelf.change("update licenses set subject_id = :third where license_number = 'D2'", third=third)
    assert [numbers(shelf, one) for one in (*twins, theirs)] == [([], [])] * 3


def test_what_it_says_to_replace_is_told_where_that_is_not_here(shelf: Library, company: int) -> None:
    answer = shown(shelf, shelf.add_license(company, license_number="A2", replaces="A1"))
    assert (answer.replaces, answer.replaces_told) == ([], "A1")


def test_verifying_an_old_license_says_what_took_its_place_and_a_lost_successor_is_told(
    shelf: Library, company: int
) -> None:
    shelf.add_license(company, license_number="A1", status="superseded")
    lost = verified(shelf, "A1")
    assert (lost.verdict, lost.replaced_by) == ("not_valid", [])
    assert "取代它的证照不在库中" in [words.zh for words in lost.reasons]
    shelf.add_license(company, license_number="A2", replaces="A1")
    found = verified(shelf, "A1")
    assert [one.license_number for one in found.replaced_by] == ["A2"]
    assert "已有证照取代本证照，请核验取代它的证照" in [words.zh for words in found.reasons]
    assert verified(shelf, "A2").verdict == "confirmed"


def test_the_checklist_prefers_what_took_the_place_of_another(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", valid_to=date(2030, 1, 1))
    new = shelf.add_license(company, license_number="A2", valid_to=date(2020, 1, 1), replaces="A1")
    material = next(one for one in checked(shelf).materials if one.license_type == "bizlic")
    assert (material.verdict, material.license and material.license.license_id) == ("held", new)


@pytest.mark.parametrize("later", [SECOND, FIRST.replace(".001.U", ".010.0"), FIRST.replace(".001.U", ".999.Z")])
def test_a_license_of_which_a_later_edition_is_kept_is_replaced(shelf: Library, company: int, later: str) -> None:
    old = shelf.add_license(company, license_number="A1", license_identifier=FIRST, valid_to=date(2030, 1, 1))
    # another's; the same edition with the other check character; an earlier one
    for other in (later.replace("20230000403", "20230000404"), FIRST[:-1] + "V", FIRST.replace(".001.", ".000.")):
        shelf.add_license(company, license_identifier=other, license_type="namepre")
    assert not license_now(shelf.conn, old, TODAY, NOW).is_replaced
    new = shelf.add_license(company, license_number="A2", license_identifier=later, valid_to=date(2020, 1, 1))
    assert license_now(shelf.conn, old, TODAY, NOW).is_replaced
    assert not license_now(shelf.conn, new, TODAY, NOW).is_replaced
    material = next(one for one in checked(shelf).materials if one.license_type == "bizlic")
    assert (material.verdict, material.license and material.license.license_id) == ("held", new)


def test_the_checklist_says_that_the_successor_is_not_here(shelf: Library, company: int) -> None:
    shelf.add_license(company, license_number="A1", status="superseded")
    material = next(one for one in checked(shelf).materials if one.license_type == "bizlic")
    assert (material.verdict, material.reason) == ("unknown", "superseded")
    assert material.words.zh == "状态为已被取代；取代它的证照不在库中"
    shelf.add_license(shelf.add_subject("某", "370283600000001", "099"), license_number="A2", replaces="A1")
    material = next(one for one in checked(shelf).materials if one.license_type == "bizlic")
    assert (material.verdict, material.reason) == ("not_good", "superseded")


OLD = "update item_materials set license_type = 'orgcode_cert' where item_code = 'PD-E-010' and license_type = 'bizlic'"
SINCE = "该证照自 2015-10-01 起由营业执照取代："


def test_a_material_of_an_old_type_is_satisfied_by_the_type_that_took_its_place(shelf: Library, company: int) -> None:
    shelf.change(OLD)
    material = next(one for one in checked(shelf).materials if one.license_type == "orgcode_cert")
    assert (material.verdict, material.issuer_name) == ("not_held", "平度市市场监督管理局")
    assert material.words.zh == f"{SINCE}未查到该证照，由平度市市场监督管理局颁发"
    held = shelf.add_license(company, license_number="A1", open_ended=True)
    material = next(one for one in checked(shelf).materials if one.license_type == "orgcode_cert")
    assert (material.verdict, material.satisfied) == ("held", True)
    assert (material.words.zh, material.license and material.license.license_id) == (f"{SINCE}长期有效", held)


def test_a_search_for_an_old_type_says_what_took_its_place(shelf: Library, company: int) -> None:
    terms = SearchTerms(number="X1", license_type="taxreg")
    advice = {one.code: one.words.zh for one in find_licenses(shelf.conn, shelf.keyring, terms, TODAY, NOW).advice}
    said = "税务登记证(已并入营业执照)自 2015-10-01 起不再颁发，已由营业执照取代，请改查营业执照"
    assert advice["search.type_ended"] == said


@pytest.mark.parametrize("whose", ["own", "joint", "another's"])
def test_of_a_sensitive_type_the_number_of_anothers_license_is_veiled(shelf: Library, whose: str) -> None:
    shelf.add_feed("civil_affairs", ("marriage",))
    one, other = shelf.add_subject("王伟", PERSON, "111"), shelf.add_subject("李娜", resident_number(3), "111")
    kept = {"license_type": "marriage", "department": "civil_affairs", "open_ended": True}
    first = shelf.add_license(one, license_number="J370283-2015-000123", holder_name="王伟", **kept)
    holder = one if whose == "own" else other
    newer = {"license_number": "J370283-2016-009876", "replaces": "J370283-2015-000123", "holder_name": "李娜"}
    second = shelf.add_license(holder, **newer, **kept)
    if whose == "joint":
        shelf.add_holders(second, (other, "李娜", None), (one, "王伟", None))
    question = VerifyQuestion(license_type="marriage", license_number="J370283-2015-000123")
    told = verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW).replaced_by
    is_veiled = whose == "another's"
    assert [one.license_number for one in told] == [
        mask_code(newer["license_number"]) if is_veiled else newer["license_number"]
    ]
    assert (numbers(shelf, second)[1] == ["J370283-2015-000123"]) is not is_veiled
    assert (numbers(shelf, first)[0] == [newer["license_number"]]) is not is_veiled

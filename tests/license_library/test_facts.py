"""Facts are computed from licenses: compared with a plain model, seen through a form, and never told beyond it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, IDENTIFIER, NOW, PERSON, TODAY, Library

from license_library.answers import FactField, Prefill
from license_library.asking.refusals import NotInForm, WrongQuestion
from license_library.facts.prefill import answer_prefill
from license_library.facts.subject_facts import facts_of_subject
from schemas.errors import NotFound

pytestmark = pytest.mark.usefixtures("both_looks")

ITEM = "PD-E-005"  # its form: the organisation, its registration, the food business, contact
MASTERS = ("bizlic", "institution", "socgroup")
OTHERS = ("hr", "seed")
DEPARTMENTS = {"bizlic": "market_regulation", "institution": "institutions", "socgroup": "civil_affairs"} | {
    "hr": "human_resources",
    "seed": "agriculture",
}
# Spellings of few values, so that sources often agree, and often only in another spelling.
NAMES = {"王建国": ("王建国", "王 建国", "王建國"), "李伟": ("李伟", "李伟\u200b")}
ADDRESSES = {"人民路1号": ("人民路1号", "人民路１号", "人民路 1 号"), "红旗路2号": ("红旗路2号",)}


def prefill(shelf: Library, code: str = COMPANY, item: str = ITEM, fields: list[str] | None = None) -> Prefill:
    """Ask for the form of an item."""
    return answer_prefill(shelf.conn, shelf.keyring, item, code, None, fields, TODAY, NOW)


def field(shelf: Library, name: str, **asked: Any) -> FactField:
    """Ask for one field of a form."""
    return next(one for one in prefill(shelf, **asked).fields if one.name == name)


def add_feeds(shelf: Library, silent: set[str] = frozenset()) -> None:
    """Declare a feed for each type; some are behind their promise."""
    for kind, department in DEPARTMENTS.items():
        fresh_at = NOW - (timedelta(days=9) if kind in silent else timedelta(hours=1))
        shelf.add_feed(department, (kind,), fresh_at)


def add(shelf: Library, subject: int, kind: str = "bizlic", **changes: Any) -> int:
    """Write a license of a type, from the department that delivers it."""
    return shelf.add_license(
        subject, **{"license_type": kind, "department": DEPARTMENTS[kind], "open_ended": True, **changes}
    )


# The model: what each spelling means, and the rules in plain loops over everything that was written.
MEANS = {said: meant for pool in (NAMES, ADDRESSES) for meant, spellings in pool.items() for said in spellings}
MEANS["王建國"] = "王建國"  # another script is another name until somebody says it is the same


def expected(written: list[dict[str, Any]], key: str, silent: set[str]) -> tuple[str, str | None, set[str]]:
    """Return verdict, shown value and all values in force, as the model sees them."""
    alive = [one for one in written if one["status"] in {"valid", "suspended", "expired"}]
    standing = [
        one for one in alive if one["status"] != "expired" and (not one["valid_to"] or one["valid_to"] >= TODAY)
    ]
    lapsed = [one for one in alive if one not in standing]
    ranked: list[dict[str, Any]] = []
    for group in (standing, lapsed):
        for kind in (*MASTERS, *OTHERS):
            of_kind = [one for one in group if one["kind"] == kind and one["face"].get(key)]
            ranked += sorted(of_kind, key=lambda one: one["told_at"], reverse=True)
    values = {MEANS[one["face"][key]] for one in standing if one["face"].get(key)}
    if not ranked:
        return ("unknown" if silent & set(MASTERS) else "applicant_fills"), None, values
    first = ranked[0]
    if len(values) > 1:
        return "conflict", first["face"][key], values
    # A master that tells nothing in force, and is silent, may tell another value by now.
    telling = {one["kind"] for one in standing if one["face"].get(key)}
    hidden = first["kind"] not in MASTERS and silent & set(MASTERS) - telling
    weak = first in lapsed or first["kind"] in silent or bool(hidden)
    return ("stale" if weak else "known"), first["face"][key], values


@pytest.mark.parametrize("seed", range(40))
def test_facts_are_those_of_a_plain_model(shelf: Library, seed: int) -> None:
    dice = random.Random(seed)
    silent = {kind for kind in DEPARTMENTS if dice.random() < 0.2}
    add_feeds(shelf, silent)
    subject, stranger = shelf.add_subject(), shelf.add_subject("别人", "91110000600037341L")
    written = []
    for number in range(dice.randint(0, 5)):
        one = {
            "kind": dice.choice((*MASTERS, *OTHERS)),
            "status": dice.choice(("valid", "valid", "valid", "suspended", "expired", "cancelled", "revoked")),
            "valid_to": dice.choice((None, None, TODAY, TODAY - timedelta(days=1))),
            "told_at": NOW - timedelta(days=10 - number),
            "face": {
                "legal_representative": dice.choice([said for pool in NAMES.values() for said in pool]),
                "address": dice.choice([None, *(said for pool in ADDRESSES.values() for said in pool)]),
            },
        }
        term = {"valid_to": one["valid_to"], "open_ended": one["valid_to"] is None}
        told = {"source_updated_at": one["told_at"], "face": one["face"], "status": one["status"]}
        add(shelf, subject, one["kind"], **term, **told)
        add(shelf, stranger, one["kind"], face={"legal_representative": "张三", "address": "别处"})
        written.append(one)
    for key, name in (("legal_representative", "legal_representative"), ("address", "registered_address")):
        got = field(shelf, name)
        in_force = {MEANS[fact.value] for fact in got.facts if fact.in_force}
        assert (got.verdict, got.value, in_force) == expected(written, key, silent), (seed, written, silent)


def test_a_value_comes_with_its_source_and_its_age(shelf: Library) -> None:
    add_feeds(shelf)
    license_id = add(shelf, shelf.add_subject(), face={"legal_representative": "王建国"})
    (fact,) = field(shelf, "legal_representative").facts
    assert (fact.license_id, fact.is_master, fact.in_force, fact.agrees) == (license_id, True, True, True)
    assert fact.source_updated_at == NOW - timedelta(days=3)
    assert fact.source is not None
    assert (fact.source.department, fact.source.freshness) == ("market_regulation", "fresh")


def test_both_values_of_a_conflict_stand_side_by_side_the_masters_first(shelf: Library) -> None:
    add_feeds(shelf)
    subject = shelf.add_subject()
    add(shelf, subject, "hr", face={"legal_representative": "李伟"})
    add(shelf, subject, "bizlic", face={"legal_representative": "王建国"})
    got = field(shelf, "legal_representative")
    assert [(fact.value, fact.is_master, fact.agrees) for fact in got.facts] == [
        ("王建国", True, True),
        ("李伟", False, False),
    ]
    assert (got.verdict, got.conflict) == ("conflict", f"{subject}/legal_representative")


def test_amounts_and_dates_differ_only_where_they_mean_something_else(shelf: Library) -> None:
    add_feeds(shelf)
    subject = shelf.add_subject()
    add(shelf, subject, face={"registered_capital": "50万元人民币", "founded_on": "2015-03-01"})
    add(shelf, subject, face={"registered_capital": "500,000元", "founded_on": "2015年3月1日"})
    verdicts = {one.name: one.verdict for one in prefill(shelf, fields=["registered_capital", "founded_on"]).fields}
    assert verdicts == {"registered_capital": "known", "founded_on": "known"}


def test_several_premises_are_no_conflict(shelf: Library) -> None:
    shelf.add_feed("food_drug", ("foodbiz",))
    subject = shelf.add_subject()
    for address in ("一店", "二店"):
        shelf.add_license(
            subject, license_type="foodbiz", department="food_drug", open_ended=True, face={"address": address}
        )
    got = field(shelf, "business_premises")
    assert (got.verdict, {fact.value for fact in got.facts}) == ("known", {"一店", "二店"})


def test_a_disputed_license_or_one_that_is_listed_no_more_tells_nothing_sure(shelf: Library) -> None:
    add_feeds(shelf)
    license_id = add(shelf, shelf.add_subject(), face={"legal_representative": "王建国"})
    shelf.change("update licenses set unlisted_at = :at", at=NOW)
    assert (got := field(shelf, "legal_representative")).verdict == "stale"
    assert got.reason == "unlisted"
    shelf.change(
        """insert into correction_requests (department, feed, record_id, license_id, field, basis, asked_by, asked_at, due_on, state)
           values ('market_regulation', 'licenses', 'R1', :id, 'face', 'b', 'w', :at, :on, 'open')""",
        id=license_id,
        at=NOW,
        on=TODAY,
    )
    assert field(shelf, "legal_representative").reason == "disputed"


@pytest.mark.parametrize("later", [{"license_number": "A2", "replaces": "A1"}, {"license_identifier": "002.S"}])
def test_what_a_license_tells_whose_place_another_took_is_stale_and_contradicts_nobody(
    shelf: Library, later: dict[str, str]
) -> None:
    add_feeds(shelf)
    company, body = shelf.add_subject(), IDENTIFIER[:-5]
    add(shelf, company, license_number="A1", license_identifier=f"{body}001.U", face={"legal_representative": "王建国"})
    assert field(shelf, "legal_representative").verdict == "known"
    if "license_identifier" in later:
        later = {"license_identifier": body + later["license_identifier"]}
    newer = add(shelf, company, status="draft", issued_on=TODAY, **later)
    assert field(shelf, "legal_representative").verdict == "known"
    shelf.change("update licenses set status = 'valid' where license_id = :id", id=newer)
    told = field(shelf, "legal_representative")
    assert (told.verdict, told.reason, told.value) == ("stale", "replaced", "王建国")
    assert "取代" in told.reason_words.zh
    face = '{"legal_representative": "李伟"}'
    shelf.change("update licenses set face = cast(:face as jsonb) where license_id = :id", face=face, id=newer)
    told = field(shelf, "legal_representative")
    assert (told.verdict, told.reason, told.value) == ("known", None, "李伟")
    assert [(one.value, one.in_force) for one in told.facts] == [("李伟", True), ("王建国", False)]


def test_a_waiting_record_makes_unknown_what_nobody_tells(shelf: Library) -> None:
    add_feeds(shelf)
    holder = shelf.add_subject()
    (hashed,) = shelf.read("select holder_hash from subjects where subject_id = :id", id=holder)
    assert field(shelf, "legal_representative").verdict == "applicant_fills"
    shelf.add_case(holder_hashes=[hashed])
    got = field(shelf, "legal_representative")
    assert (got.verdict, got.reason) == ("unknown", "in_quarantine")


def test_what_a_license_lacks_is_unknown_while_another_feed_is_silent_or_a_newer_record_of_it_waits(
    shelf: Library,
) -> None:
    add_feeds(shelf)
    license_id = add(shelf, shelf.add_subject())
    assert field(shelf, "legal_representative").verdict == "applicant_fills"
    shelf.let_a_newer_record_wait(license_id)
    told = field(shelf, "legal_representative")
    assert (told.verdict, told.reason) == ("unknown", "in_quarantine")
    shelf.change("update quarantined_records set state = 'mended'")
    shelf.add_feed("public_security", ("bizlic",), NOW - timedelta(days=9), feed="others")
    told = field(shelf, "legal_representative")
    assert (told.verdict, told.reason) == ("unknown", "silent")


def test_what_another_source_tells_is_stale_while_a_record_of_its_master_waits_or_the_master_is_silent(
    shelf: Library,
) -> None:
    add_feeds(shelf)
    holder = shelf.add_subject()
    (hashed,) = shelf.read("select holder_hash from subjects where subject_id = :id", id=holder)
    add(shelf, holder, "hr", face={"legal_representative": "王建国"})
    assert (got := field(shelf, "legal_representative")).verdict == "known"
    assert got.reason_words.zh == "主数据源没有，取自参考来源，请核对"
    case = shelf.add_case(holder_hashes=[hashed])
    got = field(shelf, "legal_representative")
    assert (got.verdict, got.reason, got.value) == ("stale", "in_quarantine", "王建国")
    assert got.reason_words.zh == "主数据源没有，取自参考来源；主数据源：该主体有记录因数据问题未入库"
    shelf.change("update quarantined_records set state = 'mended' where quarantine_id = :id", id=case)
    shelf.change("update feeds set fresh_at = :at where department = 'market_regulation'", at=NOW - timedelta(days=9))
    got = field(shelf, "legal_representative")
    assert (got.verdict, got.reason) == ("stale", "silent")
    assert got.source is not None
    assert got.source.freshness == "fresh"
    add(shelf, holder, face={"legal_representative": "王建国"}, status="cancelled")
    assert field(shelf, "legal_representative").verdict == "stale"


def test_what_another_source_tells_is_stale_where_the_masters_license_has_lapsed_and_its_renewal_waits(
    shelf: Library,
) -> None:
    add_feeds(shelf)
    holder = shelf.add_subject()
    add(shelf, holder, "hr", face={"legal_representative": "王建国"})
    lapsed = add(shelf, holder, status="expired", face={"legal_representative": "李伟"})
    assert field(shelf, "legal_representative").verdict == "known"
    shelf.let_a_newer_record_wait(lapsed)
    assert field(shelf, "legal_representative").reason == "in_quarantine"


def test_what_no_department_delivers_is_for_the_applicant(shelf: Library) -> None:
    got = field(shelf, "legal_representative")
    assert (got.verdict, got.reason, got.value) == ("applicant_fills", "no_feed", None)
    assert field(shelf, "contact_phone").reason == "own"


def test_everyone_on_a_license_has_his_own_name_and_what_they_share(shelf: Library) -> None:
    shelf.add_feed("real_estate", ("realestate",))
    first = shelf.add_subject("王五", PERSON, "111")
    second = shelf.add_subject("赵六", "370283198505051236", "111")
    shared = shelf.add_license(
        first,
        license_type="realestate",
        department="real_estate",
        open_ended=True,
        holder_name="王五",
        face={"location": "李园街道1号"},
    )
    shelf.add_holders(shared, (first, "王五", None), (second, "赵六", None))
    for code, name in ((PERSON, "王五"), ("370283198505051236", "赵六")):
        told = {one.name: one.value for one in prefill(shelf, code, "PD-E-003").fields}
        assert (told["person_name"], told["property_location"]) == (name, "李园街道1号")


def test_what_is_said_of_the_first_holder_is_not_said_of_the_second(shelf: Library) -> None:
    shelf.add_feed("farm_machinery", ("tractor",))
    first = shelf.add_subject("王五", PERSON, "111")
    second = shelf.add_subject("赵六", "370283198505051236", "111")
    shared = shelf.add_license(
        first,
        license_type="tractor",
        department="farm_machinery",
        open_ended=True,
        face={"address": "某村", "plate": "鲁B12345"},
    )
    shelf.add_holders(shared, (first, "王五", None), (second, "赵六", None))
    told = [
        {one.name: one.value for one in prefill(shelf, code, "PD-Z-011").fields}
        for code in (PERSON, "370283198505051236")
    ]
    assert [(one["residence_address"], one["vehicle_plate"]) for one in told] == [
        ("某村", "鲁B12345"),
        (None, "鲁B12345"),
    ]


def test_a_resident_number_tells_sex_and_birth_and_is_compared_with_the_card(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    card = {"license_type": "idcard", "department": "public_security", "open_ended": True, "holder_name": "王五"}
    shelf.add_license(shelf.add_subject("王五", PERSON, "111"), **card, face={"sex": "1", "born_on": "1990-03-08"})
    told = {one.name: one for one in prefill(shelf, PERSON, "PD-E-012").fields}
    assert (told["sex"].verdict, told["sex"].value) == ("known", "男")
    assert [fact.value for fact in told["birth_date"].facts] == ["1990-03-07", "1990-03-08"]
    assert told["birth_date"].verdict == "conflict"
    assert PERSON not in repr(told)


def test_the_code_that_was_asked_for_is_masked_where_its_own_licenses_repeat_it(shelf: Library) -> None:
    add_feeds(shelf)
    shelf.add_feed("farm_machinery", ("tractor",))
    tractor = {"license_type": "tractor", "department": "farm_machinery", "open_ended": True}
    foreigner = shelf.add_subject("SMITH JOHN", "E12345678", "414")
    shelf.add_license(foreigner, **tractor, holder_name="SMITH JOHN", face={"address": "护照 E12345678"})
    add(shelf, shelf.add_subject(), face={"address": f"代码 {COMPANY}"})
    told = facts_of_subject(shelf.conn, shelf.keyring, "E12345678", "414", None, None, None, TODAY, NOW)
    assert "E12345678" not in str(told)
    shown = [
        *(one.value for one in told.fields if one.name == "residence_address"),
        *(field(shelf, name).value for name in ("registered_address", "credit_code")),
    ]
    assert shown == ["护照 E1*****78", f"代码 9137{'*' * 10}9C6Y", f"9137{'*' * 10}9C6Y"]


def test_marriage_is_known_from_its_certificate_and_never_its_absence(shelf: Library) -> None:
    shelf.add_feed("marriage", ("marriage",))
    person = shelf.add_subject("王五", PERSON, "111")
    asked = {"code": PERSON, "item": "PD-S-007"}
    assert field(shelf, "marital_status", **asked).value is None
    shelf.add_license(person, license_type="marriage", department="marriage", open_ended=True)
    assert field(shelf, "marital_status", **asked).value == "已婚"
    shelf.change("update licenses set status = 'cancelled'")
    assert field(shelf, "marital_status", **asked).value is None


def test_only_the_form_is_told_and_nothing_outside_it(shelf: Library) -> None:
    add_feeds(shelf)
    add(shelf, shelf.add_subject(), face={"legal_representative": "王建国", "scope": "运输", "secret": "内部"})
    assert [one.name for one in prefill(shelf, fields=["legal_representative"]).fields] == ["legal_representative"]
    whole = repr(prefill(shelf, item="PD-E-007"))
    assert "王建国" in whole
    assert "运输" not in whole.replace("恒通运输", "")
    assert "内部" not in whole
    with pytest.raises(NotInForm, match="nothing was told"):
        prefill(shelf, fields=["legal_representative", "marital_status"])
    with pytest.raises(NotInForm):
        prefill(shelf, PERSON)


def test_of_a_subject_only_what_anything_tells_is_listed(shelf: Library) -> None:
    add_feeds(shelf)
    add(shelf, shelf.add_subject(), face={"legal_representative": "王建国"})
    for known_at in (None, NOW):
        told = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, known_at, TODAY, NOW).fields
        names = {"organisation_name", "credit_code", "registration_authority", "legal_representative"}
        assert {one.name for one in told} == names


def test_a_wrong_question_is_told_apart(shelf: Library) -> None:
    with pytest.raises(NotFound):
        prefill(shelf, item="PD-X-999")
    with pytest.raises(WrongQuestion):
        prefill(shelf, "91370283MA3N0A9C6X")


def test_a_term_that_ends_today_still_counts(shelf: Library) -> None:
    add_feeds(shelf)
    add(
        shelf,
        shelf.add_subject(),
        open_ended=False,
        valid_to=date(2016, 6, 15),
        face={"legal_representative": "王建国"},
    )
    assert field(shelf, "legal_representative").verdict == "known"


def test_whoever_is_bound_to_the_asked_number_is_told_with_it(shelf: Library) -> None:
    add_feeds(shelf)
    asked, bound = shelf.add_subject(), shelf.add_subject("曾用代码", "MA3N0A9C6", "099")
    add(shelf, bound, face={"legal_representative": "王建国"})
    assert field(shelf, "legal_representative").value is None
    shelf.change(
        """insert into subject_groups (group_id, subject_id, known_from)
           select 1, id, :now from unnest(cast(:ids as bigint[])) as id""",
        ids=[asked, bound],
        now=NOW,
    )
    assert field(shelf, "legal_representative").value == "王建国"

"""One person or organisation once: bound by decisions, never by name, reversible, exact in two times."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from question_makers import COMPANY, NOW, OLD_COUNTY_PERSON, PERSON, TODAY, Library
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from subject_makers import PASSPORT, bind, committed, fifteen, keep_apart, resident_number, undo

from license_library.answers import HeldAnswer, VerifyAnswer
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.asking.refusals import NotDecidable, NotSettled
from license_library.checklist.checklist import answer_checklist
from license_library.licenses.held_as_of import held_as_of
from license_library.pairs.pair_entries import PairEntry, begin_deciding, write_entries
from license_library.pairs.subject_decisions import PairOrder, decide_pair
from license_library.search.lookup import find_licenses
from license_library.search.searches import PAGES
from license_library.sharing.shared_licenses import find_by_holder
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license
from schemas.errors import NotFound, RequestError

DECIDE = {"same": bind, "different": keep_apart}
LATER = NOW + timedelta(days=1)


@pytest.fixture
def shelf(database: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give a library whose decisions are committed one by one."""
    with database.connect() as conn:
        yield Library(conn, keyring)


@pytest.fixture
def people(shelf: Library) -> list[int]:
    """Give one resident number and three passports, each with a license, and their feed."""
    shelf.add_feed()
    made = [shelf.add_subject("王五", PERSON, "111")]
    made += [shelf.add_subject(f"王五{number}", f"E1234567{number}", PASSPORT) for number in range(3)]
    for number, subject in enumerate(made):
        shelf.add_license(subject, license_number=f"L{number}", holder_name="王五")
    return made


def found(shelf: Library, code: str = PERSON, code_type: str = "111") -> dict[str, str | None]:
    """Return the numbers of the licenses that a search by code finds, and how each fits."""
    terms = SearchTerms(holder_code=code, holder_code_type=code_type)
    return {hit.license_number: hit.fit for hit in find_licenses(shelf.conn, shelf.keyring, terms, TODAY, LATER).hits}


def held(shelf: Library, known_at: datetime, code: str = PERSON, code_type: str = "111") -> HeldAnswer:
    return held_as_of(shelf.conn, shelf.keyring, code, code_type, TODAY, known_at, TODAY, LATER)


def numbers(answer: HeldAnswer) -> set[str]:
    return {one.license_number for one in answer.licenses}


def test_every_question_from_a_number_sees_the_licenses_of_all_that_are_bound(
    shelf: Library, people: list[int]
) -> None:
    first, second = bind(shelf, people[0], people[1]), bind(shelf, people[1], people[2])
    assert found(shelf) == {"L0": "holder_code", "L1": "bound_holder", "L2": "bound_holder"}
    assert found(shelf, "E12345671", PASSPORT) == {"L0": "bound_holder", "L1": "bound_holder", "L2": "holder_code"}
    assert found(shelf, "E12345670", PASSPORT).keys() == {"L0", "L1", "L2"}
    answer = held(shelf, LATER)
    assert numbers(answer) == {"L0", "L1", "L2"}
    assert [one.decision_ids for one in answer.bound_holders] == [[first], [first, second]]
    said = next(one.bound_words for one in answer.licenses if one.license_number == "L2")
    assert said is not None
    assert "普通护照 E1*****71 名下" in said.zh
    assert f"decision {first} of 张工" in said.en
    assert f"decision {second} of 张工" in said.en
    shared = find_by_holder(
        shelf.conn, [shelf.read("select holder_hash from subjects where code_type = '111'")[0]], "bizlic", None, TODAY
    )
    assert {row.license_number for row in shared} == {"L0", "L1", "L2"}


def test_an_organisation_code_finds_what_is_held_under_an_old_registration_number(shelf: Library) -> None:
    shelf.add_feed()
    company, old = shelf.add_subject(), shelf.add_subject(code="370283200001234", code_type="099")
    shelf.add_license(company, license_number="new")
    shelf.add_license(old, license_number="old")
    shelf.make_keys()
    bind(shelf, company, old)
    answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(text=COMPANY[8:17]), TODAY, LATER)
    assert {hit.license_number: hit.fit for hit in answer.hits} == {"new": "organisation_code", "old": "bound_holder"}
    assert [one.subject_id for one in answer.bound_holders] == [old]


def test_a_number_on_a_license_is_verified_by_another_number_of_the_same_holder(
    shelf: Library, people: list[int]
) -> None:
    def verified(**values: str) -> VerifyAnswer:
        question = VerifyQuestion(license_type="bizlic", license_number="L1", values=values)
        return verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)

    assert verified(holder_code=PERSON).verdict == "mismatch"
    decision = bind(shelf, people[0], people[1])
    answer = verified(holder_code=PERSON, holder_code_type="111")
    assert answer.verdict == "confirmed"
    assert f"decision {decision} of 张工" in answer.reasons[-1].en
    assert verified(holder_code=OLD_COUNTY_PERSON).verdict == "mismatch"
    assert verified(holder_code=PERSON, holder_code_type="414").verdict == "mismatch"


def test_another_number_of_one_holder_does_not_go_with_the_name_of_another(shelf: Library, people: list[int]) -> None:
    company = shelf.add_subject()
    license_id = shelf.add_license(company, license_number="S1")
    shelf.add_holders(license_id, (company, "平度市恒通运输有限公司", None), (people[1], "王五", None))
    bind(shelf, people[0], people[1])

    def verified(name: str, number: str) -> str:
        question = VerifyQuestion(
            license_type="bizlic", license_number="S1", values={"holder_name": name, "holder_code": number}
        )
        return verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW).verdict

    names, numbers = ("平度市恒通运输有限公司", "王五"), (COMPANY, PERSON)
    verdicts = [[verified(name, number) for number in numbers] for name in names]
    assert verdicts == [["confirmed", "mismatch"], ["mismatch", "confirmed"]]


def test_a_holder_listed_under_two_numbers_is_met_by_either(shelf: Library, people: list[int]) -> None:
    license_id = shelf.add_license(people[0], license_number="S1")
    shelf.add_holders(license_id, (people[0], "王五", None), (people[1], "WANG WU", None))
    bind(shelf, people[0], people[1])
    values = {"holder_name": "WANG WU", "holder_code": PERSON, "holder_code_type": "111"}
    question = VerifyQuestion(license_number="S1", values=values)
    answer = verify_license(shelf.conn, shelf.keyring, question, TODAY, NOW)
    assert answer.verdict == "confirmed"
    assert "普通护照" in answer.reasons[-1].zh


def test_what_waits_under_another_number_counts(shelf: Library, people: list[int]) -> None:
    hashes = shelf.read("select holder_hash from subjects where subject_id = :id", id=people[3])
    case = shelf.add_case(holder_hashes=hashes)
    shelf.change("delete from licenses where subject_id = any(:ids)", ids=[people[0], people[3]])
    item = shelf.read("select item_code from item_materials where license_type = 'bizlic' order by item_code limit 1")[
        0
    ]

    def waiting() -> list[int]:
        answer = answer_checklist(shelf.conn, shelf.keyring, item, PERSON, "111", TODAY, LATER)
        return next(one.quarantine_ids for one in answer.materials if one.license_type == "bizlic")

    assert waiting() == []
    request = shelf.read("select license_id from licenses limit 1")
    with pytest.raises(RequestError, match="no license of the two"):
        bind(shelf, people[0], people[3], license_ids=request)
    bind(shelf, people[0], people[3], license_ids=[], request_id=_correction(shelf, quarantine_id=case))
    assert waiting() == [case]
    advice = find_licenses(shelf.conn, shelf.keyring, SearchTerms(holder_code=PERSON), TODAY, LATER).advice
    assert advice[0].code == "search.in_quarantine"


def _correction(shelf: Library, **about: int) -> int:
    (name,) = about
    shelf.change(
        f"""insert into correction_requests (department, feed, record_id, {name}, field, basis, asked_by, asked_at,
             due_on, state) values ('market_regulation', 'licenses', 'R', :{name}, 'holder_code', 'b', 'w', now(), now(), 'open')""",
        **about,
    )
    return int(shelf.read("select max(request_id) from correction_requests")[0])


def test_a_correction_request_proves_something_of_those_only_whom_it_is_about(
    shelf: Library, people: list[int]
) -> None:
    hashes = shelf.read("select holder_hash from subjects where subject_id = :id", id=people[3])
    licenses = shelf.read("select license_id from licenses order by license_id")
    requests = [
        _correction(shelf, license_id=licenses[0]),
        _correction(shelf, license_id=licenses[2]),
        _correction(shelf, quarantine_id=shelf.add_case(holder_hashes=hashes)),
    ]
    strangers = [shelf.add_subject("王五", resident_number(number), "111") for number in range(2)]
    for request in requests:
        with pytest.raises(RequestError, match="about the two"):
            bind(shelf, *strangers, license_ids=[], request_id=request)
    assert shelf.read("select 1 from subject_decisions") == []
    for other, request in zip(people[1:], requests, strict=True):
        bind(shelf, people[0], other, license_ids=[], request_id=request)


def test_the_checklist_rests_on_a_license_under_another_number_and_says_so(shelf: Library, people: list[int]) -> None:
    shelf.change("delete from licenses where subject_id = :id", id=people[0])
    decision = bind(shelf, people[0], people[1])
    item = shelf.read("select item_code from item_materials where license_type = 'bizlic' order by item_code limit 1")[
        0
    ]
    answer = answer_checklist(shelf.conn, shelf.keyring, item, PERSON, "111", TODAY, NOW)
    verdict = next(one for one in answer.materials if one.license_type == "bizlic")
    assert verdict.verdict == "held"
    assert verdict.license is not None
    assert verdict.license.bound_words is not None
    assert f"第 {decision} 号认定（张工，2016-06-15）" in verdict.license.bound_words.zh
    assert [one.subject_id for one in answer.bound_holders] == [people[1]]


def test_the_checklist_says_that_another_number_waits_for_a_decision(shelf: Library, people: list[int]) -> None:
    def undecided() -> int:
        answer = answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", PERSON, "111", TODAY, NOW)
        return answer.subject.undecided_count

    assert undecided() == 0
    with committed(shelf):
        pair = {"subject_id": people[0], "other_id": people[1], "decision": "proposed"}
        at = begin_deciding(shelf.conn, lambda: NOW)
        write_entries(shelf.conn, [PairEntry(**pair), PairEntry(**pair | {"other_id": people[2]})], at)
    assert undecided() == 2
    keep_apart(shelf, people[0], people[1], LATER)
    assert undecided() == 1


def test_an_answer_about_before_the_decision_stays_as_it_was(shelf: Library, people: list[int]) -> None:
    before = held(shelf, NOW - timedelta(hours=1))
    decision = bind(shelf, people[0], people[1], NOW)
    assert numbers(held(shelf, NOW - timedelta(microseconds=1))) == {"L0"}
    assert numbers(held(shelf, NOW)) == {"L0", "L1"}
    undo(shelf, decision, NOW + timedelta(hours=2))
    assert numbers(held(shelf, NOW + timedelta(hours=1))) == {"L0", "L1"}
    assert numbers(held(shelf, NOW + timedelta(hours=2))) == {"L0"}
    assert found(shelf) == {"L0": "holder_code"}
    again = held(shelf, NOW - timedelta(hours=1))
    assert (again.licenses, again.bound_holders) == (before.licenses, before.bound_holders)


def test_licenses_and_subjects_are_never_rewritten(shelf: Library, people: list[int]) -> None:
    kept = {
        table: shelf.read(f"select t::text from {table} t order by 1")
        for table in ("subjects", "licenses", "license_versions")
    }
    undo(shelf, bind(shelf, people[0], people[1]))
    bind(shelf, people[0], people[1], LATER)
    assert kept == {table: shelf.read(f"select t::text from {table} t order by 1") for table in kept}
    with pytest.raises(Exception, match="append-only"), shelf.conn.begin_nested():
        shelf.change("update subject_decisions set decision = 'none'")
    assert shelf.read("select decision from subject_decisions order by decision_id") == ["same", "none", "same"]


def test_the_strongest_number_stands_for_the_group(shelf: Library, people: list[int]) -> None:
    bind(shelf, people[2], people[1])
    assert set(shelf.read("select group_id from subject_groups where known_to is null")) == {people[1]}
    bind(shelf, people[0], people[2])
    assert set(shelf.read("select group_id from subject_groups where known_to is null")) == {people[0]}
    assert len(shelf.read("select subject_id from subject_groups where known_to is null")) == 3


def test_a_decision_that_contradicts_another_is_refused_and_changes_nothing(shelf: Library, people: list[int]) -> None:
    bind(shelf, people[0], people[1])
    apart = keep_apart(shelf, people[0], people[2])
    with pytest.raises(NotDecidable, match=f"decision {apart} says"):
        bind(shelf, people[1], people[2])
    with pytest.raises(NotDecidable, match="undo it first"):
        bind(shelf, people[0], people[2])
    assert found(shelf).keys() == {"L0", "L1"}
    undo(shelf, apart)
    bind(shelf, people[1], people[2], LATER)
    with pytest.raises(NotDecidable):
        keep_apart(shelf, people[0], people[2], LATER)
    assert found(shelf).keys() == {"L0", "L1", "L2"}


def test_a_clock_that_runs_backwards_orders_no_decision_before_an_earlier_one(
    shelf: Library, people: list[int]
) -> None:
    undo(shelf, bind(shelf, people[0], people[1], LATER), NOW)
    assert shelf.read("select decided_at from subject_decisions order by decision_id") == [LATER, LATER]
    assert shelf.read("select count(*) from subject_groups where known_to < known_from") == [0]
    assert numbers(held(shelf, LATER)) == {"L0"}


def test_an_instant_is_not_settled_while_a_decision_about_it_is_under_way(
    shelf: Library, people: list[int], database: Engine
) -> None:
    shelf.conn.commit()
    order = PairOrder(decision="different", who="张工", reason="查明为两人")
    with database.connect() as other:
        decide_pair(other, shelf.keyring, people[0], people[1], order, lambda: NOW)
        with pytest.raises(NotSettled):
            held(shelf, NOW)
        assert numbers(held(shelf, NOW - timedelta(seconds=1))) == {"L0"}
        other.commit()
    assert numbers(held(shelf, NOW)) == {"L0"}


def test_two_that_decide_at_once_wait_for_each_other(shelf: Library, people: list[int], database: Engine) -> None:
    shelf.conn.commit()
    order = PairOrder(decision="different", who="张工", reason="查明为两人")
    pair = (shelf.keyring, people[0], people[1], order, lambda: NOW)
    with database.connect() as other:
        decide_pair(other, *pair)
        shelf.change("set local lock_timeout = '100ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            decide_pair(shelf.conn, *pair)
        shelf.conn.rollback()
        other.commit()
    with pytest.raises(NotDecidable):
        decide_pair(shelf.conn, *pair)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"who": " "}, RequestError),
        ({"reason": ""}, RequestError),
        ({"reason": "x" * 501}, RequestError),
        ({"license_ids": []}, RequestError),
        ({"license_ids": [999_999]}, RequestError),
        ({"license_ids": [], "request_id": 999}, RequestError),
    ],
)
def test_a_decision_without_a_name_a_reason_or_proof_is_refused(
    shelf: Library, people: list[int], changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        bind(shelf, people[0], people[1], **changes)
    assert shelf.read("select 1 from subject_decisions") == []


def test_a_person_is_no_organisation_and_nobody_is_two(shelf: Library, people: list[int]) -> None:
    company = shelf.add_subject("王五", COMPANY)
    with pytest.raises(NotDecidable, match="an organisation"):
        bind(shelf, people[0], company)
    with pytest.raises(RequestError):
        bind(shelf, people[0], people[0])
    with pytest.raises(NotFound):
        bind(shelf, people[0], 999_999)


def test_hundreds_of_the_same_name_stay_apart(shelf: Library) -> None:
    shelf.add_feed()
    for number in range(300):
        subject = shelf.add_subject("张伟", resident_number(number), "111")
        shelf.add_license(subject, license_number=f"L{number}", holder_name="张伟")
    assert found(shelf, resident_number(7)) == {"L7": "holder_code"}
    assert shelf.read("select 1 from subject_decisions union all select 1 from subject_groups") == []


def test_a_doubted_form_of_a_number_is_no_longer_the_same_number(shelf: Library) -> None:
    shelf.add_feed()
    new, old = (
        shelf.add_subject("王五", OLD_COUNTY_PERSON, "111"),
        shelf.add_subject("王 五", fifteen(OLD_COUNTY_PERSON), "111"),
    )
    shelf.add_license(new, license_number="new")
    shelf.add_license(old, license_number="old")
    both = {"new", "old"}
    assert found(shelf, OLD_COUNTY_PERSON).keys() == found(shelf, fifteen(OLD_COUNTY_PERSON)).keys() == both
    assert {matches(shelf, OLD_COUNTY_PERSON, number) for number in both} == {True}
    decision = keep_apart(shelf, new, old)
    assert [matches(shelf, OLD_COUNTY_PERSON, number) for number in ("new", "old")] == [True, False]
    assert [matches(shelf, fifteen(OLD_COUNTY_PERSON), number) for number in ("new", "old")] == [False, True]
    assert found(shelf, OLD_COUNTY_PERSON).keys() == {"new"}
    assert found(shelf, fifteen(OLD_COUNTY_PERSON)).keys() == {"old"}
    assert numbers(held(shelf, NOW - timedelta(hours=1), OLD_COUNTY_PERSON)) == both
    assert numbers(held(shelf, NOW, OLD_COUNTY_PERSON)) == {"new"}
    undo(shelf, decision)
    assert found(shelf, OLD_COUNTY_PERSON).keys() == both


def matches(shelf: Library, code: str, number: str) -> bool | None:
    """Return whether verification says that the license of this number is held under a code."""
    asked = VerifyQuestion(license_type="bizlic", license_number=number, values={"holder_code": code})
    return verify_license(shelf.conn, shelf.keyring, asked, TODAY, NOW).matches


class Model:
    """Know only the words of each pair, in the order in which they were said."""

    def __init__(self) -> None:
        self.said: list[tuple[datetime, frozenset[int], str, int]] = []

    def standing(self, at: datetime) -> dict[frozenset[int], str]:
        return {pair: word for when, pair, word, _ in self.said if when <= at}

    def group(self, one: int, at: datetime) -> set[int]:
        same = [pair for pair, word in self.standing(at).items() if word == "same"]
        group, grown = {one}, True
        while grown:
            more = group.union(*(pair for pair in same if pair & group))
            group, grown = more, more != group
        return group

    def is_sound(self, at: datetime) -> bool:
        apart = [pair for pair, word in self.standing(at).items() if word == "different"]
        return not any(pair <= self.group(min(pair), at) for pair in apart)


@pytest.mark.parametrize("seed", range(3))
def test_random_decisions_answer_as_a_plain_model_at_any_instant(shelf: Library, seed: int) -> None:
    dice, model, at = random.Random(seed), Model(), NOW
    shelf.add_feed()
    codes = [
        (resident_number(seed * 50 + one), "111") if one % 2 else (f"E7654{seed}{one:02}", PASSPORT) for one in range(9)
    ]
    subjects = [shelf.add_subject(f"甲{number}", *code) for number, code in enumerate(codes)]
    for number, subject in enumerate(subjects):
        shelf.add_license(subject, license_number=f"L{number}", known_from=NOW - timedelta(days=9))
    licenses = {subject: f"L{number}" for number, subject in enumerate(subjects)}
    pairs = [frozenset(pair) for pair in combinations(subjects, 2)]
    refused = 0
    for _ in range(70):
        at += timedelta(minutes=dice.randrange(3))
        pair = dice.choice(pairs)
        stands = model.standing(at).get(pair, "none")
        word = "none" if stands in ("same", "different") else dice.choice(("same", "same", "different"))
        last = next((number for _, one, _, number in reversed(model.said) if one == pair), 0)
        model.said.append((at, pair, word, 0))
        sound = model.is_sound(at)
        try:
            number = undo(shelf, last, at) if word == "none" else DECIDE[word](shelf, *pair, at)
        except NotDecidable:
            model.said.pop()
            refused += 1
            assert not sound
            continue
        assert sound
        model.said[-1] = (at, pair, word, number)
    assert refused
    for _ in range(150):
        moment, place = NOW + timedelta(seconds=dice.randrange(-60, 100 * 60)), dice.randrange(9)
        expected = {licenses[one] for one in model.group(subjects[place], moment)}
        known = held_as_of(shelf.conn, shelf.keyring, *codes[place], TODAY, moment, TODAY, NOW + timedelta(days=9))
        assert numbers(known) == expected, (seed, moment, place)
    for place, code in enumerate(codes):
        assert found(shelf, *code).keys() == {licenses[one] for one in model.group(subjects[place], at)}


def test_a_holder_bound_to_nobody_costs_no_further_statement(shelf: Library, people: list[int]) -> None:
    asked: list[str] = []
    event.listen(shelf.conn, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert found(shelf) == {"L0": "holder_code"}
    assert len(asked) == 2, asked  # what is held, and what waits
    assert "subject_groups" in str(PAGES["holder_code"].first)

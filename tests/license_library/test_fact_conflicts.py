"""Conflicts are exactly those facts that differ after normal form; what was decided holds until a value changes."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import date, timedelta
from typing import Any

import pytest
from question_makers import COMPANY, NOW, OLD_COUNTY_PERSON, PERSON, TODAY, Library
from sqlalchemy import Connection, Engine, text
from subject_makers import fifteen

from license_library.answers import ConflictDetail, FactField
from license_library.asking.questions import ConflictFilter
from license_library.asking.refusals import NotDecidable, WrongQuestion
from license_library.catalogue.calendar import seed_calendar
from license_library.facts import conflict_list, conflict_search
from license_library.facts.conflict_decisions import ConflictDecision, decide_conflict, prefer_source
from license_library.facts.conflict_list import list_conflicts, show_conflict
from license_library.facts.prefill import answer_prefill
from license_library.quarantine.corrections import answer_correction
from schemas.catalogue.workdays import announced_days
from schemas.errors import NotFound, RequestError

ELEMENT = "legal_representative"
SPELLINGS = {"王建国": "王建国", "王 建国": "王建国", "王建国\u200b": "王建国", "李伟": "李伟"}
DEPARTMENTS = {"bizlic": "market_regulation", "hr": "human_resources", "seed": "agriculture"}

WAITING = text("""
select pid from pg_locks join pg_database on oid = database and datname = current_database() where not granted
""")


@pytest.fixture
def city(shelf: Library) -> Library:
    """Give a library in which three departments deliver what tells a legal representative."""
    for kind, department in DEPARTMENTS.items():
        shelf.add_feed(department, (kind,))
    seed_calendar(shelf.conn, list(announced_days()))
    return shelf


def add(city: Library, subject: int, kind: str, value: str | None, **changes: Any) -> int:
    """Write a license that tells a legal representative."""
    told = {"license_type": kind, "department": DEPARTMENTS[kind], "open_ended": True, "holder_name": "同名"}
    return city.add_license(subject, **{**told, "face": {ELEMENT: value}, **changes})


def differ(city: Library, **values: str) -> tuple[int, dict[str, int]]:
    """Write a company about which departments say these values."""
    subject = city.add_subject()
    return subject, {kind: add(city, subject, kind, value) for kind, value in values.items()}


def listed(city: Library, today: date = TODAY, **wanted: Any) -> list[tuple[int, str]]:
    """List every conflict, page after page."""
    found, after = [], None
    while True:
        answer = list_conflicts(city.conn, city.keyring, ConflictFilter(**wanted, after=after), today, NOW)
        found += [(one.subject_id, one.element) for one in answer.conflicts]
        after = answer.next
        if after is None:
            return found


def decide(city: Library, subject: int, action: str, element: str = ELEMENT, **facts: Any) -> None:
    """Decide as a steward does who has just looked at the conflict."""
    mark = show_conflict(city.conn, city.keyring, subject, element, TODAY, NOW).mark
    decision = ConflictDecision(action=action, **{"who": "张工", "note": "查过档案", "mark": mark, **facts})
    decide_conflict(city.conn, city.keyring, subject, element, decision, TODAY, NOW)


def over(city: Library, conn: Connection) -> Library:
    """Return the same library over another connection."""
    other = copy(city)
    other.conn = conn
    return other


def shown(city: Library, subject: int, today: date = TODAY) -> ConflictDetail:
    """Show the conflict."""
    return show_conflict(city.conn, city.keyring, subject, ELEMENT, today, NOW)


def filled(city: Library, today: date = TODAY) -> FactField:
    """Ask for the field of a form."""
    answer = answer_prefill(city.conn, city.keyring, "PD-E-005", COMPANY, None, [ELEMENT], today, NOW)
    return answer.fields[0]


@pytest.mark.parametrize("seed", range(8))
def test_conflicts_are_exactly_the_facts_that_differ(city: Library, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr(conflict_search, "WINDOW", (1, 2, 5, 2_000)[seed % 4])
    expected = []
    for number in range(14):
        subject = city.add_subject("同名", f"9137028300000{number:05}")
        standing = set()
        for _ in range(dice.randint(2, 5)):
            value = dice.choice((*SPELLINGS, "李伟", "李伟", None))
            status = dice.choice(("valid", "valid", "valid", "valid", "suspended", "expired", "cancelled"))
            ended = {"open_ended": False, "valid_to": TODAY - timedelta(days=1)}
            term = dice.choice(({}, {}, {}, {}, ended, {"valid_from": TODAY + timedelta(days=1)}))
            add(city, subject, dice.choice(tuple(DEPARTMENTS)), value, status=status, **term)
            if value and status in {"valid", "suspended"} and not term:
                standing.add(SPELLINGS[value])
        if len(standing) > 1:
            expected.append((subject, ELEMENT))
    assert expected
    assert listed(city, limit=dice.choice((1, 3, 100))) == expected
    assert listed(city, state="open", element=ELEMENT) == expected
    assert listed(city, state="settled") == []


def test_no_conflict_is_lost_between_two_pages(city: Library) -> None:
    found = []
    for number in range(3):
        found.append(city.add_subject("同名", f"9137028300000{number:05}"))
        add(city, found[-1], "bizlic", "王建国")
        add(city, found[-1], "hr", "李伟")
    assert listed(city, limit=1) == [(subject, ELEMENT) for subject in found]


def test_a_page_judges_so_many_subjects_at_most_and_the_next_goes_on(
    city: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflict_list, "JUDGED", 2)
    for number in range(5):  # they differ, but one of each is not in force yet
        subject = city.add_subject("同名", f"9137028300000{number:05}")
        add(city, subject, "bizlic", "王建国", valid_from=TODAY + timedelta(days=1))
        add(city, subject, "hr", "李伟")
    last, _ = differ(city, bizlic="王建国", hr="李伟")
    pages, after = [], None
    while not pages or after:
        answer = list_conflicts(city.conn, city.keyring, ConflictFilter(after=after), TODAY, NOW)
        pages.append([one.subject_id for one in answer.conflicts])
        after = answer.next
    assert [page for page in pages if page] == [[last]]
    assert len(pages) >= 3


def test_a_list_is_narrowed_to_an_element_a_department_and_an_owner(city: Library) -> None:
    subject, _ = differ(city, bizlic="王建国", hr="李伟")
    assert listed(city, department="human_resources") == [(subject, ELEMENT)]
    assert listed(city, department="agriculture") == []
    assert listed(city, element="founded_on") == []
    decide(city, subject, "assign", owner="李工", note="")
    assert listed(city, owner="李工") == [(subject, ELEMENT)]
    assert listed(city, owner="王工") == []
    with pytest.raises(RequestError, match="no element"):
        listed(city, element="colour")
    with pytest.raises(WrongQuestion):
        listed(city, limit=0)


def test_a_list_names_nobody_and_the_conflict_itself_does(city: Library) -> None:
    subject, _ = differ(city, bizlic="王建国", hr="李伟")
    (one,) = list_conflicts(city.conn, city.keyring, ConflictFilter(), TODAY, NOW).conflicts
    assert [fact.value for fact in one.facts] == ["王**", "李*"]
    assert COMPANY not in repr(one)
    assert [fact.value for fact in shown(city, subject).conflict.facts] == ["王建国", "李伟"]


def test_a_person_whose_card_says_another_birthday_than_the_number_is_found(city: Library) -> None:
    city.add_feed("public_security", ("idcard",))
    card = {"license_type": "idcard", "department": "public_security", "open_ended": True}
    right = city.add_subject("赵六", "370283198505051236", "111")
    wrong = city.add_subject("王五", PERSON, "111")
    city.add_license(right, **card, face={"born_on": "1985年5月5日", "sex": "男"})
    city.add_license(wrong, **card, face={"born_on": "1990-03-08", "sex": "男"})
    assert listed(city) == [(wrong, "birth_date")]
    (one,) = list_conflicts(city.conn, city.keyring, ConflictFilter(), TODAY, NOW).conflicts
    assert one.subject_name == "王*"
    assert {fact.value for fact in one.facts} == {"***"}


def test_a_conflict_of_a_number_of_fifteen_digits_is_not_looked_for_under_the_eighteen_of_somebody_else(
    city: Library,
) -> None:
    city.add_feed("public_security", ("idcard",))
    card = {"license_type": "idcard", "department": "public_security", "open_ended": True}
    old = city.add_subject("王芳", fifteen(OLD_COUNTY_PERSON), "111")
    new = city.add_subject("王勇", OLD_COUNTY_PERSON, "111")
    for subject, ethnicity in ((old, "汉族"), (old, "回族"), (new, "满族")):
        city.add_license(subject, **card, face={"ethnicity": ethnicity})
    assert listed(city) == [(old, "ethnicity")]
    told = show_conflict(city.conn, city.keyring, old, "ethnicity", TODAY, NOW).conflict
    assert {fact.value for fact in told.facts} == {"汉族", "回族"}


def test_a_settled_conflict_fills_the_form_until_a_value_changes(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    assert filled(city).verdict == "conflict"
    decide(city, subject, "settle", license_id=licenses["hr"])
    assert (filled(city).verdict, filled(city).reason, filled(city).value) == ("known", "settled", "李伟")
    assert listed(city, state="settled") == [(subject, ELEMENT)]
    assert listed(city, state="open") == []
    # Told again in another spelling: nothing has changed. Another name: the conflict is open again.
    city.change(
        "update licenses set face = jsonb_build_object('legal_representative', '王　建国') where license_id = :id",
        id=licenses["bizlic"],
    )
    assert filled(city).reason == "settled"
    city.change(
        "update licenses set face = jsonb_build_object('legal_representative', '赵六') where license_id = :id",
        id=licenses["bizlic"],
    )
    assert (filled(city).verdict, shown(city, subject).conflict.state) == ("conflict", "open")


def test_a_settled_conflict_is_open_again_when_the_chosen_source_takes_the_other_value(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    decide(city, subject, "settle", license_id=licenses["hr"])
    swapped = "update licenses set face = jsonb_build_object('legal_representative', cast(:value as text)) where license_id = :id"
    city.change(swapped, id=licenses["bizlic"], value="李伟")
    city.change(swapped, id=licenses["hr"], value="王建国")
    assert filled(city).verdict == "conflict"


def test_a_decision_ends_with_its_last_day_and_can_be_taken_back(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    decide(city, subject, "settle", license_id=licenses["bizlic"], until=TODAY)
    assert filled(city).reason == "settled"
    assert filled(city, TODAY + timedelta(days=1)).verdict == "conflict"
    decide(city, subject, "reopen")
    assert filled(city).verdict == "conflict"
    with pytest.raises(NotDecidable, match="open already"):
        decide(city, subject, "reopen")


def test_a_department_is_asked_through_a_correction_request(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    decide(city, subject, "tell", license_id=licenses["hr"])
    told = shown(city, subject)
    assert told.conflict.state == "told"
    assert listed(city, state="told") == [(subject, ELEMENT)]
    (row,) = city.conn.exec_driver_sql("select * from correction_requests").all()
    assert (row.license_id, row.department, row.field) == (licenses["hr"], "human_resources", f"face.{ELEMENT}")
    sealed = [city.keyring.decrypt(value).decode() for value in (row.seen, row.proposed)]
    assert sealed == ["法定代表人（负责人）：李伟", "法定代表人（负责人）：王建国"]
    answer_correction(city.conn, row.request_id, "confirmed", "人社", "", NOW)
    assert shown(city, subject).conflict.state == "open"
    assert [event.action for event in shown(city, subject).events] == ["told"]


def test_every_decision_stays_with_who_why_and_when(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    decide(city, subject, "assign", owner="李工")
    decide(city, subject, "settle", license_id=licenses["bizlic"], note="以营业执照为准")
    decide(city, subject, "assign", owner="")
    told = shown(city, subject)
    assert [(event.action, event.who, event.owner) for event in told.events] == [
        ("assigned", "张工", "李工"),
        ("settled", "张工", None),
        ("assigned", "张工", None),
    ]
    assert (told.conflict.owner, told.conflict.state, told.events[1].note) == (None, "settled", "以营业执照为准")
    assert "王建国" not in repr(city.conn.exec_driver_sql("select * from fact_decisions").all())


def test_a_value_that_changed_since_it_was_looked_at_is_not_settled(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    seen = shown(city, subject).mark
    city.change(f'update licenses set face = \'{{"{ELEMENT}": "赵国强"}}\' where license_id = {licenses["bizlic"]}')
    for action in ("settle", "tell", "assign"):
        with pytest.raises(NotDecidable, match="has changed since it was shown"):
            decide(city, subject, action, license_id=licenses["bizlic"], mark=seen)
    assert (shown(city, subject).conflict.state, shown(city, subject).events) == ("open", [])
    decide(city, subject, "settle", license_id=licenses["bizlic"])
    assert filled(city).value == "赵国强"


@pytest.mark.parametrize("first", ["assign", "settle", "tell"])
def test_what_somebody_decided_meanwhile_is_not_overridden_unseen(city: Library, first: str) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    seen = shown(city, subject).mark
    decide(city, subject, first, license_id=licenses["bizlic"], owner="李工")
    before = shown(city, subject)
    for action in ("settle", "tell", "reopen", "assign"):
        with pytest.raises(NotDecidable) as refused:
            decide(city, subject, action, license_id=licenses["hr"], owner="王工", mark=seen)
        assert "在您查看之后已有变化" in str(refused.value.zh)
    assert shown(city, subject) == before
    decide(city, subject, "settle", license_id=licenses["hr"], mark=before.mark)
    assert filled(city).value == "李伟"


def test_of_two_who_settle_at_once_the_second_is_refused(city: Library, database: Engine) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    seen = shown(city, subject).mark
    city.conn.commit()

    def settle_elsewhere() -> None:
        with database.begin() as conn:
            decide(over(city, conn), subject, "settle", license_id=licenses["bizlic"], mark=seen)

    with ThreadPoolExecutor(1) as pool, database.connect() as conn, database.connect() as watcher:
        first = over(city, conn)
        decide(first, subject, "settle", license_id=licenses["hr"], mark=seen)
        second = pool.submit(settle_elsewhere)
        while not second.done() and not watcher.execute(WAITING).all():
            time.sleep(0.01)
        conn.commit()
        with pytest.raises(NotDecidable, match="has changed since"):
            second.result(timeout=30)
        assert first.read("select license_id from fact_decisions") == [licenses["hr"]]


def test_a_request_that_was_answered_meanwhile_is_seen_before_the_next_decision(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    decide(city, subject, "tell", license_id=licenses["hr"])
    seen, (request,) = shown(city, subject).mark, city.read("select request_id from correction_requests")
    answer_correction(city.conn, request, "confirmed", "人社", "", NOW)
    with pytest.raises(NotDecidable, match="changed since"):
        decide(city, subject, "reopen", mark=seen)


def test_what_makes_no_sense_is_refused(city: Library) -> None:
    subject, licenses = differ(city, bizlic="王建国", hr="李伟")
    for facts in (
        {"action": "settle", "license_id": licenses["hr"], "note": " "},
        {"action": "settle", "license_id": licenses["hr"], "who": ""},
        {"action": "settle", "license_id": licenses["hr"], "until": TODAY - timedelta(days=1)},
        {"action": "settle", "license_id": licenses["hr"], "note": "长" * 501},
        {"action": "settle", "license_id": licenses["hr"], "mark": ""},
        {"action": "reopen", "mark": ""},
    ):
        with pytest.raises(RequestError, match="nothing was changed"):
            decide(city, subject, **facts)
    with pytest.raises(NotDecidable, match="tells nothing"):
        decide(city, subject, "settle", license_id=999)
    with pytest.raises(NotDecidable, match="tells nothing"):
        decide(city, subject, "settle")
    with pytest.raises(NotFound):
        decide(city, 999, "settle", license_id=1)
    city.change('update licenses set face = face || \'{"legal_representative": "王建国"}\'')
    with pytest.raises(NotDecidable, match="agree"):
        decide(city, subject, "settle", license_id=licenses["hr"])
    assert city.read("select count(*) from fact_decisions") == [0]


def test_another_master_counts_for_everybody_until_it_is_put_back(city: Library) -> None:
    subject, _ = differ(city, bizlic="王建国", hr="李伟")
    prefer_source(city.conn, ELEMENT, "hr.face.legal_representative", "张工", "登记信息滞后", NOW)
    assert (filled(city).value, filled(city).facts[0].is_master) == ("李伟", True)
    assert shown(city, subject).conflict.facts[0].value == "李伟"
    prefer_source(city.conn, ELEMENT, None, "张工", "恢复", NOW)
    assert filled(city).value == "王建国"
    for wrong in (
        ("colour", None, "张工", "w"),
        (ELEMENT, "hr.face.colour", "张工", "w"),
        (ELEMENT, None, "", "w"),
        (ELEMENT, None, "张工", " "),
    ):
        with pytest.raises(RequestError, match="master: "):
            prefer_source(city.conn, *wrong, NOW)

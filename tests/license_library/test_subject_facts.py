"""What is known of a subject, now and then: the past is compared with what was answered when it was the present."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import pytest
from library_makers import NOW, record
from question_makers import COMPANY, IDENTIFIER, PERSON, TODAY, Library
from question_makers import NOW as LATER
from sqlalchemy import Engine, text

from license_library.asking.refusals import WrongQuestion
from license_library.facts.subject_facts import facts_of_subject
from license_library.storage.keyring import Keyring
from schemas.errors import RequestError

HOLDERS = {COMPANY: "001", PERSON: "111", "370283198505051236": "111"}
PEOPLE = {PERSON: "王五", "370283198505051236": "赵六", COMPANY: "平度市恒通运输有限公司"}


def values(library: Engine, keyring: Keyring, code: str, known_at: Any, now: Any) -> dict[str, list[str]]:
    """Ask what is known, and keep every value in force."""
    with library.connect() as conn:
        answer = facts_of_subject(conn, keyring, code, None, None, None, known_at, now.date(), now)
    told = {one.name: sorted(fact.value for fact in one.facts if fact.in_force) for one in answer.fields}
    return {name: found for name, found in told.items() if found}


def a_row(dice: random.Random, number: int, now: Any) -> dict[str, object]:
    """Invent what a department tells of one license: its type stays, whom and what it names changes."""
    kind = ("bizlic", "realestate", "tractor", "hr")[number]
    codes = dice.sample(sorted(HOLDERS), dice.choice((1, 1, 2)))
    entries = [
        {"code": code, "code_type": HOLDERS[code], "name": PEOPLE[code] + dice.choice(("", "甲"))} for code in codes
    ]
    face = {name: f"{name}{dice.randint(1, 2)}" for name in ("legal_representative", "address", "location", "plate")}
    return record(
        record_id=f"R{number}",
        license_type=kind,
        holder_code=codes[0],
        holder_code_type=HOLDERS[codes[0]],
        holder_name=entries[0]["name"],
        holders=json.dumps(entries, ensure_ascii=False) if len(codes) > 1 else None,
        face=json.dumps(face),
        status=dice.choice(("valid", "valid", "suspended", "cancelled")),
        source_updated_at=now - timedelta(minutes=1),
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_was_known_then_is_what_was_answered_then(library: Engine, keyring: Keyring, pull: Any, seed: int) -> None:
    dice = random.Random(seed)
    with library.begin() as conn:  # what the department may deliver
        conn.execute(text("update feeds set license_types = '{bizlic,realestate,tractor,hr}'"))
    answered = []
    for day in range(8):
        now = NOW + timedelta(days=day)
        pull(*[a_row(dice, number, now) for number in dice.sample(range(4), dice.randint(1, 4))], now=now)
        asked_at = now + timedelta(hours=1)
        answered += [(asked_at, code, values(library, keyring, code, None, asked_at)) for code in HOLDERS]
    assert any(len(found) > 4 for _, _, found in answered)
    for asked_at, code, found in answered:
        later = NOW + timedelta(days=30)
        assert values(library, keyring, code, asked_at, later) == found, (seed, asked_at, code)


def test_what_was_true_on_a_day_is_what_its_licenses_told_then(shelf: Library) -> None:
    shelf.add_feed()
    subject = shelf.add_subject()
    kept = shelf.add_license(subject, version_count=2, open_ended=True, face={"address": "新址"})
    shelf.add_former_version(kept, subject, open_ended=True, face={"address": "旧址"})

    def address(on: date | None) -> list[str]:
        answer = facts_of_subject(
            shelf.conn, shelf.keyring, COMPANY, None, ["registered_address"], on, None, TODAY, LATER
        )
        return [fact.value for field in answer.fields for fact in field.facts]

    assert [address(day) for day in (None, date(2016, 6, 1), date(2014, 1, 1))] == [["新址"], ["旧址"], []]


@pytest.mark.parametrize("status", ["valid", "revoked"])
def test_what_is_told_from_a_later_day_on_is_not_told_of_the_days_before(shelf: Library, status: str) -> None:
    shelf.add_feed()
    subject, first_told = shelf.add_subject(), date(2016, 3, 1)
    shelf.add_license(subject, face={"address": "新址"}, changed_on=first_told, status=status, open_ended=True)

    def address(on: date) -> tuple[Any, ...]:
        whole = facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, on, None, TODAY, LATER)
        fields = {field.name: field for field in whole.fields}
        one = fields.get("registered_address")
        return (one.verdict, one.reason, one.value, [fact.value for fact in one.facts]) if one else ()

    told = ("known", None, "新址", ["新址"]) if status == "valid" else ()
    assert (address(first_told), address(date(2016, 6, 1))) == (told, told)
    assert address(date(2016, 2, 29)) == ("unknown", "state_not_known", None, [])
    assert address(date(2014, 1, 1)) == ()  # not issued yet
    wanted = facts_of_subject(
        shelf.conn, shelf.keyring, COMPANY, None, ["registered_address"], date(2016, 2, 29), None, TODAY, LATER
    )
    assert "自 2016-03-01 起" in wanted.fields[0].reason_words.zh


def test_another_license_that_tells_it_of_the_day_is_told(shelf: Library) -> None:
    shelf.add_feed()
    subject = shelf.add_subject()
    shelf.add_license(subject, face={"address": "后址"}, changed_on=date(2016, 3, 1), open_ended=True)
    shelf.add_license(subject, face={"address": "先址"}, open_ended=True)
    answer = facts_of_subject(
        shelf.conn, shelf.keyring, COMPANY, None, ["registered_address"], date(2016, 2, 1), None, TODAY, LATER
    )
    assert [(one.verdict, one.value, len(one.facts)) for one in answer.fields] == [("known", "先址", 1)]


@pytest.mark.parametrize(
    "named",
    [
        {"replaces": "A1"},
        {"replaces": IDENTIFIER},
        {"license_identifier": f"{IDENTIFIER[:-5]}009.X"},
    ],
)
def test_what_another_license_had_replaced_by_a_day_is_not_in_force_then(shelf: Library, named: dict[str, str]) -> None:
    shelf.add_feed()
    subject, since = shelf.add_subject(), date(2016, 3, 1)
    before = {"license_number": "A1", "license_identifier": IDENTIFIER, "open_ended": True, "face": {"address": "旧址"}}
    shelf.add_license(subject, **before)
    after = shelf.add_license(subject, issued_on=since, open_ended=True, face={"address": "新址"}, **named)

    def address(on: date) -> tuple[Any, ...]:
        (one,) = facts_of_subject(
            shelf.conn, shelf.keyring, COMPANY, None, ["registered_address"], on, None, TODAY, LATER
        ).fields
        return one.verdict, one.reason, one.value

    assert address(date(2016, 2, 29)) == ("known", None, "旧址")
    assert address(since) == ("known", None, "新址")
    shelf.change("update licenses set status = 'draft' where license_id = :after", after=after)
    assert address(since) == ("known", None, "旧址")
    shelf.change("update licenses set status = 'valid', face = null where license_id = :after", after=after)
    assert address(since) == ("stale", "replaced", "旧址")


def test_of_the_past_nothing_is_said_of_how_fresh_a_feed_is_today(shelf: Library) -> None:
    shelf.add_feed(fresh_at=NOW - timedelta(days=9))
    shelf.add_license(shelf.add_subject(), face={"address": "旧址"}, open_ended=True)

    def sources(on: date | None) -> list[Any]:
        (one,) = facts_of_subject(
            shelf.conn, shelf.keyring, COMPANY, None, ["registered_address"], on, None, TODAY, LATER
        ).fields
        return [one.source, *(fact.source for fact in one.facts)]

    assert [source and source.freshness for source in sources(None)] == ["silent", "silent"]
    assert sources(date(2016, 6, 1)) == [None, None]


def test_only_elements_of_such_a_subject_can_be_asked_for(shelf: Library) -> None:
    with pytest.raises(RequestError, match="no element 'sex'"):
        facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, ["sex"], None, None, TODAY, LATER)


def test_a_number_where_an_element_is_wanted_is_not_repeated(shelf: Library) -> None:
    for wanted, told in (("370283199003077211", False), ("no_such_element", True)):
        with pytest.raises(RequestError) as refused:
            facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, [wanted], None, None, TODAY, NOW)
        assert [wanted in said for said in (str(refused.value), refused.value.zh)] == [told] * 2


def test_what_is_known_of_a_day_to_come_is_no_question_about_the_past(library: Engine, keyring: Keyring) -> None:
    ask = (COMPANY, None, None, TODAY + timedelta(days=1), None, TODAY, LATER)
    with library.connect() as conn, pytest.raises(WrongQuestion) as refused:
        facts_of_subject(conn, keyring, *ask)
    assert refused.value.reason == "search.day_to_come"
    assert str(refused.value).startswith("day: ")

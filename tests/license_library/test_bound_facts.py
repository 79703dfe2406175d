"""Facts under another number of their holder: told with the decision that binds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from question_makers import COMPANY, NOW, TODAY, Library
from sqlalchemy import Engine
from subject_makers import bind, undo
from test_fact_conflicts import DEPARTMENTS, ELEMENT, add, decide, filled, listed, shown

from license_library.asking.questions import ConflictFilter
from license_library.facts.conflict_list import list_conflicts
from license_library.facts.prefill import answer_prefill
from license_library.facts.subject_facts import facts_of_subject
from license_library.storage.keyring import Keyring

ITEM = "PD-E-005"


@pytest.fixture
def city(database: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give a library of three departments whose decisions are committed one by one."""
    with database.connect() as conn:
        library = Library(conn, keyring)
        for kind, department in DEPARTMENTS.items():
            library.add_feed(department, (kind,))
        yield library


def test_what_is_told_under_another_number_says_by_which_decision(city: Library) -> None:
    asked, other = city.add_subject(), city.add_subject("曾用代码", "MA3N0A9C6", "099")
    add(city, other, "bizlic", "王建国", face={ELEMENT: "王建国", "address": "代码 MA3N0A9C6"})
    add(city, asked, "hr", "王建国")
    decision = bind(city, asked, other)
    later = NOW + timedelta(minutes=1)
    known = (city.conn, city.keyring, COMPANY, None, [ELEMENT])
    answers: dict[str, Any] = {
        "form": answer_prefill(city.conn, city.keyring, ITEM, COMPANY, None, None, TODAY, later),
        "facts": facts_of_subject(*known, None, None, TODAY, later),
        "facts then": facts_of_subject(*known, TODAY, later, TODAY, later),
    }
    for name, answer in answers.items():
        assert [(one.subject_id, one.decision_ids) for one in answer.bound_holders] == [(other, [decision])], name
        told = next(one for one in answer.fields if one.name == ELEMENT).facts
        assert [f"第 {decision} 号认定" in str(one.bound_words) for one in told] == [True, False], name
        assert "MA3N0A9C6" not in str(answer), name


def test_a_list_of_conflicts_says_by_which_decision_a_value_of_another_number_is_told(city: Library) -> None:
    asked, other = city.add_subject(), city.add_subject("曾用代码", "MA3N0A9C6", "099")
    add(city, asked, "bizlic", "李某某", face={ELEMENT: "李某某"})
    add(city, asked, "hr", "王建国")
    add(city, other, "hr", "赵国强")
    decision = bind(city, asked, other)
    found = list_conflicts(city.conn, city.keyring, ConflictFilter(element=ELEMENT), TODAY, NOW + timedelta(minutes=1))
    (one,) = [each for each in found.conflicts if each.subject_id == asked]
    assert [f"第 {decision} 号认定" in str(fact.bound_words) for fact in one.facts].count(True) == 1
    assert "MA3N0A9C6" not in str(found)


def test_a_conflict_settled_under_one_number_is_settled_under_all_of_the_subject(city: Library) -> None:
    asked, other = city.add_subject(), city.add_subject("曾用代码", "MA3N0A9C6", "099")
    add(city, asked, "bizlic", "李某某")
    chosen = add(city, asked, "hr", "王建国")
    decision = bind(city, asked, other)
    decide(city, other, "assign", owner="李工")
    decide(city, other, "settle", license_id=chosen)
    assert (filled(city).reason, filled(city).value) == ("settled", "王建国")
    for number in (asked, other):
        conflict = shown(city, number)
        assert (conflict.conflict.state, conflict.conflict.owner) == ("settled", "李工")
        assert [event.action for event in conflict.events] == ["assigned", "settled"]
    decide(city, asked, "reopen")  # the last word counts, under whichever number it was said
    assert [shown(city, number).conflict.state for number in (asked, other)] == ["open", "open"]
    decide(city, other, "settle", license_id=chosen)
    undo(city, decision)
    assert filled(city).verdict == "conflict"  # what was decided under the other number is another subject's now


def test_values_that_differ_between_two_numbers_of_a_subject_are_one_conflict_of_the_list(city: Library) -> None:
    other, asked = city.add_subject("曾用代码", "MA3N0A9C6", "099"), city.add_subject()
    add(city, asked, "bizlic", "李某某")
    chosen = add(city, other, "hr", "王建国")
    assert listed(city) == []
    bind(city, asked, other)
    assert listed(city) == [(asked, ELEMENT)]  # under the strongest number, once
    decide(city, asked, "settle", license_id=chosen)
    decide(city, other, "assign", owner="李工")
    assert (listed(city, state="open"), listed(city, state="settled")) == ([], [(other, ELEMENT)])
    assert listed(city, owner="李工") == [(other, ELEMENT)]


def test_while_an_older_number_is_not_bound_nobody_says_that_no_license_tells_it(city: Library) -> None:
    def told(code: str, code_type: str | None) -> tuple[str, str | None]:
        answer = answer_prefill(city.conn, city.keyring, ITEM, code, code_type, None, TODAY, NOW)
        return next((one.verdict, one.reason) for one in answer.fields if one.name == ELEMENT)

    assert told(COMPANY, None) == ("applicant_fills", "not_held")
    older = city.add_subject("曾用代码", "MA3N0A9C6", "099")
    add(city, older, "bizlic", "王建国", face={ELEMENT: "王建国"})
    assert told(COMPANY, None) == ("unknown", "other_number")
    assert told("MA3N0A9C6", "099") == ("known", None)
    bind(city, city.add_subject(), older)
    assert told(COMPANY, None) == ("known", None)

"""A resident number of 15 digits and its 18: one holder where the names agree or somebody said so, else two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from question_makers import NOW, OLD_COUNTY_PERSON, TODAY, Library
from sqlalchemy import Engine
from subject_makers import bind, fifteen, keep_apart

from license_library.answers import VerifyAnswer
from license_library.asking.holder_codes import read_holder_code
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.held_as_of import held_as_of
from license_library.search.lookup import find_licenses
from license_library.sharing.shared_licenses import find_by_holder
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license

NEW, OLD = OLD_COUNTY_PERSON, fifteen(OLD_COUNTY_PERSON)


@pytest.fixture
def shelf(database: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give a library with a feed of business licenses, whose rows are committed."""
    with database.connect() as conn:
        library = Library(conn, keyring)
        library.add_feed()
        yield library


def add(shelf: Library, code: str, name: str, **changes: Any) -> int:
    """Write a subject with one business license, whose number says the form it is under."""
    subject = shelf.add_subject(name, code, "111")
    number = {OLD: "old", NEW: "new"}[code]
    values = {"license_number": number, "holder_name": name}
    shelf.add_license(subject, **values, open_ended=True, **changes)
    return subject


def searched(shelf: Library, code: str) -> set[str]:
    answer = find_licenses(shelf.conn, shelf.keyring, SearchTerms(holder_code=code), TODAY, NOW)
    return {hit.license_number for hit in answer.hits}


def shared(shelf: Library, code: str) -> set[str]:
    hashes = read_holder_code(code, "111", TODAY).hashes(shelf.keyring)
    return {row.license_number for row in find_by_holder(shelf.conn, hashes, "bizlic", None, TODAY)}


def held(shelf: Library, code: str, known_at: datetime = NOW) -> set[str]:
    shelf.conn.commit()
    answer = held_as_of(shelf.conn, shelf.keyring, code, "111", None, known_at, TODAY, NOW + timedelta(days=1))
    return {one.license_number for one in answer.licenses}


def verified(shelf: Library, code: str, number: str) -> VerifyAnswer:
    asked = VerifyQuestion(license_number=number, license_type="bizlic", values={"holder_code": code})
    return verify_license(shelf.conn, shelf.keyring, asked, TODAY, NOW)


def listed(shelf: Library, code: str) -> Any:
    items = shelf.read("select item_code from item_materials where license_type = 'bizlic' order by item_code limit 1")
    return answer_checklist(shelf.conn, shelf.keyring, items[0], code, "111", TODAY, NOW)


def test_the_other_form_under_another_name_is_not_the_asked_holder(shelf: Library) -> None:
    add(shelf, OLD, "李秀英")
    add(shelf, NEW, "赵六")
    for code, own in ((NEW, {"new"}), (OLD, {"old"})):
        assert (searched(shelf, code), shared(shelf, code), held(shelf, code)) == (own, own, own)
    verdict = verified(shelf, NEW, "old")
    assert (verdict.verdict, [one.matches for one in verdict.fields]) == ("mismatch", [False])
    assert any("另一形式" in reason.zh for reason in verdict.reasons)
    assert verified(shelf, OLD, "old").verdict == "confirmed"


@pytest.mark.parametrize(("asked", "own"), [(NEW, "赵六"), (OLD, "李秀英")])
def test_the_checklist_names_the_asked_form_and_counts_the_other_as_undecided(
    shelf: Library, asked: str, own: str
) -> None:
    subjects = [add(shelf, OLD, "李秀英", issued_on=date(2016, 1, 1)), add(shelf, NEW, "赵六")]
    answer = listed(shelf, asked)
    best = next(one for one in answer.materials if one.license_type == "bizlic")
    assert (answer.subject.name, answer.subject.undecided_count) == (own, 1)
    assert best.license.license_number == {OLD: "old", NEW: "new"}[asked]
    keep_apart(shelf, *subjects)
    assert listed(shelf, asked).subject.undecided_count == 0


def test_one_name_or_a_decision_makes_both_forms_one_holder(shelf: Library) -> None:
    one, other = add(shelf, OLD, "欧阳·秀英"), add(shelf, NEW, "欧阳 秀英")
    both = {"old", "new"}
    assert (searched(shelf, NEW), shared(shelf, NEW), held(shelf, NEW), held(shelf, OLD)) == (both,) * 4
    assert verified(shelf, NEW, "old").verdict == "confirmed"
    assert listed(shelf, NEW).subject.undecided_count == 0
    shelf.change("update subjects set name = '赵六', name_key = '赵六' where subject_id = :id", id=other)
    assert searched(shelf, NEW) == {"new"}
    bind(shelf, one, other)
    assert (searched(shelf, NEW), shared(shelf, NEW)) == (both, both)
    assert verified(shelf, NEW, "old").verdict == "confirmed"
    assert listed(shelf, NEW).subject.undecided_count == 0


def test_a_form_that_nobody_else_has_is_found_by_the_other(shelf: Library) -> None:
    add(shelf, OLD, "李秀英")
    assert (searched(shelf, NEW), held(shelf, NEW)) == ({"old"}, {"old"})


def test_a_name_that_came_later_does_not_change_what_was_held_as_known_before(shelf: Library) -> None:
    add(shelf, OLD, "李秀英")
    new = add(shelf, NEW, "李秀英", known_from=NOW - timedelta(hours=5))
    before, between = NOW - timedelta(hours=6), NOW - timedelta(hours=4)
    given = {moment: held(shelf, NEW, moment) for moment in (before, between)}
    assert given == {before: {"old"}, between: {"old", "new"}}
    shelf.change("update subjects set name = '赵六', name_key = '赵六' where subject_id = :id", id=new)
    shelf.change(
        """update licenses set holder_name = '赵六', version_count = 2, known_from = :now, source_updated_at = :now
            where subject_id = :id""",
        id=new,
        now=NOW - timedelta(hours=1),
    )
    license_id = shelf.read("select license_id from licenses where subject_id = :id", id=new)[0]
    values = {"license_number": "new", "open_ended": True}
    shelf.add_former_version(
        license_id, new, **values, holder_name="李秀英", known_from=NOW - timedelta(hours=5), known_to=NOW
    )
    assert {moment: held(shelf, NEW, moment) for moment in given} == given
    assert held(shelf, NEW) == {"new"}


def test_the_facts_of_another_name_are_not_the_asked_holders(shelf: Library) -> None:
    add(shelf, OLD, "李秀英")
    shelf.add_subject("赵六", NEW, "111")
    told = facts_of_subject(shelf.conn, shelf.keyring, NEW, "111", None, None, None, TODAY, NOW)
    assert "李秀英" not in str(told)

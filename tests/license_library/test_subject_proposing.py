"""What numbers alone say: bound where the standard makes it certain and the names agree, else put before a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from question_makers import NOW, OLD_COUNTY_PERSON, Library
from sqlalchemy import Engine, text
from subject_makers import bind, committed, fifteen, keep_apart, resident_number, undo

from license_library.pairs.subject_decisions import assign_pair
from license_library.pairs.subject_proposing import Proposed, propose_pairs
from license_library.storage.keyring import Keyring
from schemas.identifiers.credit_code import credit_code_check

ORGANISATION, CREDIT, ELSEWHERE = "MA1B3N1N2", "91230500MA1B3N1N2M", "91370283MA1B3N1N2"
NAME = "平度市恒通运输有限公司"


@pytest.fixture
def library(shelf: Library) -> Library:
    """Give a library with a feed."""
    shelf.add_feed()
    return shelf


def credit_code(body: str) -> str:
    return body + credit_code_check(body)


def proposed(library: Library, keyring: Keyring, again: bool = False) -> list[tuple[Any, ...]]:
    """Return what stands of every pair after a run, and that a second run changes nothing."""
    engine = library.conn.engine
    library.conn.commit()
    propose_pairs(engine, keyring, lambda: NOW)
    statement = "select subject_id, other_id, decision, rule, doubt from subject_decisions order by decision_id"
    with engine.connect() as conn:
        found = [tuple(row) for row in conn.execute(text(statement))]
    if not again:
        assert proposed(library, keyring, again=True) == found
    return found


@pytest.fixture
def shelf(database: Engine, keyring: Keyring) -> Any:
    """Give a library whose rows are committed."""
    with database.connect() as conn:
        yield Library(conn, keyring)


def test_a_number_of_fifteen_digits_is_bound_to_the_one_that_holds_it(library: Library, keyring: Keyring) -> None:
    old, new = (
        library.add_subject("王 五", fifteen(OLD_COUNTY_PERSON), "111"),
        library.add_subject("王五", OLD_COUNTY_PERSON, "111"),
    )
    library.add_subject("王五", resident_number(3), "111")
    assert proposed(library, keyring) == [(old, new, "same", "fifteen_digits", None)]
    assert library.read("select subject_id from subject_groups where group_id = :id", id=new) == [old, new]


def test_another_name_makes_it_a_proposal_and_a_former_name_agrees(library: Library, keyring: Keyring) -> None:
    old, new = (
        library.add_subject("王二", fifteen(OLD_COUNTY_PERSON), "111"),
        library.add_subject("王五", OLD_COUNTY_PERSON, "111"),
    )
    other, renamed = (
        library.add_subject("李四", fifteen(resident_number(5)), "111"),
        library.add_subject("李五", resident_number(5), "111"),
    )
    library.add_former_name(renamed, "李四")
    assert proposed(library, keyring) == [
        (old, new, "proposed", "fifteen_digits", "names_differ"),
        (other, renamed, "same", "fifteen_digits", None),
    ]
    assert library.read("select count(*) from subject_groups") == [2]


@pytest.mark.parametrize("written", [ORGANISATION, "MA1B3N1N-2"])
def test_an_organisation_code_is_bound_to_the_credit_code_that_holds_it(
    library: Library, keyring: Keyring, written: str
) -> None:
    old, new = library.add_subject(NAME, written, "099"), library.add_subject(NAME, CREDIT)
    library.make_keys()
    assert proposed(library, keyring) == [(old, new, "same", "organisation_code", None)]


def test_one_within_two_credit_codes_is_for_a_person_to_say(library: Library, keyring: Keyring) -> None:
    new = library.add_subject(NAME, CREDIT)
    twin, old = library.add_subject(NAME, credit_code(ELSEWHERE)), library.add_subject(NAME, ORGANISATION, "099")
    library.make_keys()
    assert sorted(proposed(library, keyring)) == [
        (new, twin, "proposed", "same_organisation_code", "no_certainty"),
        (new, old, "proposed", "organisation_code", "several"),
        (twin, old, "proposed", "organisation_code", "several"),
    ]


def test_a_tax_number_is_only_proposed(library: Library, keyring: Keyring) -> None:
    new, old = library.add_subject(NAME, CREDIT), library.add_subject(NAME, f"230500{ORGANISATION}", "099")
    library.make_keys()
    assert proposed(library, keyring) == [(new, old, "proposed", "tax_number", "no_certainty")]


def test_the_same_name_proposes_nothing(library: Library, keyring: Keyring) -> None:
    for number in range(200):
        library.add_subject("张伟", resident_number(number), "111")
        library.add_subject("张伟", f"E{number:08}", "414")
        library.add_subject("张伟", fifteen(resident_number(1000 + number)), "111")
        library.add_subject(NAME, f"注册{number}", "099")
    library.make_keys()
    assert proposed(library, keyring) == []


def test_what_a_person_decided_or_undid_is_left_alone(library: Library, keyring: Keyring) -> None:
    old, new = (
        library.add_subject("王五", fifteen(OLD_COUNTY_PERSON), "111"),
        library.add_subject("王五", OLD_COUNTY_PERSON, "111"),
    )
    keep_apart(library, old, new)
    assert [row[2] for row in proposed(library, keyring)] == ["different"]
    other, again = (
        library.add_subject("李五", fifteen(resident_number(5)), "111"),
        library.add_subject("李五", resident_number(5), "111"),
    )
    assert [row[2] for row in proposed(library, keyring)] == ["different", "same"]
    (decision,) = library.read("select max(decision_id) from subject_decisions")
    undo(library, decision, NOW + timedelta(hours=1))
    assert proposed(library, keyring)[2:] == [(other, again, "proposed", "fifteen_digits", "no_certainty")]


def test_an_undone_decision_leaves_the_proposal_with_whoever_looked_after_it(
    library: Library, keyring: Keyring
) -> None:
    old, new = (
        library.add_subject("赵六", fifteen(OLD_COUNTY_PERSON), "111"),
        library.add_subject("王五", OLD_COUNTY_PERSON, "111"),
    )
    assert [row[2:] for row in proposed(library, keyring)] == [("proposed", "fifteen_digits", "names_differ")]
    (proposal,) = library.read("select max(decision_id) from subject_decisions")
    with committed(library):
        assign_pair(library.conn, keyring, proposal, "陈工", "张工", lambda: NOW)
    undo(library, keep_apart(library, old, new))
    last = "select decision || ' ' || owner from subject_decisions order by decision_id desc limit 1"
    assert library.read(last) == ["proposed 陈工"]


def test_a_certain_pair_that_contradicts_a_decision_is_proposed_and_stops_no_other(
    library: Library, keyring: Keyring
) -> None:
    old, new = (
        library.add_subject("王五", fifteen(OLD_COUNTY_PERSON), "111"),
        library.add_subject("王五", OLD_COUNTY_PERSON, "111"),
    )
    passport = library.add_subject("WANG WU", "E12345678", "414")
    library.add_license(new)
    other, again = (
        library.add_subject("李五", fifteen(resident_number(5)), "111"),
        library.add_subject("李五", resident_number(5), "111"),
    )
    bind(library, new, passport)
    keep_apart(library, old, passport)
    assert proposed(library, keyring)[2:] == [
        (old, new, "proposed", "fifteen_digits", "contradicts"),
        (other, again, "same", "fifteen_digits", None),
    ]


def test_a_run_counts_what_it_saw_bound_and_proposed(library: Library, keyring: Keyring) -> None:
    for number, name in ((1, "王五"), (2, "王二")):
        library.add_subject(name, fifteen(resident_number(number)), "111")
        library.add_subject("王五", resident_number(number), "111")
    library.conn.commit()
    told: list[int] = []
    assert propose_pairs(library.conn.engine, keyring, lambda: NOW, told.append) == Proposed(2, 1, 1)
    assert told == [2]

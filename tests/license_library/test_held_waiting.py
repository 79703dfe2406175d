"""What a held batch says and nobody has judged yet: no license is confirmed against it, and nothing in it is denied."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from library_makers import FEED, LEASE, NOW, TOO_MANY, department_entry, feed_entry, record, records_frame
from question_makers import COMPANY, IDENTIFIER, PERSON
from sqlalchemy import Connection, Engine, text

from license_library.asking.holder_codes import read_holder_code
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.asking.waiting_records import count_waiting, count_waiting_of_type
from license_library.catalogue.catalogue_store import load_catalogue
from license_library.catalogue.declared_feeds import register_department
from license_library.checklist.checklist import answer_checklist
from license_library.exchange.checking import hold_exchange
from license_library.exchange.exchanges import Exchange, begin_exchange, finish_landing
from license_library.exchange.staging import stage_records
from license_library.facts.fact_verdicts import judge
from license_library.facts.facts import facts_of, read_rows
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.dossier import get_license
from license_library.licenses.license_now import license_now
from license_library.licenses.reliances import Relying, rely_on
from license_library.merge.listings import note_missed
from license_library.merge.merging import discard_held, release_held
from license_library.search.lookup import find_licenses
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license
from schemas.catalogue.catalogue import load_catalogue as read_catalogue
from schemas.catalogue.elements import load_elements

pytestmark = pytest.mark.usefixtures("both_looks")

TODAY, LATER = NOW.date(), NOW - timedelta(days=1)
OTHER = "91110000600037341L"
Doubts = Callable[[], list[list[str]]]


def told(**changes: Any) -> dict[str, object]:
    """Give a record of the company."""
    face = json.dumps({"legal_representative": "王五"})
    return record(**{"holder_code": COMPANY, "license_number": "A1", "face": face, **changes})


@pytest.fixture
def conn(library: Engine, pull: Callable[..., Any]) -> Iterator[Connection]:
    """Give a connection to a library that holds one good license of a fresh feed."""
    pull(told())
    with library.connect() as connection:
        yield connection


@pytest.fixture
def doubts(conn: Connection, keyring: Keyring) -> Doubts:
    """Give a function that asks everywhere where a doubt is told of that license."""

    def ask() -> list[list[str]]:
        license_id = conn.execute(text("select license_id from licenses")).scalar_one()
        asked = VerifyQuestion(license_type="bizlic", license_number="A1")
        answers = [
            verify_license(conn, keyring, asked, TODAY, NOW).doubts,
            find_licenses(conn, keyring, SearchTerms(number="A1"), TODAY, NOW).hits[0].doubts,
            get_license(conn, keyring, license_id, TODAY, NOW).doubts,
            rely_on(conn, keyring, Relying(license_id, "C-1", None, "window", "case C-1"), TODAY, NOW).doubts,
        ]
        conn.rollback()
        return [[doubt.code for doubt in some] for some in answers]

    return ask


def verdict(conn: Connection, keyring: Keyring, **asked: Any) -> str:
    return verify_license(conn, keyring, VerifyQuestion(**asked), TODAY, NOW).verdict


def fact(conn: Connection, keyring: Keyring) -> tuple[str, str | None]:
    answer = facts_of_subject(conn, keyring, COMPANY, None, ["legal_representative"], None, None, TODAY, NOW)
    return next((one.verdict, one.reason) for one in answer.fields)


def test_what_a_held_batch_says_newer_of_a_license_is_a_doubt_until_somebody_decides(
    conn: Connection, doubts: Doubts, keyring: Keyring, library: Engine, hold: Callable[..., int]
) -> None:
    assert doubts() == [[]] * 4
    held = hold(told(status="revoked", source_updated_at=LATER), told(record_id="R9", license_number="A9"))
    assert doubts() == [["in_quarantine"]] * 4
    assert verdict(conn, keyring, license_type="bizlic", license_number="A1") == "stale"
    license_id = conn.execute(text("select license_id from licenses")).scalar_one()
    assert license_now(conn, license_id, TODAY, NOW).doubt is not None
    assert fact(conn, keyring) == ("stale", "in_quarantine")
    conn.rollback()
    discard_held(library, held, NOW)
    assert doubts() == [[]] * 4
    assert fact(conn, keyring) == ("known", None)


TAKES_AWAY = {
    "its identifier, not good": {"license_identifier": IDENTIFIER, "license_number": "B9", "status": "withdrawn"},
    "its identifier, another holder": {"license_identifier": IDENTIFIER, "license_number": "B9", "holder_code": OTHER},
    "a successor of another": {"replaces": "A1", "license_number": "A2", "holder_code": OTHER},
    "a successor that is not good": {"replaces": IDENTIFIER, "license_number": "A2", "status": "revoked"},
    "a later edition of another": {"license_identifier": IDENTIFIER[:-5] + "002.X", "holder_code": OTHER},
    "that very issue under another key, not good": {"status": "withdrawn"},
    "a later issue, not good": {"issued_on": date(2016, 1, 1), "status": "withdrawn"},
}


@pytest.mark.parametrize("said", TAKES_AWAY)
def test_what_a_held_batch_says_against_a_license_by_another_row_is_a_doubt(
    doubts: Doubts, library: Engine, pull: Callable[..., Any], hold: Callable[..., int], said: str
) -> None:
    pull(told(license_identifier=IDENTIFIER, source_updated_at=LATER))
    held = hold(told(**{"record_id": "R9", "license_number": "A1", **TAKES_AWAY[said]}))
    assert doubts() == [["in_quarantine"]] * 4
    discard_held(library, held, NOW)
    assert doubts() == [[]] * 4


@pytest.mark.parametrize(
    "changes",
    [
        {"license_identifier": IDENTIFIER},  # the very license once more
        {"replaces": "A1", "license_number": "A2"},  # the holder's own successor
        {"license_number": "A1", "status": "expired", "issued_on": date(2012, 1, 1)},  # an earlier issue
        {"license_number": "A1", "status": "withdrawn", "issued_on": date(2016, 1, 1), "license_type": "namepre"},
        {
            "license_number": "A1",
            "status": "withdrawn",
            "issued_on": date(2016, 1, 1),
            "holder_code": OTHER,
            "holder_name": "某",
        },
        {"license_number": "A2", "status": "withdrawn", "replaces": "A3"},
    ],
)
def test_what_a_held_batch_says_of_other_licenses_is_no_doubt(
    doubts: Doubts, pull: Callable[..., Any], hold: Callable[..., int], changes: dict[str, Any]
) -> None:
    pull(told(license_identifier=IDENTIFIER, source_updated_at=LATER))
    hold(told(**{"record_id": "R9", **changes}))
    assert doubts() == [[]] * 4


def test_the_successor_of_all_joint_holders_is_no_doubt_and_one_that_leaves_one_out_is(
    doubts: Doubts, library: Engine, pull: Callable[..., Any], hold: Callable[..., int]
) -> None:
    both = [{"code": COMPANY, "code_type": "001", "name": "甲"}, {"code": PERSON, "code_type": "111", "name": "王五"}]
    pull(told(holders=json.dumps(both), source_updated_at=LATER))
    held = hold(told(record_id="R9", license_number="A2", replaces="A1", holders=json.dumps(both[::-1])))
    assert doubts() == [[]] * 4
    discard_held(library, held, NOW)
    hold(told(record_id="R9", license_number="A2", replaces="A1"))
    assert doubts() == [["in_quarantine"]] * 4


def held_elsewhere(library: Engine, keyring: Keyring, row: dict[str, object]) -> None:
    """Let a batch of another department wait."""
    with library.begin() as conn:
        register_department(conn, department_entry(department="transport", name="交通"), [feed_entry()], NOW)
    exchange = begin_exchange(library, "transport", FEED, "m", NOW, LEASE)
    finish_landing(library, exchange, NOW)
    with library.begin() as conn:
        stage_records(conn, keyring, exchange, records_frame(row))
        hold_exchange(conn, exchange, TOO_MANY, 1, 0, None, "rules-1", NOW)


@pytest.mark.parametrize(
    ("issued_on", "changed_on", "is_doubt"),
    [
        (date(2015, 3, 1), None, True),
        (date(2015, 2, 28), date(2016, 2, 1), True),
        (date(2015, 2, 28), None, True),
        (date(2014, 1, 1), date(2014, 6, 1), False),
    ],
)
def test_what_another_department_takes_away_in_a_held_batch_is_a_doubt(
    doubts: Doubts, library: Engine, keyring: Keyring, issued_on: date, changed_on: date | None, is_doubt: bool
) -> None:
    held_elsewhere(library, keyring, told(status="withdrawn", issued_on=issued_on, changed_on=changed_on))
    assert doubts() == [["in_quarantine"] if is_doubt else []] * 4


def test_a_held_list_that_lacks_a_license_is_a_doubt_until_somebody_decides(
    doubts: Doubts, library: Engine, begin: Callable[..., Exchange]
) -> None:
    exchange = begin()
    finish_landing(library, exchange, NOW)
    with library.begin() as conn:
        note_missed(conn, exchange, pl.Series(["other"]))
        hold_exchange(conn, exchange, TOO_MANY, 0, 0, None, "rules-1", NOW)
    assert doubts() == [["in_quarantine"]] * 4
    discard_held(library, exchange.exchange_id, NOW)
    assert doubts() == [[]] * 4


@pytest.mark.parametrize(
    "changes",
    [
        {"record_id": "R9", "license_number": "A9"},  # another record
        {"status": "revoked", "source_updated_at": NOW - timedelta(days=40)},  # older than the library's
    ],
)
def test_what_would_change_nothing_of_a_license_is_no_doubt(
    doubts: Doubts, hold: Callable[..., int], changes: dict[str, Any]
) -> None:
    hold(told(**changes))
    assert doubts() == [[]] * 4


def test_what_is_in_a_held_batch_may_be_the_license_that_is_asked_for(
    conn: Connection, keyring: Keyring, library: Engine, hold: Callable[..., int]
) -> None:
    asked = {"license_type": "bizlic", "license_number": "A9"}
    holder = {"values": {"holder_code": COMPANY}}
    assert [verdict(conn, keyring, **asked, **some) for some in ({}, holder)] == ["not_found"] * 2
    conn.rollback()
    held = hold(told(record_id="R8", license_number="A8", status="revoked"), told(record_id="R9", license_number="A9"))
    assert [verdict(conn, keyring, **asked, **some) for some in ({}, holder)] == ["unknown"] * 2
    hashes = read_holder_code(COMPANY, None, TODAY).hashes(keyring)
    stranger = read_holder_code(PERSON, None, TODAY).hashes(keyring)
    assert [count_waiting(conn, some, "bizlic") for some in (hashes, stranger)] == [2, 0]
    assert [count_waiting_of_type(conn, some) for some in ("bizlic", "namepre")] == [2, 0]
    conn.rollback()
    release_held(library, held, lambda: NOW)
    assert verdict(conn, keyring, **asked, **holder) == "confirmed"
    assert count_waiting_of_type(conn, "bizlic") == 0


def test_a_checklist_denies_nothing_that_a_held_batch_may_bring(
    conn: Connection, keyring: Keyring, library: Engine, hold: Callable[..., int]
) -> None:
    with library.begin() as setting:
        load_catalogue(setting, read_catalogue())
    asked = {"item_code": "PD-E-010", "holder_code": "91110000600037341L", "holder_code_type": None}

    def told_of(license_type: str) -> tuple[str, str | None, str]:
        answer = answer_checklist(conn, keyring, **asked, today=TODAY, now=NOW)
        conn.rollback()
        verdict = next(one for one in answer.materials if one.license_type == license_type)
        return verdict.verdict, verdict.reason, verdict.words.en

    assert told_of("bizlic")[0] == "not_held"
    held = hold(*(told(record_id=record_id, holder_code=asked["holder_code"]) for record_id in ("R8", "R9")))
    words = "2 records of this holder are in a batch that is held for the steward"
    assert told_of("bizlic") == ("in_quarantine", "batch_held", words)
    discard_held(library, held, NOW)
    assert told_of("bizlic")[0] == "not_held"


def test_everyone_whom_a_held_record_lists_may_hold_it(
    conn: Connection, keyring: Keyring, hold: Callable[..., int]
) -> None:
    both = [{"code": COMPANY, "code_type": "001", "name": "甲"}, {"code": PERSON, "code_type": "111", "name": "王五"}]
    hold(told(record_id="R9", holders=json.dumps(both)))
    hashes = read_holder_code(PERSON, None, TODAY).hashes(keyring)
    assert count_waiting(conn, hashes, "bizlic") == 1


def test_what_nobody_tells_is_unknown_while_a_held_batch_may_tell_it(
    conn: Connection, keyring: Keyring, hold: Callable[..., int]
) -> None:
    holder = read_holder_code("91110000600037341L", None, TODAY)
    element = load_elements()["legal_representative"]

    def asked() -> tuple[str, str | None]:
        rows = read_rows(conn, keyring, holder, {element.code: element})
        judged = judge(element, facts_of(element, rows, holder, TODAY), rows, NOW, None)
        conn.rollback()
        return judged.verdict, judged.reason

    assert asked() == ("applicant_fills", "not_held")
    hold(told(record_id="R9", holder_code=holder.code))
    assert asked() == ("unknown", "in_quarantine")

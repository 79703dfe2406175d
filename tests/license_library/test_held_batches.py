"""What a steward holds back and lets go later, in any order and all at once: the newest row stands, and nothing older waits."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from library_makers import NOW, TOO_MANY, record, records_frame
from sqlalchemy import Engine, text

from license_library.exchange.checking import finish_check, hold_exchange
from license_library.exchange.exchanges import Exchange, finish_landing
from license_library.merge.listings import note_missed, note_returned, unlisted_records
from license_library.merge.merging import Counts, discard_held, merge_exchange, release_held
from license_library.merge.overtaken import BadRows
from license_library.quarantine.quarantining import quarantine_records
from license_library.storage.keyring import Keyring
from schemas.license.problems import Problem, problems_frame

EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)
THREADS, EACH, BATCH = 6, 300, 60
PERSONS = ("370283199003077211", "370283198505051236")
Begin = Callable[..., Exchange]
Pull = Callable[..., Counts]
Hold = Callable[..., int]


def rows(library: Engine, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with library.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def bring_bad(library: Engine, keyring: Keyring, exchange: Exchange, *, holds: bool) -> int:
    """Check an exchange that brings nothing but an old bad row of the record."""
    finish_landing(library, exchange, NOW)
    frame = records_frame(record(status=None, source_updated_at=EARLIER))
    problems = problems_frame([(0, Problem("record.missing_field", "status", "a value", "nothing"))])
    bad = BadRows()
    bad.look(frame, problems)
    with library.begin() as conn:
        quarantine_records(conn, keyring, exchange, frame, problems, {0: b"x" * 32}, "1", NOW)
        waiting = 1 - bad.pass_overtaken(conn, exchange, NOW)
        facts = (1, waiting, None, "rules-1", NOW)
        if holds:
            hold_exchange(conn, exchange, TOO_MANY, *facts)
        else:
            finish_check(conn, exchange, *facts)
    return exchange.exchange_id


def cases(library: Engine) -> list[tuple[Any, ...]]:
    """Return the state of every case with what its history says."""
    return rows(
        library,
        "select state, (select string_agg(action, ',') from case_events e where e.quarantine_id = q.quarantine_id) from quarantined_records q",
    )


def test_a_bad_row_that_the_library_has_overtaken_waits_neither_while_its_batch_is_held_nor_after(
    library: Engine, keyring: Keyring, begin: Begin, pull: Pull
) -> None:
    pull(record(source_updated_at=LATER))
    held = bring_bad(library, keyring, begin(), holds=True)
    assert cases(library) == [("mended", "mended")]
    discard_held(library, held, NOW)
    assert cases(library) == [("mended", "mended")]


def test_a_bad_row_that_came_meanwhile_and_is_older_than_what_is_let_go_waits_no_more(
    library: Engine, keyring: Keyring, begin: Begin, hold: Hold
) -> None:
    held = hold(record(source_updated_at=LATER))
    merge_exchange(library, bring_bad(library, keyring, begin(), holds=False), lambda: NOW)
    assert cases(library) == [("open", None)]
    release_held(library, held, lambda: NOW)
    assert cases(library) == [("mended", "mended")]


def test_what_a_held_batch_does_not_speak_of_is_unchanged_and_what_it_does_waits_until_it_is_heard_again(
    library: Engine, hold: Hold, pull: Pull, check: Begin
) -> None:
    couple = [{"code": code, "code_type": "111", "name": "王五", "share": None} for code in PERSONS]
    otherwise = record(record_id="A", status="revoked", holders=json.dumps(couple))
    same = [record(record_id="A"), record(record_id="B")]
    pull(*same)
    held = hold(otherwise, same[1])
    counts = f"select held_count, unchanged_count from exchanges where exchange_id = {held}"
    assert rows(library, counts) == [(1, 1)]
    later = check(*same)
    staged = "select record_id from staged_licenses where exchange_id = "
    assert rows(library, f"{staged}{later.exchange_id}") == [("A",)]
    assert merge_exchange(library, later.exchange_id, lambda: NOW) == Counts(0, 2)
    assert rows(library, counts) == [(0, 2)]
    assert rows(library, "select from staged_licenses") == []
    last = check(*same)
    assert rows(library, f"{staged}{last.exchange_id}") == []
    assert release_held(library, held, lambda: NOW) == Counts(0, 2)
    assert rows(library, "select status from licenses where record_id = 'A'") == [("valid",)]
    assert rows(library, "select from staged_holders") == rows(library, "select from license_holders") == []


@pytest.mark.parametrize("heard", [set(), {"B"}])
def test_what_a_held_list_lacks_is_marked_when_that_is_let_go_unless_it_was_listed_meanwhile(
    *, library: Engine, keyring: Keyring, begin: Begin, pull: Pull, heard: set[str]
) -> None:
    pull(record(record_id="A"), record(record_id="B"))
    held = begin()
    finish_landing(library, held, NOW)
    with library.begin() as conn:
        note_missed(conn, held, pl.Series(["A"]))
        hold_exchange(conn, held, TOO_MANY, 0, 0, None, "rules-1", NOW)
    later = begin()
    finish_landing(library, later, NOW)
    with library.begin() as conn:
        assert unlisted_records(conn, later) == {"B"}
        note_returned(conn, later, heard)
        finish_check(conn, later, 0, 0, None, "rules-1", NOW)
    merge_exchange(library, later.exchange_id, lambda: NOW)
    release_held(library, held.exchange_id, lambda: NOW)
    unlisted = {row[0] for row in rows(library, "select record_id from licenses where unlisted_at is not null")}
    assert unlisted == {"B"} - heard


def test_six_threads_with_300_random_versions_each_end_at_the_right_row(library: Engine, hold: Hold) -> None:
    chance = random.Random(20160504)
    hours = iter(chance.sample(range(20_000), THREADS * EACH))
    states = ["valid", "suspended", "revoked", "expired"]
    told = [
        record(record_id=f"R{chance.randrange(40)}", source_updated_at=NOW - timedelta(hours=next(hours)), status=chance.choice(states))
        for _ in range(THREADS * EACH)
    ]  # fmt: skip
    held = [hold(*told[first : first + BATCH]) for first in range(0, len(told), BATCH)]
    chance.shuffle(held)
    failures: list[Exception] = []

    def let_go(mine: list[int]) -> None:
        try:
            for number in mine:
                release_held(library, number, lambda: NOW)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the test tells it
            failures.append(failure)

    threads = [threading.Thread(target=let_go, args=(held[number::THREADS],)) for number in range(THREADS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    newest = {one["record_id"]: one for one in sorted(told, key=lambda one: str(one["source_updated_at"]))}
    expected = sorted((name, one["source_updated_at"], one["status"]) for name, one in newest.items())
    assert rows(library, "select record_id, source_updated_at, status from licenses order by record_id") == expected
    assert rows(library, "select count(*) from exchanges where received_count <> merged_count + unchanged_count") == [
        (0,)
    ]
    assert rows(
        library,
        "select count(*) from license_history h where exists (select from license_history o where o.license_id = h.license_id and o.version_count < h.version_count and o.source_updated_at > h.source_updated_at)",
    ) == [(0,)]

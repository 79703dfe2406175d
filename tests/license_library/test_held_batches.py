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
from license_library.merge.repeats import settle_repeats
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


def settle(library: Engine) -> list[tuple[int, int]]:
    """Settle what repeats; return which batch went, and which holds all of it."""
    told: list[tuple[int, int]] = []
    many = settle_repeats(library, NOW, lambda _, gone, stays: told.append((gone.exchange_id, stays.exchange_id)))
    assert many == len(told)
    return told


def waiting(library: Engine) -> list[tuple[Any, ...]]:
    """Return every row that is held, once, as it is staged and as questions see it."""
    staged, kept = (
        f"select distinct record_id, source_updated_at, digest from {table} order by 1, 2, 3"
        for table in ("staged_licenses", "held_records")
    )
    assert rows(library, staged) == rows(library, kept)
    return rows(library, staged)


def test_a_held_batch_that_comes_again_waits_once_and_the_first_stays(library: Engine, hold: Hold) -> None:
    told = [record(record_id="A"), record(record_id="B", status="revoked")]
    first, *others = (hold(*told) for _ in range(4))
    before = waiting(library)
    assert settle(library) == [(other, first) for other in others]
    assert waiting(library) == before
    assert rows(library, "select count(*) from staged_licenses") == [(2,)]
    assert (
        rows(library, "select state, held_count from exchanges order by exchange_id")
        == [("held", 2)] + [("discarded", 2)] * 3
    )
    assert release_held(library, first, lambda: NOW) == Counts(2, 0)
    assert settle(library) == []


def test_of_two_that_hold_the_same_the_newer_stays_where_another_content_of_that_time_came_in_between(
    library: Engine, hold: Hold, pull: Pull
) -> None:
    said, otherwise = record(record_id="A"), record(record_id="A", status="suspended")
    first = hold(said)
    pull(otherwise)
    second = hold(said)
    with library.begin() as conn:
        conn.execute(text("update exchanges set since_at = null"))  # as where what was merged moved no cursor
    assert settle(library) == [(first, second)]
    release_held(library, second, lambda: NOW)
    assert rows(library, "select status from licenses") == [("valid",)]


def test_of_two_that_hold_the_same_the_newer_tells_how_many_are_bad_by_now(library: Engine, hold: Hold) -> None:
    first, second = hold(record(record_id="A")), hold(record(record_id="A"))
    more = f"set received_count = 9, quarantined_count = 8 where exchange_id = {second}"
    with library.begin() as conn:
        conn.execute(text(f"update exchanges {more}"))
    assert settle(library) == [(first, second)]


def test_a_held_batch_goes_where_a_later_one_holds_all_of_it_and_more(library: Engine, hold: Hold) -> None:
    first, second = hold(record(record_id="A")), hold(record(record_id="A"), record(record_id="B"))
    third = hold(*(record(record_id=name) for name in "ABC"))
    before = waiting(library)
    assert settle(library) == [(first, second), (second, third)]
    assert waiting(library) == before
    assert release_held(library, third, lambda: NOW) == Counts(3, 0)


@pytest.mark.parametrize("later", [[], [{"status": "revoked"}], [{"source_updated_at": NOW - timedelta(hours=1)}], [{"record_id": "Z"}]])  # fmt: skip
def test_a_held_batch_stays_where_a_later_one_lacks_a_row_of_it_as_it_is(
    library: Engine, hold: Hold, later: list[dict[str, object]]
) -> None:
    hold(record(record_id="A"), record(record_id="B"))
    hold(record(record_id="B"), *(record(**{"record_id": "A"} | one) for one in later))
    assert settle(library) == []


def test_a_held_batch_stays_where_a_later_one_is_held_for_something_else_or_was_asked_something_else(
    library: Engine, hold: Hold
) -> None:
    first, _ = hold(record(record_id="A")), hold(record(record_id="A"))
    changed = f"update exchanges set {{}} where exchange_id = {first}"
    with library.begin() as conn:
        conn.execute(text(changed.format("since_at = started_at - interval '1 day'")))
    assert settle(library) == []
    with library.begin() as conn:
        conn.execute(
            text(
                changed.format(
                    "since_at = null, hold_reasons = hold_reasons || jsonb_build_array(jsonb_build_object('code', 'batch.too_few_a_day'))"
                )
            )
        )
    assert settle(library) == []


def test_a_held_list_stays_where_a_later_one_lacks_less(library: Engine, begin: Begin, pull: Pull) -> None:
    pull(record(record_id="A"), record(record_id="B"), record(record_id="C"))

    def hold_list(*listed: str) -> int:
        exchange = begin(full=True)
        finish_landing(library, exchange, NOW)
        with library.begin() as conn:
            note_missed(conn, exchange, pl.Series(listed, dtype=pl.String))
            hold_exchange(conn, exchange, TOO_MANY, 0, 0, None, "rules-1", NOW)
        return exchange.exchange_id

    first, second, third = hold_list("A", "B"), hold_list("A"), hold_list("A", "C")
    assert settle(library) == [(first, second)]
    release_held(library, second, lambda: NOW)
    unlisted = "select record_id from licenses where unlisted_at is not null order by 1"
    assert rows(library, unlisted) == [("B",), ("C",)]
    assert rows(library, f"select state from exchanges where exchange_id = {third}") == [("held",)]


def test_whatever_is_settled_every_row_that_waited_still_waits(library: Engine, hold: Hold) -> None:
    chance, many = random.Random(37_0283), 0
    told = [record(record_id=f"R{number}", status=state) for number in range(4) for state in ("valid", "revoked")]
    for _ in range(40):
        hold(*({one["record_id"]: one for one in chance.choices(told, k=chance.randint(1, 8))}.values()))
        before = waiting(library)
        many += len(settle(library))
        assert waiting(library) == before
    assert many > 5
    assert rows(library, "select count(*) from exchanges where state = 'held'") == [(40 - many,)]

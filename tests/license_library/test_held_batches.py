"""What a steward holds back and lets go later, in any order and all at once: the newest row stands, and nothing older waits."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from library_makers import NOW, record, records_frame
from sqlalchemy import Engine, text

from license_library.exchanges import Exchange, finish_landing
from license_library.keyring import Keyring
from license_library.merging import Counts, discard_held, merge_exchange, release_held
from license_library.overtaken import BadRows
from license_library.staging import finish_check, hold_exchange, quarantine_records, stage_records
from schemas.problems import Problem, problems_frame

EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)
THREADS, EACH, BATCH = 6, 300, 60
Begin = Callable[..., Exchange]
Pull = Callable[..., Counts]


def rows(library: Engine, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with library.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def hold(library: Engine, keyring: Keyring, exchange: Exchange, *good: dict[str, object]) -> int:
    """Let good records wait for the steward."""
    finish_landing(library, exchange, NOW)
    with library.begin() as conn:
        stage_records(conn, keyring, exchange, records_frame(*good))
        hold_exchange(conn, exchange, "too many", len(good), 0, None, "rules-1", NOW)
    return exchange.exchange_id


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
            hold_exchange(conn, exchange, "too many", *facts)
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
    library: Engine, keyring: Keyring, begin: Begin
) -> None:
    held = hold(library, keyring, begin(), record(source_updated_at=LATER))
    merge_exchange(library, bring_bad(library, keyring, begin(), holds=False), lambda: NOW)
    assert cases(library) == [("open", None)]
    release_held(library, held, lambda: NOW)
    assert cases(library) == [("mended", "mended")]


def test_six_threads_with_300_random_versions_each_end_at_the_right_row(
    library: Engine, keyring: Keyring, begin: Begin
) -> None:
    chance = random.Random(20160504)
    hours = iter(chance.sample(range(20_000), THREADS * EACH))
    states = ["valid", "suspended", "revoked", "expired"]
    told = [
        record(record_id=f"R{chance.randrange(40)}", source_updated_at=NOW - timedelta(hours=next(hours)), status=chance.choice(states))
        for _ in range(THREADS * EACH)
    ]  # fmt: skip
    held = [hold(library, keyring, begin(), *told[first : first + BATCH]) for first in range(0, len(told), BATCH)]
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

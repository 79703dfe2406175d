"""An exchange writes only while it is the newest of its feed, and its pages are what was received."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from library_makers import DEPARTMENT, FEED, LEASE, NOW, department_entry, feed_entry, stored_page
from sqlalchemy import text

from license_library.catalogue.declared_feeds import register_department
from license_library.exchange.exchanges import (
    begin_exchange,
    fail_exchange,
    finish_landing,
    get_exchange,
    read_pages,
    store_page,
)
from license_library.exchange.landing import PageDamaged
from license_library.exchange.summaries import summarize
from license_library.storage.keyring import Keyring, KeyringError
from schemas.errors import LeaseLost, LeaseTaken, NotFound

LATER = NOW + LEASE + timedelta(seconds=1)
WAITING = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")


def anybody_waits(library):
    with library.connect() as conn:  # a transaction sees what goes on as it was at its first look
        return conn.scalar(WAITING) > 0


def test_a_running_exchange_makes_the_next_one_step_aside(begin):
    begin()
    with pytest.raises(LeaseTaken, match="steps aside"):
        begin(now=NOW + LEASE / 2)


def test_an_exchange_that_begins_while_its_declaration_is_noted_waits_and_stands_in_no_way(library, begin):
    with ThreadPoolExecutor(1) as pool:
        with library.begin() as conn:
            conn.execute(text("select from departments for no key update"))  # what noting a declaration does first
            begun = pool.submit(begin, is_patient=True)
            deadline = time.monotonic() + 30
            while not anybody_waits(library):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            register_department(conn, department_entry(), [feed_entry()], NOW)
        assert begun.result(30).state == "landing"


def test_an_exchange_whose_lease_ran_out_is_overtaken_with_a_higher_epoch(library, begin):
    silent = begin()
    newer = begin(now=LATER)
    assert newer.epoch > silent.epoch
    summary = summarize(library, silent.exchange_id)
    assert (summary.state, summary.error_code) == ("failed", "hub.lease_lost")


def test_an_overtaken_exchange_writes_nothing_more(library, begin, keyring):
    silent = begin()
    begin(now=LATER)
    with pytest.raises(LeaseLost):
        store_page(library, keyring, silent, stored_page(), LATER)
    with pytest.raises(LeaseLost):
        finish_landing(library, silent, LATER)
    assert list(read_pages(library, keyring, silent.exchange_id)) == []


def test_every_stored_page_renews_the_lease(library, begin, keyring):
    exchange = begin()
    store_page(library, keyring, exchange, stored_page(), NOW + LEASE / 2)
    with pytest.raises(LeaseTaken):
        begin(now=LATER)


def test_of_two_that_begin_at_once_one_wins(library):
    won, lost = [], []

    def race() -> None:
        try:
            won.append(begin_exchange(library, DEPARTMENT, FEED, "m", NOW, LEASE))
        except LeaseTaken as failure:
            lost.append(failure)

    threads = [threading.Thread(target=race) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (len(won), len(lost)) == (1, 5)


def test_an_exchange_of_an_unknown_feed_is_not_begun(library):
    with pytest.raises(NotFound, match="no such feed"):
        begin_exchange(library, DEPARTMENT, "fishing", "m", NOW, LEASE)


def test_a_page_comes_back_byte_for_byte(library, begin, keyring):
    exchange = begin()
    bodies = [b"", os.urandom(70_000), "平度市".encode("gb18030"), b"<x/>" * 10_000]
    for number, body in enumerate(bodies, 1):
        store_page(library, keyring, exchange, stored_page(number, body), NOW)
    assert [page.body for page in read_pages(library, keyring, exchange.exchange_id)] == bodies


def test_a_page_is_stored_encrypted(library, begin, keyring):
    exchange = begin()
    store_page(library, keyring, exchange, stored_page(body=b"370283199003077211"), NOW)
    with library.connect() as conn:
        kept = conn.scalar(text("select body from landed_pages"))
    assert b"370283199003077211" not in kept
    with pytest.raises(KeyringError):
        list(read_pages(library, Keyring(b"x" * 32), exchange.exchange_id))


def test_an_altered_page_is_never_read(library, begin, keyring):
    exchange = begin()
    store_page(library, keyring, exchange, stored_page(), NOW)
    with library.begin() as conn:
        conn.execute(text("update landed_pages set digest = sha256('other')"))
    with pytest.raises(PageDamaged):
        list(read_pages(library, keyring, exchange.exchange_id))


def test_a_page_past_its_retention_says_so(library, begin, keyring):
    exchange = begin()
    store_page(library, keyring, exchange, stored_page(), NOW)
    with library.begin() as conn:
        conn.execute(text("update landed_pages set body = null"))
    with pytest.raises(NotFound, match="retention"):
        list(read_pages(library, keyring, exchange.exchange_id))


def test_a_failed_exchange_keeps_its_reason_and_frees_the_feed(library, begin):
    exchange = begin()
    fail_exchange(library, exchange.exchange_id, "department.timeout", "market_regulation: too slow", NOW)
    summary = summarize(library, exchange.exchange_id)
    assert (summary.state, summary.error_code, summary.error_message) == (
        "failed",
        "department.timeout",
        "market_regulation: too slow",
    )
    assert begin().epoch == exchange.epoch + 1


def test_landing_ends_once(library, begin):
    exchange = begin()
    finish_landing(library, exchange, NOW)
    assert get_exchange(library, exchange.exchange_id).state == "landed"
    with pytest.raises(LeaseLost):
        finish_landing(library, exchange, NOW)


def test_an_unknown_exchange_is_not_found(library):
    with pytest.raises(NotFound):
        get_exchange(library, 99)
    with pytest.raises(NotFound):
        summarize(library, 99)


def test_registering_again_updates_and_adds_nothing(library):
    with library.begin() as conn:
        changed = department_entry(name="新名称", declaration_digest="two")
        register_department(conn, changed, [feed_entry(fresh_seconds=60)], NOW)
        register_department(conn, changed, [feed_entry(fresh_seconds=60)], NOW)
        assert conn.execute(text("select name from departments")).scalars().all() == ["新名称"]
        assert conn.execute(text("select fresh_seconds from feeds")).scalars().all() == [60]

"""A library that knows one department, and a way to begin its exchanges."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from database_clones import Cloned
from library_makers import (
    DEPARTMENT,
    FEED,
    LEASE,
    NOW,
    TOO_MANY,
    department_entry,
    feed_entry,
    records_frame,
    stored_page,
)
from question_makers import Library
from sqlalchemy import Connection, Engine

from license_library.asking import looks
from license_library.catalogue.declared_feeds import register_department
from license_library.exchange.checking import finish_check, hold_exchange
from license_library.exchange.exchanges import Exchange, begin_exchange, finish_landing, store_page
from license_library.exchange.staging import stage_records
from license_library.merge.merging import Counts, merge_exchange
from license_library.storage.keyring import Keyring


@pytest.fixture
def both_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every question of a test be asked whole, too: where the first look says that it suffices, the second must say the same."""

    def look_and_compare(conn: Connection, both: looks.Looks, asked: Mapping[str, Any]) -> Sequence[Any]:
        first = conn.execute(both.first, asked).all()
        if any(row.asks_more for row in first):
            return conn.execute(both.more, asked).all()
        told = [[dict(row._mapping) for row in rows] for rows in (first, conn.execute(both.more, asked).all())]
        assert told[0] == told[1]
        return first

    real = looks.look
    for module in [one for name, one in sys.modules.items() if name.startswith("license_library.")]:
        if getattr(module, "look", None) is real:
            monkeypatch.setattr(module, "look", look_and_compare)


@pytest.fixture
def library(database: Engine) -> Engine:
    """Give a library that knows one department and its feed."""
    with database.begin() as conn:
        register_department(conn, department_entry(), [feed_entry()], NOW)
    return database


@pytest.fixture
def begin(library: Engine) -> Callable[..., Exchange]:
    """Give a function that begins an exchange of that feed."""

    def begin_one(now: datetime = NOW, **options: object) -> Exchange:
        return begin_exchange(library, DEPARTMENT, FEED, "mapping-1", now, LEASE, **options)

    return begin_one


@pytest.fixture(scope="session")
def shared_database(cloned: Cloned, catalogue_template: str) -> Iterator[Engine]:
    """Give one database to all tests that need a single transaction, in which none of them keeps anything."""
    with cloned(catalogue_template) as engine:
        yield engine


@pytest.fixture
def shelf(request: pytest.FixtureRequest, keyring: Keyring) -> Iterator[Library]:
    """Give a library with the catalogue in it, to write subjects, licenses and cases into.

    A test that asks for its database as well finds all that there once it has ended; what others write is taken back.
    """
    if "database" in request.fixturenames:
        with request.getfixturevalue("database").begin() as conn:
            yield Library(conn, keyring)
        return
    with request.getfixturevalue("shared_database").connect() as conn:
        yield Library(conn, keyring)


@pytest.fixture
def check(library: Engine, keyring: Keyring, begin: Callable[..., Exchange]) -> Callable[..., Exchange]:
    """Give a function that lands and checks one exchange of the given records, all good."""

    def check_one(*rows: dict[str, object], now: datetime = NOW, begun_at: datetime | None = None) -> Exchange:
        exchange = begin(now=begun_at or now)
        store_page(library, keyring, exchange, stored_page(), now)
        finish_landing(library, exchange, now)
        frame = records_frame(*rows)
        with library.begin() as conn:
            stage_records(conn, keyring, exchange, frame)
            finish_check(conn, exchange, len(rows), 0, frame["source_updated_at"].max(), "rules-1", now)
        return exchange

    return check_one


@pytest.fixture
def hold(library: Engine, keyring: Keyring, begin: Callable[..., Exchange]) -> Callable[..., int]:
    """Give a function that lets given records, all good, wait for the steward, and returns their exchange."""

    def hold_one(*rows: dict[str, object], now: datetime = NOW) -> int:
        exchange = begin(now=now)
        finish_landing(library, exchange, now)
        with library.begin() as conn:
            stage_records(conn, keyring, exchange, records_frame(*rows))
            hold_exchange(conn, exchange, TOO_MANY, len(rows), 0, None, "rules-1", now)
        return exchange.exchange_id

    return hold_one


@pytest.fixture
def pull(library: Engine, check: Callable[..., Exchange]) -> Callable[..., Counts]:
    """Give a function that takes the given records all the way into the library."""

    def pull_one(*rows: dict[str, object], now: datetime = NOW) -> Counts:
        return merge_exchange(library, check(*rows, now=now).exchange_id, lambda: now)

    return pull_one

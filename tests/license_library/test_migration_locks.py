"""A migration makes nobody queue behind it for long: it steps back, is tried again, and changes everything or nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from license_library.storage.database import LOCK_MILLISECONDS, assert_migrated, heads, migrate
from schemas.errors import DatabaseUnavailable

BEFORE = f"-{int(heads()[0]) - 36}"  # to 0036: number_key() and its indexes go, which takes `licenses` from everybody


@contextmanager
def working(engine: Engine, statement: str = "lock table licenses in access share mode") -> Iterator[Connection]:
    """Be somebody in the middle of a transaction."""
    with engine.begin() as conn:
        conn.execute(text(statement))
        yield conn


def look(engine: Engine) -> float:
    """Ask a small question and return how long it took."""
    began = time.monotonic()
    with engine.connect() as conn:
        conn.execute(text("select license_id from licenses limit 1"))
    return time.monotonic() - began


def shape(engine: Engine) -> tuple[object, ...]:
    """Return the revision, the tables and the indexes."""
    inspector = inspect(engine)
    with engine.connect() as conn:
        revision = conn.scalar(text("select version_num from alembic_version"))
    tables = sorted(inspector.get_table_names())
    return revision, tables, [sorted(str(one["name"]) for one in inspector.get_indexes(table)) for table in tables]


def test_who_works_in_a_table_is_waited_for_in_short_waits_and_nobody_else_is_held_up_for_longer(
    database: Engine, database_address: str
) -> None:
    waits: list[float] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            waits.append(look(database))

    with ThreadPoolExecutor(2) as pool:
        asking = pool.submit(ask)
        with working(database):
            migrating = pool.submit(migrate, database_address, BEFORE)
            time.sleep(5)  # longer than one wait: without a limit everybody would wait for all of it
            assert not migrating.done()
        migrating.result(30)
        is_over.set()
        asking.result()
    assert 0.3 < max(waits) < LOCK_MILLISECONDS / 1000 + 0.7
    assert shape(database)[0] == "0036"


def test_after_its_patience_it_says_so_and_nothing_was_changed(database: Engine, database_address: str) -> None:
    before = shape(database)
    with working(database), pytest.raises(DatabaseUnavailable, match="kept out for 1 s") as told:
        migrate(database_address, BEFORE, patience_seconds=1)
    assert "nothing was changed" in str(told.value)
    assert shape(database) == before


def test_the_turn_of_another_migration_is_waited_for_as_long_as_it_takes(
    database: Engine, database_address: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with working(database, "select pg_advisory_xact_lock(370283)"):
            migrating = pool.submit(migrate, database_address, BEFORE, patience_seconds=0.1)
            time.sleep(LOCK_MILLISECONDS / 1000 + 0.5)
            assert not migrating.done()
        migrating.result(30)
    assert shape(database)[0] == "0036"


def test_a_migration_that_is_kept_out_of_a_later_step_leaves_no_half_schema(
    database: Engine, database_address: str
) -> None:
    migrate(database_address, BEFORE)
    before = shape(database)
    with (  # its first revision is through when somebody is found in the table of its second
        working(database, "lock table license_versions in row exclusive mode"),
        pytest.raises(DatabaseUnavailable, match="nothing was changed"),
    ):
        migrate(database_address, patience_seconds=0.5)
    assert shape(database) == before
    migrate(database_address)
    assert_migrated(database_address)


def test_of_a_database_that_a_newer_version_migrated_nothing_is_touched(database_address: str) -> None:
    engine = create_engine(database_address, poolclass=NullPool)
    with engine.begin() as conn:
        conn.execute(text("update alembic_version set version_num = '9999'"))
    before = shape(engine)
    with pytest.raises(DatabaseUnavailable, match="use the version of the hub that it belongs to"):
        migrate(database_address)
    with pytest.raises(DatabaseUnavailable, match="the newer version that migrated it"):
        assert_migrated(database_address)
    assert shape(engine) == before


def test_no_revision_rewrites_a_table(database: Engine, database_address: str) -> None:
    """A table that was rewritten looks empty to whoever began before: a question about one moment would find nothing."""
    migrate(database_address, "base")
    with database.begin() as conn:
        conn.exec_driver_sql(
            "create function refuse() returns event_trigger language plpgsql as $$ begin "
            "raise 'rewrites %%', pg_event_trigger_table_rewrite_oid()::regclass; end $$"
        )
        conn.exec_driver_sql("create event trigger refuse_rewriting on table_rewrite execute function refuse()")
    migrate(database_address)
    with pytest.raises(DBAPIError, match="rewrites licenses"), database.begin() as conn:
        conn.exec_driver_sql("alter table licenses add column drawn double precision default random()")

"""The database can be built, taken down, built again, and is what tables/ says."""

from __future__ import annotations

import os

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from license_library.storage.database import assert_migrated, heads, migrate, migration_config, open_database
from license_library.storage.embedded import database_url
from license_library.tables import metadata
from schemas.errors import DatabaseUnavailable, RequestError


@pytest.fixture
def empty_address(postgres_home, request):
    name = request.node.name[:50]
    yield database_url(postgres_home, name)
    engine = create_engine(database_url(postgres_home, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))


def table_names(url: str) -> set[str]:
    return set(inspect(create_engine(url, poolclass=NullPool)).get_table_names()) - {"alembic_version"}


def test_migrations_run_up_down_and_up_again(empty_address):
    migrate(empty_address)
    assert table_names(empty_address) == set(metadata.tables)
    migrate(empty_address, "base")
    assert table_names(empty_address) == set()
    migrate(empty_address)
    assert table_names(empty_address) == set(metadata.tables)


def row_counts(url: str) -> dict[str, int]:
    """Count the rows of every table, the one that holds the head among them."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as conn:
        names = inspect(conn).get_table_names()
        return {name: conn.scalar(text(f'select count(*) from "{name}"')) for name in names}


def migrated_to(url: str) -> list[str]:
    with create_engine(url, poolclass=NullPool).connect() as conn:
        return list(conn.scalars(text("select version_num from alembic_version")))


def test_migrating_twice_changes_nothing(empty_address):
    migrate(empty_address)
    before = migrated_to(empty_address), row_counts(empty_address)
    migrate(empty_address)
    assert before[0] == heads()
    assert (migrated_to(empty_address), row_counts(empty_address)) == before


def test_migrations_have_exactly_one_head():
    assert len(heads()) == 1


def test_the_migrated_database_is_what_the_tables_say(database_address):
    command.check(migration_config(database_address))


def test_a_database_without_migrations_is_refused(empty_address):
    with pytest.raises(DatabaseUnavailable, match="expected revision"):
        assert_migrated(empty_address)


def test_a_database_that_does_not_answer_is_said_to_be_unavailable():
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        assert_migrated("postgresql+psycopg://hub:x@127.0.0.1:1/hub")


@pytest.mark.parametrize("address", ["garbage", "sqlite:///hub.db", "postgresql://host:port/hub"])
@pytest.mark.parametrize("use", [open_database, migrate, assert_migrated])
def test_only_the_address_of_a_postgresql_is_used(use, address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match="expected HUB_DATABASE_URL like") as refused:
        use(address)
    assert address not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_locale_that_cannot_read_chinese_is_refused(postgres_home):
    address = database_url(postgres_home, "postgres")
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("create database speaks_c template template0 locale 'C'"))
        try:
            with pytest.raises(DatabaseUnavailable, match=r"expected C\.UTF-8"):
                migrate(address.replace("/postgres", "/speaks_c"))
        finally:
            connection.execute(text("drop database speaks_c with (force)"))


def test_trigrams_of_chinese_names_exist(database: Engine):
    with database.connect() as connection:
        assert connection.scalar(text("select similarity('平度','平度')")) == 1


@pytest.mark.parametrize(
    ("name", "pairs"), [("恒通运输", ["恒通", "通运", "运输"]), ("王", ["王"]), ("王五", ["王五"]), ("", [""])]
)
def test_a_name_is_found_by_its_pairs_of_characters(database: Engine, name, pairs):
    with database.connect() as connection:
        assert connection.scalar(text("select name_pairs(:name)"), {"name": name}) == pairs


def test_a_forked_child_never_uses_its_parents_connection(database: Engine):
    with database.connect() as connection:
        ours = connection.scalar(text("select pg_backend_pid()"))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with database.connect() as connection:
            os.write(writer, str(connection.scalar(text("select pg_backend_pid()"))).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reader, 20)) != ours
    with database.connect() as connection:
        assert connection.scalar(text("select pg_backend_pid()")) == ours


def test_an_engine_survives_the_loss_of_its_connections(database: Engine, postgres_url):
    with database.connect() as connection:
        connection.execute(text("select 1"))
    other = open_database(postgres_url)
    with other.connect() as connection:
        connection.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where datname like 'test%'"))
    other.dispose()
    with database.connect() as connection:
        assert connection.scalar(text("select 1")) == 1

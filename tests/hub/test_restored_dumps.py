"""A dump that is read back, or a copy that takes the library's place, is a restore; what moves the same rows about is none."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from push_departments import make_departments
from push_makers import keep_line, owe, row_of
from sqlalchemy import Connection, Engine, make_url

from hub.context import HubContext
from license_library.deliveries.push_holds import are_held, list_holds, note_restore
from license_library.storage.database import migrate, migration_config, open_database
from license_library.storage.postgres_binaries import find_server

COPY = "read_back"


@pytest.fixture
def owing(hub: HubContext, tmp_path: Path) -> HubContext:
    """Give a library that keeps its line of history, and owes a department something."""
    make_departments(tmp_path / "connectors")
    keep_line(hub)
    known = replace(hub, connectors_folder=tmp_path / "connectors")
    owe(known, "class_c")
    return known


@pytest.fixture
def other(administrator: Connection, database_address: str) -> Iterator[str]:
    """Give the address of a database that is made later, and dropped at the end."""
    yield make_url(database_address).set(database=COPY).render_as_string(hide_password=False)
    administrator.exec_driver_sql(f"drop database if exists {COPY} with (force)")


def plain(address: str) -> str:
    """Return an address as the programs of PostgreSQL read it."""
    return address.replace("+psycopg", "")


def dump(address: str, file: Path) -> None:
    """Write a dump."""
    _run("pg_dump", "--format=custom", f"--file={file}", plain(address))


def read_back(address: str, file: Path, *options: str) -> None:
    """Read a dump into a database."""
    _run("pg_restore", "--exit-on-error", *options, f"--dbname={plain(address)}", str(file))


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(find_server().folder / program), *arguments], check=True, timeout=120)


def assert_restored(hub: HubContext, engine: Engine) -> None:
    """Nothing leaves, and what is owed is in doubt; once noted the line is the library's own."""
    try:
        with engine.begin() as conn:
            assert are_held(conn)
            assert note_restore(conn, hub.clock())
            assert not note_restore(conn, hub.clock())
            assert [one.cause for one in list_holds(conn, hub.clock()).holds] == ["restored"]
        told = row_of(replace(hub, engine=engine), 1)
        assert (told["is_doubtful"], told["reason_code"]) == (True, "delivery.restored")
    finally:
        engine.dispose()


def test_a_dump_that_is_read_back_into_the_same_database_is_a_restore(
    owing: HubContext, database_address: str, tmp_path: Path
) -> None:
    dump(database_address, tmp_path / "dump")
    owing.engine.dispose()
    read_back(database_address, tmp_path / "dump", "--clean", "--if-exists")
    assert_restored(owing, owing.engine)


def test_a_dump_that_is_read_into_another_database_of_the_cluster_is_a_restore(
    owing: HubContext, administrator: Connection, database_address: str, other: str, tmp_path: Path
) -> None:
    dump(database_address, tmp_path / "dump")
    administrator.exec_driver_sql(f"create database {COPY} template template0")
    read_back(other, tmp_path / "dump")
    assert_restored(owing, open_database(other))


def test_a_copy_that_takes_the_place_of_the_library_is_a_restore(
    owing: HubContext, administrator: Connection, database_address: str, other: str
) -> None:
    name = make_url(database_address).database
    owing.engine.dispose()
    administrator.exec_driver_sql(f"create database {COPY} template {name}")
    administrator.exec_driver_sql(f"drop database {name} with (force)")
    administrator.exec_driver_sql(f"alter database {COPY} rename to {name}")
    assert_restored(owing, owing.engine)


def upgrade(address: str) -> None:
    """Bring the tables up from the version that knew no place."""
    command.downgrade(migration_config(address), "0041")
    migrate(address)


def rewrite(address: str) -> None:
    """Let every table lie in new files."""
    engine = open_database(address).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.exec_driver_sql("vacuum full database_line")
        conn.exec_driver_sql("cluster database_line using pk_database_line")
        conn.exec_driver_sql("alter table database_line alter column timeline type bigint")
        conn.exec_driver_sql("alter table database_line alter column timeline type integer")
    engine.dispose()


@pytest.mark.parametrize("change", [upgrade, rewrite])
def test_an_upgrade_or_tables_written_anew_are_no_restore(
    owing: HubContext, database_address: str, change: Callable[[str], None]
) -> None:
    owing.engine.dispose()
    change(database_address)
    with owing.engine.begin() as conn:
        assert not are_held(conn)
        assert not note_restore(conn, owing.clock())


def test_a_library_under_another_name_is_no_restore(
    owing: HubContext, administrator: Connection, database_address: str, other: str
) -> None:
    owing.engine.dispose()
    administrator.exec_driver_sql(f"alter database {make_url(database_address).database} rename to {COPY}")
    engine = open_database(other)
    with engine.begin() as conn:
        assert not are_held(conn)
    engine.dispose()
    administrator.exec_driver_sql(f"alter database {COPY} rename to {make_url(database_address).database}")

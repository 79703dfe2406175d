"""What every test may ask for: an empty migrated database, a keyring, and an environment without our variables.

The database is a real PostgreSQL server that is thrown away, started once per session, without durability.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from database_clones import Cloned, clone
from front_makers import MARIADB, MARIADB_URL, mariadb_answers
from key_makers import SECRET
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool
from xdist.scheduler import LoadFileScheduling

from license_library.catalogue.catalogue_store import load_catalogue
from license_library.deliveries.push_holds import forget_line
from license_library.storage.database import migrate
from license_library.storage.embedded import database_url
from license_library.storage.keyring import Keyring
from license_library.storage.passing_home import IN_MEMORY, passing_home
from schemas.catalogue.catalogue import load_catalogue as read_catalogue

TEMPLATE = "template_library"
FRONT_DATABASES = ["postgresql", *(["mariadb"] if mariadb_answers() else [])]
NO_MARIADB = (
    f"PostgreSQL only: no MariaDB answers at {MARIADB[0]}:{MARIADB[1]}, where root may enter without a password"
)
_numbers = count(1)


def pytest_configure() -> None:
    """Scrub the environment before anything can read it: a developer's settings never reach a test."""
    for name in [n for n in os.environ if n.startswith(("HUB_", "AIRFLOW_"))]:
        del os.environ[name]


class ByFile(LoadFileScheduling):
    """A file's tests run in one worker; so do all tests of DAGs, for one Airflow takes longer to start than they take to run."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/dags" if nodeid.startswith("tests/dags/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Give the scheduler of `--dist loadfile`."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_report_header() -> str:
    """Say which databases front tables are tried on: a run without MariaDB must not look like one with it."""
    tried = f"PostgreSQL and MariaDB at {MARIADB[0]}:{MARIADB[1]}" if "mariadb" in FRONT_DATABASES else NO_MARIADB
    return f"front tables are tried on {tried}"


@pytest.fixture(scope="session")
def postgres_home() -> Iterator[Path]:
    """Give the home folder of the session's server, which runs for as long as the session."""
    with passing_home("hub-tests-", IN_MEMORY) as home:
        yield home


@pytest.fixture(scope="session")
def postgres_url(postgres_home: Path) -> str:
    """Give the address of the session's server, database `hub`, not migrated."""
    return database_url(postgres_home, "hub")


@pytest.fixture(scope="session")
def migrated_template(postgres_home: Path) -> str:
    """Give the name of the migrated database that the others are cloned from; leave it alone."""
    url = database_url(postgres_home, TEMPLATE)
    migrate(url)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as conn:
        forget_line(conn)
    return TEMPLATE


@pytest.fixture(scope="session")
def administrator(postgres_url: str) -> Iterator[Connection]:
    """Give a connection that makes and drops the databases of tests: one for all, for thousands are made."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def cloned(administrator: Connection, postgres_url: str) -> Cloned:
    """Give a way to have a database like a template."""
    return partial(clone, administrator, postgres_url)


@pytest.fixture(scope="session")
def catalogue_template(cloned: Cloned, migrated_template: str) -> Iterator[str]:
    """Give the name of a migrated database that knows the catalogue; leave it alone."""
    with cloned(migrated_template) as engine:
        with engine.begin() as conn:
            load_catalogue(conn, read_catalogue())
        engine.dispose()  # whoever clones it must be alone with it
        yield str(engine.url.database)


@pytest.fixture
def template(migrated_template: str) -> str:
    """Give the name of the database that a test's own is cloned from: an empty one."""
    return migrated_template


@pytest.fixture
def database(cloned: Cloned, template: str) -> Iterator[Engine]:
    """Give an engine on a fresh migrated database."""
    with cloned(template) as engine:
        yield engine


@pytest.fixture
def database_address(database: Engine) -> str:
    """Give the address of the same database."""
    return database.url.render_as_string(hide_password=False)


@pytest.fixture(params=FRONT_DATABASES)
def front_url(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[str]:
    """Give the address of an empty database for a front table, on each kind of server that there is."""
    name = f"front_{os.getpid()}_{next(_numbers)}"
    server = postgres_url if request.param == "postgresql" else f"{MARIADB_URL}/mysql"
    _administer(server, f"create database {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _administer(server, f"drop database {name}" + (" with (force)" if request.param == "postgresql" else ""))


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Give a keyring whose secret is always the same."""
    return Keyring(SECRET)


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))

"""What every test may ask for: an empty migrated database, a keyring, and an environment without our variables.

The database is a real PostgreSQL server in a temporary folder, started once per session, without durability.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from license_library.database import migrate, open_database
from license_library.embedded import database_url, erase, running
from license_library.keyring import Keyring

TEMPLATE = "template_library"
_numbers = count(1)


def pytest_configure() -> None:
    """Scrub the environment before anything can read it: a developer's settings never reach a test."""
    for name in [n for n in os.environ if n.startswith(("HUB_", "AIRFLOW_"))]:
        del os.environ[name]


@pytest.fixture(scope="session")
def postgres_home() -> Iterator[Path]:
    """Give the home folder of the session's server, which runs for as long as the session."""
    home = Path(tempfile.mkdtemp(prefix="hub-tests-"))
    home.chmod(0o711)  # as root the server runs as another user, who must be able to walk in
    try:
        with running(home, fast=True):
            yield home
    finally:
        erase(home)
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgres_url(postgres_home: Path) -> str:
    """Give the address of the session's server, database `hub`, not migrated."""
    return database_url(postgres_home, "hub")


@pytest.fixture(scope="session")
def migrated_template(postgres_home: Path) -> str:
    """Give the address of the migrated database that the others are cloned from; leave it alone."""
    url = database_url(postgres_home, TEMPLATE)
    migrate(url)
    return url


@pytest.fixture
def database_address(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """Give the address of a fresh migrated database."""
    name = f"test_{next(_numbers)}"
    _administer(postgres_url, f"create database {name} template {TEMPLATE}")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    _administer(postgres_url, f"drop database {name} with (force)")


@pytest.fixture
def database(database_address: str) -> Iterator[Engine]:
    """Give an engine on a fresh migrated database."""
    engine = open_database(database_address)
    yield engine
    engine.dispose()


@pytest.fixture
def keyring() -> Keyring:
    """Give a keyring whose secret is always the same."""
    return Keyring(b"a secret of thirty-two bytes, ok")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))

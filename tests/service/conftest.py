"""A service over a real database, asked over a real socket, by clients and by a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from database_clones import Cloned
from fastapi import FastAPI
from httpx import Client
from service_makers import TOKEN, Shelf, calling, fill_shelf, serving, settings_over
from sqlalchemy import Engine

from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings

CHROMIUM = "/usr/bin/chromium"
SHARED = "asked_by_the_service"


@pytest.fixture(scope="session")
def shared_database(cloned: Cloned, catalogue_template: str) -> Iterator[Engine]:
    """Give one database to all tests that only ask."""
    with cloned(catalogue_template) as engine:
        yield engine


@pytest.fixture
def template(catalogue_template: str) -> str:
    """Give the name of the database that a test's own is cloned from: one that knows the catalogue."""
    return catalogue_template


@pytest.fixture(scope="session")
def settings(shared_database: Engine) -> ServiceSettings:
    """Give settings with a clock that stands still."""
    return settings_over(shared_database)


@pytest.fixture(scope="session")
def shelf(settings: ServiceSettings) -> Shelf:
    """Give a library with a few licenses, one of them old, and a record in quarantine."""
    return fill_shelf(settings)


@pytest.fixture(scope="session")
def app(settings: ServiceSettings) -> FastAPI:
    """Give the application."""
    return create_app(settings)


@pytest.fixture(scope="session")
def served(app: FastAPI) -> Iterator[str]:
    """Give the address of a real server."""
    with serving(app) as address:
        yield address


@pytest.fixture
def own_settings(database: Engine) -> ServiceSettings:
    """Give settings over a database that no other test sees."""
    return settings_over(database)


@pytest.fixture
def own_shelf(own_settings: ServiceSettings) -> Shelf:
    """Give a filled library that no other test sees."""
    return fill_shelf(own_settings)


@pytest.fixture
def own_machine(own_settings: ServiceSettings, own_shelf: Shelf) -> Iterator[Client]:
    """Give a client of a service that no other test asks."""
    with serving(create_app(own_settings)) as address, calling(address, Authorization=f"Bearer {TOKEN}") as client:
        yield client


@pytest.fixture
def stranger(served: str) -> Iterator[Client]:
    """Give a client that nobody stands behind."""
    with calling(served) as client:
        yield client


@pytest.fixture
def machine(served: str) -> Iterator[Client]:
    """Give a client that carries the token."""
    with calling(served, Authorization=f"Bearer {TOKEN}") as client:
        yield client


@pytest.fixture
def person(served: str) -> Iterator[Client]:
    """Give a client that has signed in as people do, and sends our Origin with every write."""
    with calling(served, Origin=served) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        yield client


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the browser's path; without one the browser tests, and only those, are left out."""
    found = shutil.which("chromium") or shutil.which(CHROMIUM)
    if not found:
        pytest.skip("no Chromium here; get it with: apt-get install -y --no-install-recommends chromium fonts-noto-cjk")
    return found

"""A service over a real database, asked over a real socket, by clients and by a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx import Client
from service_makers import NOW, TOKEN, Shelf, calling, fill_shelf, serving
from sqlalchemy import Engine

from license_library.keyring import Keyring
from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def shelf(database: Engine, keyring: Keyring) -> Shelf:
    """Give a library with a few licenses, one of them old, and a record in quarantine."""
    return fill_shelf(database, keyring)


@pytest.fixture
def settings(database: Engine, keyring: Keyring) -> ServiceSettings:
    """Give settings with a clock that stands still."""
    return ServiceSettings(engine=database, keyring=keyring, token=TOKEN, clock=lambda: NOW)


@pytest.fixture
def app(settings: ServiceSettings) -> FastAPI:
    """Give the application."""
    return create_app(settings)


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """Give the address of a real server."""
    with serving(app) as address:
        yield address


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

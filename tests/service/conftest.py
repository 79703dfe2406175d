"""A service over a real database, asked in process, over a socket, and by a real browser."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from service_makers import NOW, ORIGIN, TOKEN, Shelf, fill_shelf
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
def stranger(app: FastAPI) -> Iterator[TestClient]:
    """Give a client that nobody stands behind."""
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def machine(app: FastAPI) -> Iterator[TestClient]:
    """Give a client that carries the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False) as client:
        yield client


@pytest.fixture
def person(app: FastAPI) -> Iterator[TestClient]:
    """Give a client that has signed in as people do, and sends our Origin with every write."""
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        yield client


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """Give the address of a real server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the browser's path; without one the browser tests, and only those, are left out."""
    found = shutil.which("chromium") or shutil.which(CHROMIUM)
    if not found:
        pytest.skip("no Chromium here; get it with: apt-get install -y --no-install-recommends chromium fonts-noto-cjk")
    return found


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)

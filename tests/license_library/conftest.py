"""A library that knows one department, and a way to begin its exchanges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from library_makers import DEPARTMENT, FEED, LEASE, NOW, department_entry, feed_entry
from question_makers import Library
from sqlalchemy import Engine

from license_library.exchanges import Exchange, begin_exchange, register_department
from license_library.keyring import Keyring


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


@pytest.fixture
def shelf(database: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give a library with the catalogue in it, to write subjects, licenses and cases into."""
    with database.begin() as conn:
        yield Library(conn, keyring)

"""Databases that live as long as a run of the kit: an embedded server that is thrown away, a library cloned from a template.

Knows nothing of the hub's own database, and has no way to find it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from hub.conformance.victims import Victims, standing_by
from hub.context import prepare_database
from license_library.deliveries.push_holds import forget_line
from license_library.storage.database import open_database
from license_library.storage.embedded import database_url
from license_library.storage.passing_home import passing_home

TEMPLATE = "kit_template"


@dataclass
class Scratch:
    """Hold a server that is thrown away, and who is killed on it."""

    home: Path
    victims: Victims
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def library(self, template: str = TEMPLATE) -> Iterator[str]:
        """Yield the address of a fresh library that knows the catalogue, or of a copy of another that nobody has open."""
        with self._database(f"template {template}") as url:
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Yield the address of an empty database, for a front table."""
        with self._database("") as url:
            yield url

    @contextmanager
    def on_server(self, server: str) -> Iterator[str]:
        """Yield the address of an empty database on a server that is not ours; it is dropped afterwards."""
        name = f"hub_kit_{os.getpid()}_{next(self._numbers)}"
        _administer(server, f"create database {name}")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            _administer(server, f"drop database {name}")

    def prepare(self) -> None:
        """Make the template that libraries are cloned from."""
        url = database_url(self.home, TEMPLATE)
        engine = open_database(url)
        try:
            prepare_database(url, engine)
            with engine.begin() as conn:
                forget_line(conn)
        finally:
            engine.dispose()

    @contextmanager
    def _database(self, how: str) -> Iterator[str]:
        server = database_url(self.home, "hub")
        name = f"kit_{next(self._numbers)}"
        _administer(server, f"create database {name} {how}")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            _administer(server, f"drop database {name} with (force)")


@contextmanager
def scratch_server(in_memory: Path | None = None) -> Iterator[Scratch]:
    """Start a server that is thrown away, in a folder in memory where one is given; nothing of it is left afterwards."""
    with passing_home("hub-kit-", in_memory) as home, standing_by() as victims:
        scratch = Scratch(home, victims)
        scratch.prepare()
        yield scratch


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))

"""Databases of tests: each like a template, there for as long as a block runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

from sqlalchemy import Connection, Engine, make_url

from license_library.storage.database import open_database

Cloned = Callable[[str], AbstractContextManager[Engine]]  # by the template's name
_numbers = count(1)


@contextmanager
def clone(administrator: Connection, server_url: str, template: str) -> Iterator[Engine]:
    """Yield an engine over a database like the template; nothing of it is left afterwards."""
    name = f"test_{next(_numbers)}"
    # Copying files takes half as long as writing all into the log of a server that keeps nothing.
    administrator.exec_driver_sql(f"create database {name} template {template} strategy file_copy")
    engine = open_database(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    administrator.exec_driver_sql(f"drop database {name} with (force)")

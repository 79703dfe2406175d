"""Where a fake front table is kept: a database of its own beside the hub's, on the same server.

Knows addresses only. A real department's front database stands in its connection and never here.
"""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from connectors.declarations.declaration import Department
from hub.settings import Settings
from license_library.storage import embedded


def front_database(settings: Settings, engine: Engine, department: Department) -> str:
    """Return the address of the database for a department's fake front table; empty where it needs none."""
    if department.transport.kind != "table":
        return ""
    name = f"front_{department.department}"
    if not settings.database_url:
        return embedded.database_url(settings.home.absolute(), name)
    return _beside(engine, name)


def _beside(engine: Engine, name: str) -> str:
    maker = create_engine(engine.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with maker.connect() as conn:
        if not conn.scalar(text("select true from pg_database where datname = :name"), {"name": name}):
            conn.execute(text(f"create database {conn.dialect.identifier_preparer.quote(name)}"))
    return engine.url.set(database=name).render_as_string(hide_password=False)

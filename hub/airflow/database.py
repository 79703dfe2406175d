"""Where Airflow keeps its own state: a database beside the hub's, on the same server.

Knows its address, whether it is at the revision of the installed Airflow, and whether a run in it was cut off.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from hub.airflow.home import AirflowHome
from hub.airflow.servers import migrate_airflow


def airflow_database_url(hub_url: str, name: str = "") -> str:
    """Return the address of Airflow's database on the hub's server (`name`, or HUB_airflow); create it at first."""
    name = name or f"{make_url(hub_url).database}_airflow"
    engine = create_engine(hub_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as conn:
        if not conn.scalar(text("select 1 from pg_database where datname = :name"), {"name": name}):
            quoted = engine.dialect.identifier_preparer.quote_identifier(name)
            conn.execute(text(f"create database {quoted}"))
    return make_url(hub_url).set(database=name).render_as_string(hide_password=False)


def keep_migrated(home: AirflowHome, base: Mapping[str, str]) -> bool:
    """Migrate where needed; tell whether it was. Asking Airflow itself would cost five seconds at every start."""
    note = home.folder / "migrated"
    if note.exists() and note.read_text() == _revision(home) and (home.folder / "airflow.cfg").exists():
        return False
    migrate_airflow(home, base)
    note.write_text(_revision(home))
    return True


def has_unfinished_runs(home: AirflowHome) -> bool:
    """Tell whether an earlier Airflow was ended in the middle: its runs would go on before anyone could stop them."""
    engine = create_engine(home.database_url, poolclass=NullPool)
    with engine.connect() as conn:
        return bool(conn.scalar(text("select exists(select from dag_run where state in ('queued', 'running'))")))


def _revision(home: AirflowHome) -> str:
    engine = create_engine(home.database_url, poolclass=NullPool)
    try:
        with engine.connect() as conn:
            revision = conn.scalar(text("select version_num from alembic_version"))
    except ProgrammingError:
        revision = None
    return f"{version('apache-airflow-core')} {revision}"

"""How the library's database is reached and brought up to date.

Knows addresses, pools and migrations. Knows no table; holds no engine of its own.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import stamina
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection

from schemas.errors import DatabaseUnavailable, RequestError

DRIVER = "postgresql+psycopg"
MIGRATIONS = Path(__file__).parents[1] / "migrations"
# JIT compilation costs more than it saves on short statements; instants leave the database as UTC.
SESSION_OPTIONS = "-c timezone=UTC -c jit=off"
# While a migration waits for a lock, everybody who comes later waits behind it: so long, and no longer.
# Above PostgreSQL's deadlock_timeout: a question that waits for the migration, which waits for it, is refused after a second and may be
# repeated; below it the migration would give way each time, and never get in while questions follow one another.
LOCK_MILLISECONDS = 2_000
PATIENCE_SECONDS = 120.0  # in which the whole migration is tried again
_REVISION = text("select version_num from alembic_version")
_PLAN_ONCE = text("select set_config('plan_cache_mode', 'force_generic_plan', true)")


def open_database(url: str, *, pool_size: int = 10, plans_once: bool = False) -> Engine:
    """Return an engine for `url`; it survives a server restart and a fork.

    With `plans_once` each connection plans a statement once, whatever its values: for questions that go through the same
    indexes always, whose planning costs more than their running.
    """
    options = f"{SESSION_OPTIONS} -c plan_cache_mode=force_generic_plan" if plans_once else SESSION_OPTIONS
    engine = create_engine(
        _read_address(url),
        pool_pre_ping=True,
        pool_size=pool_size,
        connect_args={"application_name": "license-hub", "connect_timeout": 10, "options": options},
    )
    _guard_forks(engine)
    return engine


def limit_statements(engine: Engine, seconds: float) -> Engine:
    """Return the same engine, over the same connections, whose statements end after so many seconds each."""
    limited = engine.execution_options()

    def set_limit(connection: Connection) -> None:
        milliseconds = max(1, int(seconds * 1000))
        connection.exec_driver_sql(f"set local statement_timeout = {milliseconds}")

    event.listen(limited, "begin", set_limit)
    return limited


def plan_once(connection: Connection) -> None:
    """Let the rest of this transaction be planned as where `plans_once` is said."""
    connection.execute(_PLAN_ONCE)


def of_one_moment(engine: Engine) -> Engine:
    """Return the same engine, over the same connections, whose transactions see the database as it was at their first statement."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _read_address(url: str) -> URL:
    """Refuse what is no address of a PostgreSQL before anything opens it; the address itself may hold a password."""
    try:
        address = make_url(url)
        make_conninfo(**{key: value for key, value in address.query.items() if isinstance(value, str)})
    except (ArgumentError, ValueError, ProgrammingError):
        address = None
    if address is None or address.drivername != DRIVER:
        raise RequestError(
            "database: its address cannot be used; expected HUB_DATABASE_URL like "
            "postgresql+psycopg://user:password@host:5432/hub; nothing was opened"
        )
    return address


def _guard_forks(engine: Engine) -> None:
    # A pooled connection used on both sides of a fork hands one process the other's rows.
    def note_owner(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["pid"] = os.getpid()

    def refuse_inherited(_connection: Any, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        if entry.info["pid"] != os.getpid():
            entry.dbapi_connection = proxy.dbapi_connection = None  # type: ignore[misc]
            raise DisconnectionError("the connection belongs to the process that was forked")

    event.listen(engine, "connect", note_owner)
    event.listen(engine, "checkout", refuse_inherited)


def migrate(url: str, revision: str = "head", *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Bring the database at `url` to `revision`: upwards, or downwards to "base" or an earlier one.

    One transaction: it goes through whole or changes nothing. Where somebody works in what it changes it steps back, and is
    tried again as long as there is patience.
    """
    _read_address(url)
    try:
        for attempt in stamina.retry_context(
            on=_is_kept_out, attempts=None, timeout=patience_seconds, wait_initial=0.5, wait_max=5.0
        ):
            with attempt:
                _run_revisions(url, revision)
    except OperationalError as failure:
        raise _not_migrated(failure, patience_seconds) from failure
    except CommandError as failure:
        raise DatabaseUnavailable(
            f"database: no way leads from its revision to {revision} ({failure}); expected revisions up to {heads()[0]}; "
            "nothing was changed; use the version of the hub that it belongs to"
        ) from failure
    if revision == "head":
        assert_migrated(url)


def _run_revisions(url: str, revision: str) -> None:
    going_down = revision == "base" or revision.startswith("-")
    (command.downgrade if going_down else command.upgrade)(migration_config(url), revision)


def _is_kept_out(error: Exception) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.orig, LockNotAvailable | DeadlockDetected)


def _not_migrated(failure: OperationalError, patience_seconds: float) -> DatabaseUnavailable:
    if not _is_kept_out(failure):
        return DatabaseUnavailable("database: the migration could not reach it or was cut off; nothing was changed")
    return DatabaseUnavailable(
        f"database: the migration was kept out for {patience_seconds:g} s; expected a moment in which nobody works in the tables "
        "that it changes, but somebody did, who cannot be named; nothing was changed; run it again, or stop the DAGs and the service before"
    )


def heads() -> list[str]:
    """Return the newest revisions; there must be exactly one."""
    return ScriptDirectory.from_config(migration_config("")).get_heads()


@functools.cache
def own_revision() -> str:
    """Return the revision that this version of the hub is made for."""
    return heads()[0]


def demand_own_revision(conn: Connection) -> None:
    """Raise where the tables are another version's: whoever does not know all of them would write half of what belongs there."""
    got = conn.scalar(_REVISION)
    if got != own_revision():
        raise DatabaseUnavailable(
            f"database: not as this version expects it; expected revision {own_revision()}, got {got}; nothing of this step was "
            "applied; it can be repeated; run `hub db up`, or restart what runs an older version"
        )


def migration_config(url: str) -> Config:
    """Return Alembic's configuration, built here because an installed package has no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    config.attributes["lock_milliseconds"] = LOCK_MILLISECONDS
    return config


def is_answering(url: str) -> bool:
    """Tell whether a database answers at that address."""
    try:
        with create_engine(_read_address(url), poolclass=NullPool).connect() as connection:
            return connection.scalar(text("select true")) is True
    except OperationalError:
        return False


def assert_migrated(url: str) -> None:
    """Raise where the database is missing migrations or cannot read Chinese."""
    engine = create_engine(_read_address(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            got = MigrationContext.configure(connection).get_current_revision()
            reads_chinese = connection.scalar(text(r"select '平度' ~ '^\w\w$' and lower('Ａ') <> 'Ａ'"))
    except OperationalError as failure:
        raise DatabaseUnavailable(
            "database: it does not answer; expected a running PostgreSQL; nothing was done"
        ) from failure
    if [got] != heads():
        raise DatabaseUnavailable(
            f"database: not of this version; expected revision {heads()[0]}, got {got}; run `hub db up`, or use the newer "
            "version that migrated it"
        )
    if not reads_chinese:
        raise DatabaseUnavailable(
            "database: its locale does not know Chinese; expected C.UTF-8 or ICU, got C; create it again"
        )

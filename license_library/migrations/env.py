"""Alembic's entry: run the revisions over one connection, one process at a time.

Knows the address it is given and the tables as they should be, for `check`.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from license_library.tables import metadata

LOCK = 370283  # any number of our own: two processes that migrate at once take turns
LIMIT = text("select set_config('lock_timeout', :limit, true)")
HAS_FEEDS = text("select to_regclass('feeds') is not null")
# Whoever merges holds a row of it: found out before anything that all others need is taken.
GATE = text("lock table feeds in exclusive mode")
# An exchange that another version began would go on to write as that version does, and leave out what it does not know.
OVERTAKE = text("update feeds set epoch = epoch + 1")


def run() -> None:
    """Run what the command asks for in one transaction."""
    engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # Not before: whoever waits for that turn keeps nobody waiting, and it may last as long as the other needs.
        connection.execute(LIMIT, {"limit": f"{context.config.attributes['lock_milliseconds']}ms"})
        context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
        before = set(context.get_context().get_current_heads())
        if before != set(context.script.get_heads()) and connection.scalar(HAS_FEEDS):
            connection.execute(GATE)
        context.run_migrations()
        if set(context.get_context().get_current_heads()) != before and connection.scalar(HAS_FEEDS):
            connection.execute(OVERTAKE)


run()

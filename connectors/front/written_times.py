"""Times of a PostgreSQL table that no calendar of ours holds, such as `infinity`: they come as the database writes them.

Its driver would refuse the whole block for one of them. Knows no table; what the text means is the mapping's to say.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

TIMES = ("date", "time", "timetz", "timestamp", "timestamptz", "interval")


def keep_written_times(line: psycopg.Connection[Any]) -> None:
    """Make a connection give a time that it cannot read as text."""
    for name in TIMES:
        line.adapters.register_loader(
            name, _or_text(line.adapters.get_loader(line.adapters.types[name].oid, Format.TEXT))
        )


def _or_text(known: Any) -> type[Loader]:
    class OrText(Loader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._load = known(oid, context).load

        def load(self, data: Buffer) -> object:
            try:
                return self._load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return OrText

"""Everything a front table holds, as of one moment: counts and digests of its buckets, and the rows of some of them.

The department's own database does the counting, so that only rows of buckets that changed travel. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from connectors.declarations.declared import Department, Feed
from connectors.formats.page_rows import PageRows
from connectors.front.front_database import FrontDatabase
from connectors.front.table_rows import TablePage, read_columns, rows_of, text_of
from connectors.wire.connection import Connection
from connectors.wire.wire_clock import read_clock

COUNTING = {"postgresql", "mysql", "mariadb"}  # databases whose MD5 and sums we know
BETWEEN, NOTHING = "\x1f", "\x1e"  # no value of a record holds them


class FrontListing:
    """Look at one feed's table in one snapshot."""

    def __init__(self, department: Department, feed: Feed, connection: Connection, digits: int) -> None:
        self._department, self._feed, self._digits = department, feed, digits
        self._front = FrontDatabase(department, feed, connection, read_clock)
        self._columns = read_columns(self._front.contract, feed)

    def __enter__(self) -> FrontListing:
        names = {column.name for column in self._columns} | set(self._feed.key)
        self._live = self._front.live_columns(sorted(names))
        self._table = self._front.table(list(self._live.values()))
        self._is_counting = self._front.step(self._begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._front.__exit__(kind, error, trace)

    def sums(self) -> dict[str, str] | None:
        """Return of each bucket how many rows it holds and a sum over them; None where the database cannot count so."""
        if not self._is_counting:
            return None
        found = sa.select(self._bucket().label("bucket"), sa.func.count(), sa.func.sum(self._row_number()))
        grouped = found.select_from(self._table).group_by(sa.literal_column("bucket"))
        rows = self._front.step(lambda conn: conn.execute(grouped).all())
        return {str(bucket): f"{count}:{int(total)}" for bucket, count, total in rows}

    def rows(self, buckets: Collection[str] | None = None) -> Iterator[PageRows]:
        """Yield the rows of some buckets, or every row, in the order in which they would be pulled."""
        names = [column.name for column in self._columns]
        order = dict.fromkeys([*(self._feed.order or [self._feed.cursor.field]), *self._front.contract.primary_key])
        found = sa.select(*(self._live[name] for name in names)).select_from(self._table)
        found = found.order_by(*(self._live.get(name, sa.column(name)) for name in order))
        if buckets is not None:
            found = found.where(self._bucket().in_(sorted(buckets)))
        size = self._feed.paging.size  # so many are sure to fit into memory: they are a page
        streamed: dict[str, Any] = {"stream_results": True, "max_row_buffer": size}
        result = self._front.step(lambda conn: conn.execute(found, execution_options=streamed))
        while rows := self._front.step(lambda _: result.fetchmany(size)):
            yield self._read(names, rows)

    def _read(self, names: list[str], rows: Sequence[sa.Row[Any]]) -> PageRows:
        zone = self._front.zone
        texts = [[text_of(value, zone) for value in row] for row in rows]
        return rows_of(self._department, self._feed, TablePage(self._front.contract.name, names, texts))

    def _begin(self, conn: sa.Connection) -> bool:
        if conn.dialect.name in COUNTING:
            conn.execution_options(isolation_level="REPEATABLE READ")
        if conn.dialect.name == "postgresql":
            conn.execution_options(postgresql_readonly=True)
        return conn.dialect.name in COUNTING

    def _text(self, name: str) -> sa.ColumnElement[str]:
        return sa.cast(self._live[name], sa.Text)

    def _bucket(self) -> sa.ColumnElement[str]:
        """Write the record's key as the mapping does, and the bucket it falls into."""
        texts = [sa.func.nullif(sa.func.trim(self._text(name)), "") for name in self._feed.key]
        parts = [*(sa.case((text.not_like("%/%"), text)) for text in texts[:-1]), texts[-1]]
        key: sa.ColumnElement[str] = parts[0]
        for part in parts[1:]:
            key = sa.cast(key, sa.Text) + "/" + sa.cast(part, sa.Text)
        return sa.func.substr(sa.func.md5(sa.func.coalesce(key, "")), 1, self._digits)

    def _row_number(self) -> sa.ColumnElement[Any]:
        """Write a row as a number: sixty bits of the MD5 over all its values."""
        values = [sa.func.coalesce(self._text(column.name), NOTHING) for column in self._columns]
        digest = sa.func.substr(sa.func.md5(sa.func.concat_ws(BETWEEN, *values)), 1, 15)
        if self._is_postgresql:
            bits = sa.cast(sa.literal_column("'x'").op("||")(digest), postgresql.BIT(60))
            return sa.cast(bits, sa.BigInteger)
        return sa.cast(sa.func.conv(digest, 16, 10), mysql.BIGINT(unsigned=True))

    @property
    def _is_postgresql(self) -> bool:
        return self._front.dialect == "postgresql"

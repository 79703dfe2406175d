"""Acknowledgement of rows that the hub has: their flag is set, and what is wrong with a row is written back to it.

Marks a row only as long as it is what was read: one that changed since stays unread. Marking twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department, Feed, Flag
from connectors.front.front_database import FrontDatabase
from connectors.front.front_reading import is_unread
from connectors.front.table_rows import TablePage, open_page, read_columns, text_of, value_of
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock
from schemas.errors import DeclarationError

BLOCK = 200
Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Marked:
    """Say how many rows were marked as read and as wrong, and how many stay unread or were marked before."""

    read: int = 0
    wrong: int = 0
    left: int = 0

    def __add__(self, other: Marked) -> Marked:
        """Count two together."""
        return Marked(self.read + other.read, self.wrong + other.wrong, self.left + other.left)


class FrontMarker:
    """Mark rows of one feed's table, page by page, each page in a transaction of the front database."""

    def __init__(self, department: Department, feed: Feed, connection: Connection, clock: Clock) -> None:
        if feed.flag is None:
            raise DeclarationError(f"{department.department}.{feed.name}: declares no flag; there is nothing to mark")
        self._feed, self._flag, self._clock = feed, feed.flag, clock
        self._front = FrontDatabase(department, feed, connection, clock)
        self._columns = read_columns(self._front.contract, feed)
        self._key = self._front.contract.primary_key
        if not self._key:
            raise DeclarationError(
                f"{self._front.who}: the contract's table has no primary key; its rows cannot be marked"
            )

    def __enter__(self) -> FrontMarker:
        flag = self._flag
        marks = [name for name in (flag.column, flag.message, flag.at) if name]
        self._live = self._front.live_columns(sorted({*(c.name for c in self._columns), *self._key, *marks}))
        self._table = self._front.table(list(self._live.values()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._front.__exit__(kind, error, trace)

    def mark(self, body: bytes, wrong: Mapping[int, str]) -> Marked:
        """Mark the rows of a page as read; `wrong` holds, by position, the words for those that are not accepted."""
        page = open_page(body, self._front.who)
        blocks = [range(start, min(start + BLOCK, len(page.rows))) for start in range(0, len(page.rows), BLOCK)]
        return sum((self._front.step(self._block(page, rows, wrong)) for rows in blocks), Marked())

    def _block(self, page: TablePage, rows: range, wrong: Mapping[int, str]) -> Any:
        def work(conn: sa.Connection) -> Marked:
            with conn.begin():
                return self._mark(conn, page, rows, wrong)

        return work

    def _mark(self, conn: sa.Connection, page: TablePage, rows: range, wrong: Mapping[int, str]) -> Marked:
        places = [page.columns.index(name) for name in self._key]
        keys = {row: tuple(page.rows[row][place] for place in places) for row in rows}
        now = self._read_again(conn, page.columns, list(keys.values()))
        same = [row for row in rows if now.get(keys[row]) == page.rows[row]]
        good, bad = [row for row in same if row not in wrong], [row for row in same if row in wrong]
        if good:
            conn.execute(self._update([keys[row] for row in good], self._flag.read, None))
        for row in bad:
            conn.execute(self._update([keys[row]], self._flag.error, wrong[row]))
        return Marked(len(good), len(bad), len(rows) - len(same))

    def _read_again(
        self, conn: sa.Connection, names: Sequence[str], keys: Sequence[Key]
    ) -> dict[Key, list[str | None]]:
        """Lock the rows that still wait, and return them as a page would show them."""
        live, zone = self._live, self._front.zone
        found = sa.select(*(live[name] for name in names)).select_from(self._table)
        found = found.where(self._are(keys), is_unread(self._front, self._flag, live)).order_by(
            *(live[name] for name in self._key)
        )
        places = [list(names).index(name) for name in self._key]
        texts = [[text_of(value, zone) for value in row] for row in conn.execute(found.with_for_update())]
        return {tuple(row[place] for place in places): row for row in texts}

    def _update(self, keys: Sequence[Key], mark: str, words: str | None) -> sa.Update:
        flag, live = self._flag, self._live
        values: dict[str, Any] = {live[flag.column].name: self._value(flag.column, mark)}
        if flag.message:
            values[live[flag.message].name] = words and self._fitted(flag, words)
        if flag.at:
            values[live[flag.at].name] = self._time(flag.at)
        return self._table.update().where(self._are(keys)).values(values)

    def _are(self, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
        columns = [self._live[name] for name in self._key]
        values = [tuple(self._value(name, text) for name, text in zip(self._key, key, strict=True)) for key in keys]
        if len(columns) == 1:
            return columns[0].in_([value for (value,) in values])
        alike = [sa.and_(*(c == v for c, v in zip(columns, value, strict=True))) for value in values]
        return sa.or_(*alike)

    def _value(self, name: str, text: str | None) -> object:
        try:
            return value_of(text, self._front.contract.column(name, self._front.who))
        except ValueError:  # a time that the database alone knows, such as `infinity`
            return sa.cast(text, sa.DateTime)

    def _time(self, name: str) -> object:
        local = self._clock().astimezone(self._front.zone).replace(tzinfo=None, microsecond=0)
        kind = self._front.contract.column(name, self._front.who).kind
        return local if kind == "time" else local.date() if kind == "date" else f"{local}"

    def _fitted(self, flag: Flag, words: str) -> str:
        """Cut to the column's length as the narrowest database counts it: a Chinese character is two."""
        length = self._front.contract.column(flag.message, self._front.who).length
        return words if length is None else words.encode("gb18030")[:length].decode("gb18030", "ignore")

"""Pages of a front table: the unread rows in one snapshot, in a fixed order, each page as soon as it is read.

Changes nothing but the batch column, where one is declared. What is read stays unread until it is acknowledged.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department, Feed, Flag
from connectors.declarations.time_forms import written_form
from connectors.formats.fetched_page import FetchedPage
from connectors.front.front_database import FrontDatabase
from connectors.front.table_rows import MEDIA_TYPE, read_columns, value_of, write_page
from connectors.wire.connection import Connection
from schemas.bureau_time import Clock
from schemas.errors import DepartmentBrokePromise

CLAIM = "hub-"  # a batch of ours begins so; one that a dead exchange left behind is taken over
Columns = dict[str, sa.ColumnClause[Any]]
_log = logging.getLogger(__name__)


def is_unread(front: FrontDatabase, flag: Flag, columns: Columns) -> sa.ColumnElement[bool]:
    """Say that a row waits: its flag is null or one of the declared ones."""
    kind = front.contract.column(flag.column, front.who)
    return sa.or_(columns[flag.column].is_(None), columns[flag.column].in_([value_of(t, kind) for t in flag.unread]))


def read_front_table(
    department: Department, feed: Feed, connection: Connection, since: datetime | None, max_pages: int, clock: Clock
) -> Iterator[FetchedPage]:
    """Yield the rows that wait; `since` None asks for all rows, read or not. More than `max_pages` stay for the next."""
    limits = department.transport.limits
    with FrontDatabase(department, feed, connection, clock) as front:
        reading = _Reading(front, feed, since)
        for number in range(1, max_pages + 1):
            requested_at, began = clock(), time.monotonic()
            rows = front.step(lambda conn: reading.fetch(conn, feed.paging.size))
            body = write_page(front.contract.name, reading.columns, rows, front.zone)
            if len(body) > limits.page_bytes:
                raise DepartmentBrokePromise(
                    f"{front.who}: page {number} has {len(body)} bytes; expected at most {limits.page_bytes}; "
                    "lower paging.size; nothing of the exchange is applied"
                )
            received_at = clock()
            if rows or number == 1:
                yield FetchedPage(
                    number, reading.description, 200, MEDIA_TYPE, body, requested_at, received_at, received_at
                )
            if len(rows) < feed.paging.size:
                return
            time.sleep(max(0.0, began + 1 / limits.requests_per_second - time.monotonic()))
        if front.step(lambda conn: reading.fetch(conn, 1)):
            _stop_at(max_pages, front.who, leaves_unread=feed.flag is not None and since is not None)


def _stop_at(max_pages: int, who: str, *, leaves_unread: bool) -> None:
    """Tell that more lies there than an exchange may take; raise where the next would not bring the rest."""
    if not leaves_unread:
        raise DepartmentBrokePromise(f"{who}: more than {max_pages} pages; expected an end; nothing is applied")
    _log.warning("%s: more than %d pages wait; the rest stays unread for the next exchange", who, max_pages)


class _Reading:
    """One pass over a table."""

    def __init__(self, front: FrontDatabase, feed: Feed, since: datetime | None) -> None:
        contract, self._front = front.contract, front
        self.columns = read_columns(contract, feed)
        names = {column.name for column in self.columns} | set(_asked_columns(feed))
        for name in names:
            contract.column(name, front.who)
        self._live = front.live_columns(sorted(names))
        self._table = front.table(list(self._live.values()))
        self._claimed = _claim(front, feed, self._live, self._table) if feed.flag and feed.flag.batch and since else ""
        self._select = self._write(front, feed, since)
        self.description = _describe(feed, since)
        self._result: sa.CursorResult[Any] | None = None

    def fetch(self, conn: sa.Connection, size: int) -> Sequence[sa.Row[Any]]:
        """Return the next rows; the first call opens the snapshot that all of them come from."""
        if self._result is None:
            self._result = self._front.stream(conn, self._select, size)
        return self._result.fetchmany(size)

    def _write(self, front: FrontDatabase, feed: Feed, since: datetime | None) -> sa.Select[Any]:
        live, contract = self._live, front.contract
        order = dict.fromkeys([*(feed.order or [feed.cursor.field]), *contract.primary_key])
        found = sa.select(*(live[column.name] for column in self.columns)).select_from(self._table)
        found = found.order_by(*(live[name] for name in order))
        if since is None:
            return found
        if self._claimed and feed.flag:
            return found.where(live[feed.flag.batch] == self._claimed, is_unread(front, feed.flag, live))
        return found.where(is_unread(front, feed.flag, live) if feed.flag else _is_newer(front, feed, live, since))


def _asked_columns(feed: Feed) -> list[str]:
    flag = feed.flag
    marks = [flag.column, *([flag.batch] if flag.batch else [])] if flag else []
    return [*feed.order, feed.cursor.field, *marks]


def _is_newer(front: FrontDatabase, feed: Feed, live: Columns, since: datetime) -> sa.ColumnElement[bool]:
    """Compare the column of change as what it is: a time, or a text in the declared form."""
    front.refuse_zoned(feed.cursor.field)
    local = since.astimezone(front.zone).replace(tzinfo=None)
    kind = front.contract.column(feed.cursor.field, front.who).kind
    asked = (
        local
        if kind == "time"
        else local.date()
        if kind == "date"
        else local.strftime(written_form(feed.cursor.format))
    )
    column = live[feed.cursor.field]
    return sa.or_(column.is_(None), column >= asked)


def _claim(front: FrontDatabase, feed: Feed, live: Columns, table: sa.TableClause) -> str:
    """Mark the unread rows as this exchange's; rows of others' batches are left alone."""
    flag, claimed = feed.flag, f"{CLAIM}{secrets.token_hex(6)}"
    assert flag is not None  # noqa: S101 - for the type checker: the caller looked
    batch = live[flag.batch]
    free = sa.or_(batch.is_(None), batch == "", batch.like(f"{CLAIM}%"))
    statement = table.update().where(is_unread(front, flag, live), free).values({batch.name: claimed})

    def work(conn: sa.Connection) -> None:
        with conn.begin():
            conn.execute(statement)

    front.step(work)
    return claimed


def _describe(feed: Feed, since: datetime | None) -> str:
    if since is None:
        return f"{feed.table}: everything"
    if feed.flag:
        return f"{feed.table}: unread by {feed.flag.column}"
    return f"{feed.table}: {feed.cursor.field} from {since:%Y-%m-%dT%H:%M:%SZ}"

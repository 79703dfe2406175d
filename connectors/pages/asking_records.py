"""Records asked for by their keys, as pages like any other: one call for each, or one look into a front table.

Stores nothing; the caller keeps every page before anyone interprets it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department, Feed
from connectors.declarations.delivery_feeds import record_feed
from connectors.formats.fetched_page import FetchedPage
from connectors.front.front_database import FrontDatabase
from connectors.front.table_rows import MEDIA_TYPE, read_columns, value_of, write_page
from connectors.pages.pages import fetch_pages
from connectors.wire.connection import Connection
from connectors.wire.wire_clock import read_clock
from schemas.errors import DeclarationError

BLOCK = 200


def can_ask(department: Department, feed: Feed) -> bool:
    """Say whether single records can be asked for."""
    if department.transport.kind == "table":
        return len(feed.key) == 1
    return feed.reconcile.ask is not None


def ask_records(
    department: Department, feed: Feed, connection: Connection, keys: Sequence[str]
) -> Iterator[FetchedPage]:
    """Yield pages with the records of these keys; one that the department does not have is on none."""
    if department.transport.kind == "table":
        yield from _ask_table(department, feed, connection, keys)
        return
    ask = feed.reconcile.ask
    if ask is None:
        raise DeclarationError(
            f"{department.department}.{feed.name}: declares no way to ask for one record; expected [reconcile.ask]"
        )
    for number, key in enumerate(keys, 1):
        asked = record_feed(department, feed, ask, key)
        for page in fetch_pages(department, asked, connection, None, 1):
            yield dataclasses.replace(page, number=number)


def _ask_table(
    department: Department, feed: Feed, connection: Connection, keys: Sequence[str]
) -> Iterator[FetchedPage]:
    (name,) = feed.key
    with FrontDatabase(department, feed, connection, read_clock) as front:
        columns, key = read_columns(front.contract, feed), front.contract.column(name, front.who)
        live = front.live_columns([column.name for column in columns])
        table = front.table(list(live.values()))
        chosen = sa.select(*(live[column.name] for column in columns)).select_from(table)
        for start in range(0, len(keys), BLOCK):
            asked_at = read_clock()
            wanted = [value_of(one, key) for one in keys[start : start + BLOCK]]
            found = chosen.where(live[name].in_(wanted)).order_by(*(live[one] for one in (feed.cursor.field, name)))
            rows = front.step(lambda conn, found=found: _read(conn, found))  # type: ignore[misc]  # mypy does not see the default
            body, told_at = write_page(front.contract.name, columns, rows, front.zone), read_clock()
            told = f"{feed.table}: {len(wanted)} records by {name}"
            yield FetchedPage(start // BLOCK + 1, told, 200, MEDIA_TYPE, body, asked_at, told_at, told_at)


def _read(conn: sa.Connection, found: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    try:
        return conn.execute(found).all()
    finally:
        conn.rollback()

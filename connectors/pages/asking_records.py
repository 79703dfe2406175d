"""Records asked for by their keys, as pages like any other: one call for each, or one look into a front table.

Stores nothing; the caller keeps every page before anyone interprets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from connectors.declarations.declared import Department, Feed
from connectors.declarations.delivery_feeds import record_feed
from connectors.formats.fetched_page import FetchedPage
from connectors.formats.json_page import holds_null, read_document
from connectors.front.front_database import FrontDatabase
from connectors.front.table_rows import MEDIA_TYPE, read_columns, value_of, write_page
from connectors.pages.page_fetching import PageFetcher
from connectors.pages.page_trail import Place
from connectors.pages.pages import look_inside, require_web
from connectors.wire.connection import Connection
from connectors.wire.wire_clock import read_clock
from schemas.errors import DeclarationError, DepartmentError, DepartmentRefused

BLOCK = 200
NOT_FOUND = 404


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
    if feed.reconcile.ask is None:
        raise DeclarationError(
            f"{department.department}.{feed.name}: declares no way to ask for one record; expected [reconcile.ask]"
        )
    yield from _ask_each(department, record_feed(department, feed, feed.reconcile.ask, "{cursor}"), connection, keys)


def _ask_each(department: Department, feed: Feed, connection: Connection, keys: Sequence[str]) -> Iterator[FetchedPage]:
    """Ask for one record after the other, in one session and at the declared pace; a key stands where a page's cursor does."""
    require_web(department, connection)
    not_found, accept = 0, (NOT_FOUND,) if department.transport.kind == "rest" else ()
    with PageFetcher(department, feed, connection, None, read_clock, accept) as fetcher:
        for number, key in enumerate(keys, 1):
            page = fetcher.fetch(Place(number, 1, cursor=key))
            if page.status == NOT_FOUND:
                not_found += 1
            elif not _is_null(department, feed, page):
                yield page
                look_inside(department, feed, page)
                fetcher.verify(page)
    if not_found == len(keys) > 1:
        raise DepartmentRefused(
            f"{department.department}.{feed.name}: the department answered 404 for each of {not_found} records; expected it "
            "to have some; the path to ask for one may be wrong; nothing is applied"
        )


def _is_null(department: Department, feed: Feed, page: FetchedPage) -> bool:
    """Say whether null stands, in an answer that is one, where the record would."""
    if department.transport.kind != "rest" or feed.answer != "json":
        return False
    try:
        document = read_document(department, feed, page.body, page.media_type)
    except DepartmentError:
        return False  # whoever looks inside will say what is wrong with it
    return holds_null(document, feed.records)


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

"""The rows of an exchange: all that landed, or, in a replay, single rows of pages that landed before.

Knows neither tables nor formats. A row keeps its place in its page and the digest by which its case is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from connectors.declarations.declaration import Department, Feed
from connectors.formats.page_rows import Column
from connectors.pages.pages import PageRows, read_blocks, read_files
from hub.context import HubContext
from hub.pulling.landed_rows import read_landed_rows
from license_library.exchange.exchanges import Exchange
from license_library.exchange.page_requests import list_requests, read_landed_page, read_one_page
from license_library.quarantine.replaying import list_replayed


def rows_of(hub: HubContext, exchange: Exchange, department: Department, feed: Feed) -> Iterator[tuple[int, PageRows]]:
    """Yield the rows that an exchange is about, each with the number of its page."""
    if not exchange.is_replay:
        yield from read_landed_rows(hub, exchange.exchange_id, department, feed)
        return
    with hub.engine.connect() as conn:
        wanted = list_replayed(conn, exchange.exchange_id)
    for number, of_page in groupby(wanted, key=lambda one: one.page_number):
        places = {one.position: one for one in of_page}
        first = next(iter(places.values()))
        source = first.source_exchange_id, first.source_page_number
        for position, row in pick_rows(hub, source, department, feed, list(places)):
            yield number, replace(row, unread={0: places[position].digest})


def pick_rows(
    hub: HubContext, source: tuple[int, int], department: Department, feed: Feed, positions: Sequence[int]
) -> Iterator[tuple[int, PageRows]]:
    """Yield single rows of one landed page, or of one file, by their positions; those it does not have are left out."""
    wanted = set(positions)
    for block in _blocks(hub, source, department, feed):
        for position in sorted(wanted & set(range(block.first, block.first + block.count))):
            yield position, _single(block, position - block.first)


def _blocks(hub: HubContext, source: tuple[int, int], department: Department, feed: Feed) -> Iterator[PageRows]:
    exchange_id, page_number = source
    if department.transport.kind != "file":
        page = read_landed_page(hub.engine, hub.keyring, exchange_id, page_number)
        yield from read_blocks(department, feed, page.body, page.media_type)
        return
    fetch = partial(read_one_page, hub.engine, hub.keyring, exchange_id)
    for file, blocks in read_files(department, feed, list_requests(hub.engine, exchange_id), fetch):
        if file.first_page == page_number:
            yield from blocks
            return


def _single(rows: PageRows, at: int) -> PageRows:
    columns: dict[str, Column] = {name: [values[at]] for name, values in rows.columns.items()}
    faults = [replace(one, row=0) for one in rows.faults if one.row == at]
    unread = {0: rows.unread[at]} if at in rows.unread else {}
    return PageRows(columns, 1, faults, rows.first + at, unread)

"""Landed pages as source rows: a page is read by itself, a file from all its pages. Knows neither tables nor formats."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from connectors.declarations.declaration import Department, Feed
from connectors.pages.pages import LandedFile, PageRows, read_blocks, read_files
from hub.context import HubContext
from license_library.exchange.exchanges import read_pages
from license_library.exchange.page_requests import list_requests, read_one_page


def read_landed_rows(
    hub: HubContext, exchange_id: int, department: Department, feed: Feed
) -> Iterator[tuple[int, PageRows]]:
    """Yield everything that landed: the number of the page, or of a file's first page, and the rows."""
    if department.transport.kind == "file":
        for file, blocks in read_landed_files(hub, exchange_id, department, feed):
            for rows in blocks:
                yield file.first_page, rows
        return
    for page in read_pages(hub.engine, hub.keyring, exchange_id):
        for rows in read_blocks(department, feed, page.body, page.media_type):
            yield page.page_number, rows


def read_landed_files(
    hub: HubContext, exchange_id: int, department: Department, feed: Feed
) -> Iterator[tuple[LandedFile, Iterator[PageRows]]]:
    """Yield each whole file of an exchange with its rows."""
    fetch = partial(read_one_page, hub.engine, hub.keyring, exchange_id)
    yield from read_files(department, feed, list_requests(hub.engine, exchange_id), fetch)

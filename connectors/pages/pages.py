"""The room's front: fetch pages as bytes, read one into source columns, map those into canonical records.

Fetching stores nothing and reading fetches nothing: the caller keeps every page before anyone interprets it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import cast

from connectors.declarations.declared import Department, Feed
from connectors.drops.file_contract import declared_files
from connectors.drops.file_parts import LandedFile, PartStream, find_landed
from connectors.drops.file_reading import peek_file, read_file_drop
from connectors.drops.file_rows import FileReader
from connectors.formats.fetched_page import FetchedPage
from connectors.formats.page_rows import PageFacts, PageRows
from connectors.front.front_reading import read_front_table
from connectors.mapping.mapping import MappedPage, map_rows
from connectors.mapping.row_changes import apply_changes
from connectors.pages.page_fetching import PageFetcher
from connectors.pages.page_reading import read_blocks, read_facts, read_page
from connectors.pages.page_trail import PageTrail, Place
from connectors.wire.connection import Connection
from connectors.wire.wire_clock import read_clock
from schemas.errors import DeclarationError, DepartmentBrokePromise, DepartmentFault, DepartmentRefused

__all__ = [
    "FetchedPage",
    "LandedFile",
    "MappedPage",
    "PageRows",
    "fetch_pages",
    "look_inside",
    "map_page",
    "map_pages",
    "peek_rows",
    "read_blocks",
    "read_files",
    "read_page",
    "require_web",
]


def fetch_pages(
    department: Department, feed: Feed, connection: Connection, since: datetime | None, max_pages: int = 10_000,
    taken: Collection[str] = (),
) -> Iterator[FetchedPage]:  # fmt: skip
    """Yield every page of what changed since `since` (aware; None: from the beginning), raw, before looking inside it.

    `taken`: what was asked for each page of the exchanges that were merged; files among them are not taken again.
    Raises only errors of schemas.errors; what was yielded before an error must not be applied.
    """
    if department.transport.kind == "table":
        yield from read_front_table(department, feed, connection, since, max_pages, read_clock)
        return
    if department.transport.kind == "file":
        yield from read_file_drop(department, feed, connection, since, max_pages, taken, read_clock)
        return
    require_web(department, connection)
    trail = PageTrail(f"{department.department}.{feed.name}", feed, max_pages)
    place: Place | None = trail.start()
    with PageFetcher(department, feed, connection, since, read_clock) as fetcher:
        while place:
            page = fetcher.fetch(place)
            fetcher.fetch_ahead(trail.expected_after(place))
            yield page
            facts = look_inside(department, feed, page)
            fetcher.verify(page)
            place = trail.follow(place, facts, page.body)


def peek_rows(department: Department, feed: Feed, connection: Connection) -> tuple[str, PageRows]:
    """Ask for one page from the beginning, or open the first file; return what was asked and its first rows. Keeps nothing."""
    if department.transport.kind == "file":
        return peek_file(department, feed, connection)
    with closing(cast("Generator[FetchedPage]", fetch_pages(department, feed, connection, None, 1))) as pages:
        page = next(pages)
    return page.request, next(read_blocks(department, feed, page.body, page.media_type))


def read_files(
    department: Department, feed: Feed, pages: Iterable[tuple[int, str]], fetch: Callable[[int], bytes]
) -> Iterator[tuple[LandedFile, Iterator[PageRows]]]:
    """Yield each whole file among landed pages (number, request) with its rows; `fetch` returns the bytes of a page."""
    reader = FileReader(department, feed, declared_files(department, feed))
    for file in find_landed(pages):
        stream = PartStream(file.closing.size, lambda number, first=file.first_page: fetch(first + number))  # type: ignore[misc]  # mypy does not see the default
        yield file, reader.read(file.closing.file, stream)


def map_page(
    department: Department, feed: Feed, rows: PageRows, page_number: int, license_names: Mapping[str, str]
) -> MappedPage:
    """Map decoded rows into the canonical records frame and a problems frame; `license_names` is {type: default name}."""
    return map_pages(department, feed, [(page_number, rows)], license_names)


def map_pages(
    department: Department, feed: Feed, pages: Sequence[tuple[int, PageRows]], license_names: Mapping[str, str]
) -> MappedPage:
    """Map several pages, each with its number, into one; much cheaper than one after the other."""
    return apply_changes(feed, map_rows(department, feed, pages, license_names))


def require_web(department: Department, connection: Connection) -> None:
    """Refuse a connection that pages cannot be fetched over."""
    if not connection.is_web:
        raise DeclarationError(
            f"{department.department}: the connection's scheme is {connection.scheme}; expected http or https for kind "
            f"{department.transport.kind}"
        )


def look_inside(department: Department, feed: Feed, page: FetchedPage) -> PageFacts:
    """Return what a page says of itself; raises where it is none that could be applied."""
    try:
        facts = read_facts(department, feed, page)
    except DepartmentBrokePromise as error:
        if page.status != 200:
            raise _failed_itself(department, feed, page) from error
        raise
    if page.status != 200:
        raise _failed_itself(department, feed, page)
    return facts


def _failed_itself(department: Department, feed: Feed, page: FetchedPage) -> DepartmentFault | DepartmentRefused:
    family = DepartmentRefused if page.status == 400 else DepartmentFault
    return family(
        f"{department.department}.{feed.name}: page {page.number} came with status {page.status} and without a Fault; "
        "nothing was received"
    )

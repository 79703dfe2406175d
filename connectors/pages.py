"""The room's front: fetch pages as bytes, read one into source columns, map those into canonical records.

Fetching stores nothing and reading fetches nothing: the caller keeps every page before anyone interprets it.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import cast

from lxml import etree

from connectors.connection import Connection
from connectors.declared import Department, Feed
from connectors.fetched_page import FetchedPage
from connectors.file_contract import declared_files
from connectors.file_parts import LandedFile, PartStream, find_landed
from connectors.file_reading import peek_file, read_file_drop
from connectors.file_rows import FileReader
from connectors.front_reading import read_front_table
from connectors.json_page import json_facts, json_rows, read_document
from connectors.mapping import MappedPage, map_rows
from connectors.page_fetching import PageFetcher
from connectors.page_headers import add_headers
from connectors.page_rows import PageFacts, PageRows
from connectors.page_trail import PageTrail, Place
from connectors.row_changes import apply_changes
from connectors.safe_xml import FIELD
from connectors.soap_envelope import SoapAnswer, open_answer
from connectors.soap_payload import read_payload
from connectors.soap_reply import soap_facts, soap_rows
from connectors.soap_schema import SoapSchema
from connectors.table_rows import table_rows
from connectors.wire_clock import read_clock
from connectors.xml_page import xml_facts, xml_rows
from schemas.errors import DeclarationError, DepartmentBrokePromise, DepartmentFault, DepartmentRefused

__all__ = [
    "FetchedPage",
    "LandedFile",
    "MappedPage",
    "PageRows",
    "fetch_pages",
    "map_page",
    "map_pages",
    "peek_rows",
    "read_files",
    "read_page",
]

_log = logging.getLogger(__name__)


def fetch_pages(  # noqa: PLR0913, PLR0917 - the last two have defaults
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
    if not connection.is_web:
        raise DeclarationError(
            f"{department.department}: the connection's scheme is {connection.scheme}; expected http or https for kind "
            f"{department.transport.kind}"
        )
    trail = PageTrail(f"{department.department}.{feed.name}", feed, max_pages)
    place: Place | None = trail.start()
    with PageFetcher(department, feed, connection, since, read_clock) as fetcher:
        while place:
            page = fetcher.fetch(place)
            fetcher.fetch_ahead(trail.expected_after(place))
            yield page
            facts = _look_inside(department, feed, page)
            fetcher.verify(page)
            place = trail.follow(place, facts, page.body)


def peek_rows(department: Department, feed: Feed, connection: Connection) -> tuple[str, PageRows]:
    """Ask for one page from the beginning, or open the first file; return what was asked and its rows. Keeps nothing."""
    if department.transport.kind == "file":
        return peek_file(department, feed, connection)
    with closing(cast("Generator[FetchedPage]", fetch_pages(department, feed, connection, None, 1))) as pages:
        page = next(pages)
    return page.request, read_page(department, feed, page.body, page.media_type)


def read_page(department: Department, feed: Feed, body: bytes, media_type: str) -> PageRows:
    """Decode one page into the source columns that the declaration reads."""
    who = f"{department.department}.{feed.name}"
    if department.transport.kind == "table":
        return table_rows(department, feed, body)
    if department.transport.kind == "rest" and feed.answer == "xml":
        return xml_rows(feed, body, media_type, who)
    if department.transport.kind == "rest":
        return json_rows(feed, read_document(department, feed, body, media_type), who)
    answer = _open(department, body, media_type, who)
    binary = _judge(department, answer.element, who)
    return soap_rows(feed, read_payload(department, feed, answer, who), who, binary)


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


def _look_inside(department: Department, feed: Feed, page: FetchedPage) -> PageFacts:
    try:
        facts = _read_facts(department, feed, page)
    except DepartmentBrokePromise as error:
        if page.status != 200:
            raise _failed_itself(department, feed, page) from error
        raise
    if page.status != 200:
        raise _failed_itself(department, feed, page)
    return facts


def _read_facts(department: Department, feed: Feed, page: FetchedPage) -> PageFacts:
    who = f"{department.department}.{feed.name}"
    if department.transport.kind == "rest":
        if feed.answer == "xml":
            facts = xml_facts(feed, page.body, page.media_type, who)
        else:
            facts = json_facts(feed, read_document(department, feed, page.body, page.media_type), who)
        return add_headers(feed, facts, page.headers, who)
    answer = _open(department, page.body, page.media_type, who)
    return soap_facts(feed, read_payload(department, feed, answer, who), who)


def _open(department: Department, body: bytes, media_type: str, who: str) -> SoapAnswer:
    """Open an envelope; where an element carries a whole document, it may be as long as a page."""
    transport = department.transport
    longest = FIELD if transport.payload == "none" else max(FIELD, transport.limits.page_bytes)
    return open_answer(body, media_type, who, longest)


def _failed_itself(department: Department, feed: Feed, page: FetchedPage) -> DepartmentFault | DepartmentRefused:
    family = DepartmentRefused if page.status == 400 else DepartmentFault
    return family(
        f"{department.department}.{feed.name}: page {page.number} came with status {page.status} and without a Fault; "
        "nothing was delivered"
    )


def _judge(department: Department, answer: etree._Element, who: str) -> frozenset[str]:
    """Judge an answer by the contract's schema, as strictly as declared; return the names of values that are files."""
    transport = department.transport
    if transport.strictness == "off":
        return frozenset()
    wsdl = department.folder / "contract" / transport.contract.removeprefix("contract/")
    schema = _schema(wsdl, department.digest)
    if schema.elements and answer.tag not in schema.elements:
        raise DepartmentBrokePromise(
            f"{who}: the answer's element or namespace is not of the contract; nothing is applied"
        )
    problems = schema.problems(answer)
    if problems and transport.strictness == "enforce":
        raise DepartmentBrokePromise(
            f"{who}: the answer breaks the contract: {'; '.join(problems)}; nothing is applied"
        )
    if problems:
        _log.warning("%s: the answer breaks the contract: %s", who, "; ".join(problems))
    return schema.binary


@functools.lru_cache(maxsize=64)
def _schema(wsdl: Path, _digest: str) -> SoapSchema:
    return SoapSchema(wsdl)

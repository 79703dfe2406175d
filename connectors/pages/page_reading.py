"""One page's bytes as source columns, and what it says of the pages around it, for every transport that answers in pages.

Fetches nothing and knows no canonical field.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from connectors.declarations.declared import Department, Feed
from connectors.formats.fetched_page import FetchedPage
from connectors.formats.json_reading import read_json_facts, read_json_rows
from connectors.formats.page_rows import PageFacts, PageRows, source_names, total_in_records
from connectors.formats.safe_xml import FIELD
from connectors.formats.xml_listing import Wanted
from connectors.front.table_rows import table_rows
from connectors.pages.page_headers import add_headers
from connectors.pages.xml_page import xml_facts, xml_rows
from connectors.soap.soap_envelope import SoapAnswer, open_answer, open_listing
from connectors.soap.soap_payload import read_payload
from connectors.soap.soap_reply import soap_facts, soap_rows
from connectors.soap.soap_schema import SoapSchema
from schemas.errors import DepartmentBrokePromise

_log = logging.getLogger(__name__)


def read_page(department: Department, feed: Feed, body: bytes, media_type: str) -> PageRows:
    """Decode a page that is one block into the source columns that the declaration reads."""
    (rows,) = read_blocks(department, feed, body, media_type)
    return rows


def read_blocks(department: Department, feed: Feed, body: bytes, media_type: str) -> Iterator[PageRows]:
    """Decode a page into the source columns that the declaration reads: one block, or several of a long list in XML.

    Raises where a block breaks what was promised: what came before it must not be applied either.
    """
    first = 0
    for rows in _decode(department, feed, body, media_type):
        yield replace(rows, first=first)
        first += rows.count


def _decode(department: Department, feed: Feed, body: bytes, media_type: str) -> Iterator[PageRows]:
    who = f"{department.department}.{feed.name}"
    if department.transport.kind == "table":
        yield table_rows(department, feed, body)
    elif department.transport.kind == "soap":
        yield from _soap_blocks(department, feed, body, media_type, who)
    elif feed.answer == "xml":
        yield from xml_rows(feed, body, media_type, who)
    else:
        yield read_json_rows(department, feed, body, media_type)


def _soap_blocks(department: Department, feed: Feed, body: bytes, media_type: str, who: str) -> Iterator[PageRows]:
    is_judged = department.transport.strictness == "enforce"
    wanted = Wanted(feed.records, source_names(feed), is_judged, bool(feed.holder_keys))
    for answer in _open(department, body, media_type, wanted, who):
        binary = _judge(department, answer.element, who)
        for payload in read_payload(department, feed, answer, wanted, who):
            yield soap_rows(feed, payload, who, binary)


def read_facts(department: Department, feed: Feed, page: FetchedPage) -> PageFacts:
    """Return how many records a page holds and what it says about the others."""
    who = f"{department.department}.{feed.name}"
    if department.transport.kind == "rest":
        if feed.answer == "xml":
            facts = _of_all(list(xml_facts(feed, page.body, page.media_type, who)), who)
        else:
            facts = read_json_facts(department, feed, page.body, page.media_type)
        return add_headers(feed, facts, page.headers, who)
    wanted = Wanted(feed.records, [name] if (name := total_in_records(feed)) else ())
    pieces = [
        soap_facts(feed, payload, who)
        for answer in _open(department, page.body, page.media_type, wanted, who)
        for payload in read_payload(department, feed, answer, wanted, who)
    ]
    return _of_all(pieces, who)


def _of_all(pieces: list[PageFacts], who: str) -> PageFacts:
    """Return what a page says whose pieces say this; what surrounds the records is the same in each."""
    if len({piece.total for piece in pieces}) > 1:
        raise DepartmentBrokePromise(f"{who}: the records tell different totals; nothing of the answer is applied")
    return replace(pieces[0], count=sum(piece.count for piece in pieces))


def _open(department: Department, body: bytes, media_type: str, wanted: Wanted, who: str) -> Iterator[SoapAnswer]:
    """Open an envelope, a long list in pieces; where an element carries a whole document, it may be as long as a page."""
    transport = department.transport
    if transport.payload == "none":
        yield from open_listing(body, media_type, who, wanted)
    else:
        yield open_answer(body, media_type, who, max(FIELD, transport.limits.page_bytes))


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

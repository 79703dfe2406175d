"""One page's bytes as source columns, and what it says of the pages around it, for every transport that answers in pages.

Fetches nothing and knows no canonical field.
"""

from __future__ import annotations

import functools
import logging
from pathlib import Path

from lxml import etree

from connectors.declared import Department, Feed
from connectors.fetched_page import FetchedPage
from connectors.json_reading import read_json_facts, read_json_rows
from connectors.page_headers import add_headers
from connectors.page_rows import PageFacts, PageRows, source_names
from connectors.safe_xml import FIELD
from connectors.soap_envelope import SoapAnswer, open_answer
from connectors.soap_payload import read_payload
from connectors.soap_reply import soap_facts, soap_rows
from connectors.soap_schema import SoapSchema
from connectors.table_rows import table_rows
from connectors.xml_listing import Wanted
from connectors.xml_page import xml_facts, xml_rows
from schemas.errors import DepartmentBrokePromise

_log = logging.getLogger(__name__)


def read_page(department: Department, feed: Feed, body: bytes, media_type: str) -> PageRows:
    """Decode one page into the source columns that the declaration reads."""
    who = f"{department.department}.{feed.name}"
    if department.transport.kind == "table":
        return table_rows(department, feed, body)
    if department.transport.kind == "rest" and feed.answer == "xml":
        return xml_rows(feed, body, media_type, who)
    if department.transport.kind == "rest":
        return read_json_rows(department, feed, body, media_type)
    is_judged = department.transport.strictness == "enforce"
    wanted = Wanted(feed.records, source_names(feed), is_judged, bool(feed.holder_keys))
    answer = _open(department, body, media_type, wanted, who)
    binary = _judge(department, answer.element, who)
    return soap_rows(feed, read_payload(department, feed, answer, wanted, who), who, binary)


def read_facts(department: Department, feed: Feed, page: FetchedPage) -> PageFacts:
    """Return how many records a page holds and what it says about the others."""
    who = f"{department.department}.{feed.name}"
    if department.transport.kind == "rest":
        if feed.answer == "xml":
            facts = xml_facts(feed, page.body, page.media_type, who)
        else:
            facts = read_json_facts(department, feed, page.body, page.media_type)
        return add_headers(feed, facts, page.headers, who)
    wanted = Wanted(feed.records)
    answer = _open(department, page.body, page.media_type, wanted, who)
    return soap_facts(feed, read_payload(department, feed, answer, wanted, who), who)


def _open(department: Department, body: bytes, media_type: str, wanted: Wanted, who: str) -> SoapAnswer:
    """Open an envelope; where an element carries a whole document, it may be as long as a page."""
    transport = department.transport
    if transport.payload == "none":
        return open_answer(body, media_type, who, FIELD, wanted)
    return open_answer(body, media_type, who, max(FIELD, transport.limits.page_bytes))


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

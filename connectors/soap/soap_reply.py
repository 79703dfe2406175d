"""SOAP records read by lxml: one list of elements becomes the declared source columns. zeep never sees a reply.

Knows the declaration's paths (local names, whatever the namespace prefix); knows no canonical field.
"""

from __future__ import annotations

from lxml import etree

from connectors.declarations.declared import Feed
from connectors.formats.json_page import json_facts, json_rows
from connectors.formats.page_rows import PageFacts, PageRows, is_count, one_total, total_in_records
from connectors.formats.xml_listing import Records
from connectors.formats.xml_rows import ElementRows, find_all
from connectors.soap.soap_attachments import describe_text
from connectors.soap.soap_payload import Payload
from schemas.errors import DepartmentBrokePromise

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def soap_facts(feed: Feed, payload: Payload, who: str) -> PageFacts:
    """Return how many records the page holds and what it says about the others."""
    if isinstance(payload.root, dict):
        return json_facts(feed, payload.root, who)
    next_cursor = (payload.text(feed.paging.next) or "").strip()
    count = payload.records.count if payload.records else len(_records(feed, payload.root))
    if name := total_in_records(feed):
        return PageFacts(count, one_total(feed, _told(feed, payload, payload.root, name), who), next_cursor)
    total = (payload.text(feed.paging.total) or "").strip()
    if feed.paging.total and not is_count(total):
        raise DepartmentBrokePromise(
            f"{who}: {feed.paging.total} is not a number; expected the declared total of records"
        )
    return PageFacts(count, int(total) if is_count(total) else None, next_cursor)


def _told(feed: Feed, payload: Payload, root: etree._Element, name: str) -> list[str | None]:
    """Return what each record says under a name."""
    if payload.records:
        return payload.records.columns[name].unique().to_list()
    found = [find_all(item, name) for item in _records(feed, root)]
    return [values[0].text if len(values) == 1 else None for values in found]


def soap_rows(feed: Feed, payload: Payload, who: str, binary: frozenset[str] = frozenset()) -> PageRows:
    """Return the declared source columns of the page's records; of values that are files (`binary`) what is kept of them."""
    if isinstance(payload.root, dict):
        return json_rows(feed, payload.root, who)
    page = _taken_out(payload.records) if payload.records else _walked(feed, payload.root, who)
    for name in binary.intersection(page.columns):
        page.columns[name] = [describe_text(text) for text in page.columns[name]]
    return page


def _taken_out(records: Records) -> PageRows:
    return PageRows(dict(records.columns), records.count, names=records.names)


def _walked(feed: Feed, root: etree._Element, who: str) -> PageRows:
    found = ElementRows(feed)
    for item in _records(feed, root):
        found.add(item)
    return found.page(who)


def _records(feed: Feed, root: etree._Element) -> list[etree._Element]:
    """Return the list's elements; one that says it is nil is none. Of any name (`*`) are those that hold something."""
    if feed.records.endswith("*"):
        return [item for item in find_all(root, feed.records) if len(item) or set(item.attrib) - {NIL}]
    return [item for item in find_all(root, feed.records) if len(item) or item.get(NIL) not in {"true", "1"}]

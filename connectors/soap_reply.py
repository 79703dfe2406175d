"""SOAP records read by lxml: one list of elements becomes the declared source columns. zeep never sees a reply.

Knows the declaration's paths (local names, whatever the namespace prefix); knows no canonical field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from connectors.declared import Feed
from connectors.json_page import json_facts, json_rows
from connectors.page_rows import Fault, PageFacts, PageRows, is_count, source_names
from connectors.safe_xml import local_name
from connectors.soap_attachments import describe_text
from connectors.soap_payload import Payload, find_all
from schemas.errors import DepartmentBrokePromise

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_HAS_NESTED = etree.XPath("boolean(*/*/*)")
Row = dict[str, str | None]


def soap_facts(feed: Feed, payload: Payload, who: str) -> PageFacts:
    """Return how many records the page holds and what it says about the others."""
    if isinstance(payload.root, dict):
        return json_facts(feed, payload.root, who)
    total = (payload.text(feed.paging.total) or "").strip()
    if feed.paging.total and not is_count(total):
        raise DepartmentBrokePromise(
            f"{who}: {feed.paging.total} is not a number; expected the declared total of records"
        )
    next_cursor = (payload.text(feed.paging.next) or "").strip()
    return PageFacts(len(_records(feed, payload.root)), int(total) if is_count(total) else None, next_cursor)


def soap_rows(feed: Feed, payload: Payload, who: str, binary: frozenset[str] = frozenset()) -> PageRows:
    """Return the declared source columns of the page's records; of values that are files (`binary`) what is kept of them."""
    if isinstance(payload.root, dict):
        return json_rows(feed, payload.root, who)
    items, names = _records(feed, payload.root), source_names(feed)
    rows: list[Row] = [{child.tag: child.text for child in item} for item in items]
    tags = _tags_by_name(rows, who)
    columns = {name: _column(rows, tags.get(name)) for name in names}
    plain = {name for name in names if not _is_path(name)}
    faults = [
        f
        for n, (item, row) in enumerate(zip(items, rows, strict=True))
        if len(item) != len(row)
        for f in _doubled(n, item, plain)
    ]
    parent = items[0].getparent() if items else None
    if parent is not None and _HAS_NESTED(parent):
        faults += [f for n, item in enumerate(items) for f in _nested(n, item, plain)]
    for name in filter(_is_path, names):
        columns[name] = [_deep(n, item, name, faults) for n, item in enumerate(items)]
    for name in binary.intersection(names):
        columns[name] = [describe_text(text) for text in columns[name]]
    return PageRows(columns, len(rows), faults)


def _records(feed: Feed, root: etree._Element) -> list[etree._Element]:
    """Return the list's elements; one that says it is nil is none."""
    return [item for item in find_all(root, feed.records) if len(item) or item.get(NIL) not in {"true", "1"}]


def _is_path(name: str) -> bool:
    return "/" in name or name.startswith("@")


def _deep(number: int, item: etree._Element, name: str, faults: list[Fault]) -> str | None:
    """Return the value at a path inside a record, or in an attribute (`@name`)."""
    path, at, attribute = name.partition("@")
    found = find_all(item, path.rstrip("/")) if path else [item]
    if len(found) > 1:
        faults.append(Fault(number, name, "record.wrong_type", "one value", f"{len(found)} elements"))
        return None
    if not found or at:
        return _attribute(found[0], attribute) if found else None
    if len(found[0]):
        faults.append(Fault(number, name, "record.wrong_type", "a plain value", "elements inside"))
    return found[0].text


def _attribute(element: etree._Element, name: str) -> str | None:
    given = {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    return given.get(name)


def _tags_by_name(rows: list[Row], who: str) -> dict[str, str]:
    tags: set[str] = set().union(*rows)
    names = {tag.rpartition("}")[2]: tag for tag in sorted(tags)}
    if len(names) != len(tags):
        raise DepartmentBrokePromise(f"{who}: two namespaces use the same field name; nothing of the answer is applied")
    return names


def _column(rows: list[Row], tag: str | None) -> Sequence[str | None]:
    return [row.get(tag) for row in rows] if tag else [None] * len(rows)


def _doubled(number: int, item: etree._Element, read: set[str]) -> Iterator[Fault]:
    names = [local_name(child) for child in item]
    for name in sorted({name for name in names if names.count(name) > 1} & read):
        yield Fault(number, name, "record.wrong_type", "one value", f"{names.count(name)} elements")


def _nested(number: int, item: etree._Element, read: set[str]) -> Iterator[Fault]:
    for child in item:
        if len(child) and (name := local_name(child)) in read:
            yield Fault(number, name, "record.wrong_type", "a plain value", "elements inside")

"""SOAP replies read by lxml: envelope, fault, payload, and records as columns. zeep never sees a reply.

Knows the declaration's paths (local names, whatever the namespace prefix); knows no canonical field.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from connectors.declared import Department, Feed
from connectors.page_rows import Fault, PageFacts, PageRows, is_count, quoted, require_success, source_names
from connectors.safe_xml import local_name, parse_xml, parse_xml_text
from schemas.errors import DepartmentBrokePromise, DepartmentError, DepartmentFault, DepartmentRefused

ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
SIGN_IN_FAULTS = {
    "FailedAuthentication",
    "InvalidSecurity",
    "InvalidSecurityToken",
    "SecurityTokenUnavailable",
    "FailedCheck",
}
_HAS_NESTED = etree.XPath("boolean(*/*/*)")
Row = dict[str, str | None]


def open_answer(body: bytes, media_type: str, who: str) -> etree._Element:
    """Return the Body's only element; DepartmentFault when it is a Fault."""
    return _open_envelope(parse_xml(body, media_type, who), who)


def read_payload(department: Department, feed: Feed, answer: etree._Element, who: str) -> etree._Element:
    """Return the element that the declared paths start from, after the check of success."""
    if department.transport.payload == "xml-in-string":
        answer = _open_string(answer, who)
    if feed.success:
        require_success(feed, _text(answer, feed.success.field), _text(answer, feed.success.message), who)
    return answer


def soap_facts(feed: Feed, payload: etree._Element, who: str) -> PageFacts:
    """Return how many records the page holds and what it says about the others."""
    total = (_text(payload, feed.paging.total) or "").strip()
    if feed.paging.total and not is_count(total):
        raise DepartmentBrokePromise(
            f"{who}: {feed.paging.total} is not a number; expected the declared total of records"
        )
    next_cursor = (_text(payload, feed.paging.next) or "").strip()
    return PageFacts(len(_find_all(payload, feed.records)), int(total) if is_count(total) else None, next_cursor)


def soap_rows(feed: Feed, payload: etree._Element, who: str) -> PageRows:
    """Return the declared source columns of the page's records."""
    items = _find_all(payload, feed.records)
    rows: list[Row] = [{child.tag: child.text for child in item} for item in items]
    tags = _tags_by_name(rows, who)
    columns = {name: _column(rows, tags.get(name)) for name in source_names(feed)}
    faults = [
        f
        for n, (item, row) in enumerate(zip(items, rows, strict=True))
        if len(item) != len(row)
        for f in _doubled(n, item)
    ]
    parent = items[0].getparent() if items else None
    if parent is not None and _HAS_NESTED(parent):
        faults += [f for n, item in enumerate(items) for f in _nested(n, item)]
    return PageRows(columns, len(rows), faults)


def _open_envelope(root: etree._Element, who: str) -> etree._Element:
    space = root.tag.rpartition("}")[0].lstrip("{")
    if space not in ENVELOPES or local_name(root) != "Envelope":
        hint = " (a sign-in page?)" if local_name(root).lower() == "html" else ""
        raise DepartmentBrokePromise(f"{who}: the answer is {quoted(local_name(root))}{hint}; expected a SOAP envelope")
    bodies = root.findall(f"{{{space}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise DepartmentBrokePromise(f"{who}: expected one Body with one element; nothing of the answer is applied")
    if bodies[0][0].tag == f"{{{space}}}Fault":
        raise _fault(bodies[0][0], who)
    return bodies[0][0]


def _fault(fault: etree._Element, who: str) -> DepartmentError:
    code = fault.findtext("{*}faultcode") or fault.findtext("faultcode") or fault.findtext("{*}Code/{*}Value")
    words = fault.findtext("faultstring") or fault.findtext("{*}faultstring") or fault.findtext("{*}Reason/{*}Text")
    if (code or "").rpartition(":")[2] in SIGN_IN_FAULTS:
        return DepartmentRefused(
            f"{who}: our sign-in is not accepted ({quoted(code)}); check the connection; nothing was delivered"
        )
    return DepartmentFault(
        f"{who}: the department answered with Fault {quoted(code)}: {quoted(words)}; nothing was delivered"
    )


def _open_string(answer: etree._Element, who: str) -> etree._Element:
    """Parse the XML carried as text in the answer's only string; the encoding it claims no longer matters."""
    strings = [e for e in answer.iter() if len(e) == 0]
    if len(strings) != 1:
        raise DepartmentBrokePromise(f"{who}: expected one string in the answer, got {len(strings)}")
    return parse_xml_text(strings[0].text or "", f"{who} (the XML inside the answer's string)")


def _find_all(payload: etree._Element, path: str) -> list[etree._Element]:
    return payload.findall("/".join(f"{{*}}{part}" for part in path.split("/")))


def _text(payload: etree._Element, path: str) -> str | None:
    found = _find_all(payload, path) if path else []
    return found[0].text if found else None


def _tags_by_name(rows: list[Row], who: str) -> dict[str, str]:
    tags: set[str] = set().union(*rows)
    names = {tag.rpartition("}")[2]: tag for tag in sorted(tags)}
    if len(names) != len(tags):
        raise DepartmentBrokePromise(f"{who}: two namespaces use the same field name; nothing of the answer is applied")
    return names


def _column(rows: list[Row], tag: str | None) -> Sequence[str | None]:
    return [row.get(tag) for row in rows] if tag else [None] * len(rows)


def _doubled(number: int, item: etree._Element) -> list[Fault]:
    names = [local_name(child) for child in item]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [Fault(number, name, "record.wrong_type", "one value", f"{names.count(name)} elements") for name in doubled]


def _nested(number: int, item: etree._Element) -> list[Fault]:
    return [
        Fault(number, local_name(c), "record.wrong_type", "a plain value", "elements inside") for c in item if len(c)
    ]

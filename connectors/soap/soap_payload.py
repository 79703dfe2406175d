"""What an opened SOAP answer delivers: the answer itself, or the XML or JSON that it carries as text or as a file.

Paths are the declaration's; `soap:Header/…` and `soap:Body/…` read beside a carried text. Knows no record.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from connectors.declarations.declared import Department, Feed
from connectors.declarations.text_encoding import charset_of, decode_text
from connectors.formats.json_page import json_text, open_document
from connectors.formats.page_rows import require_success
from connectors.formats.safe_xml import utf8_text, utf8_xml
from connectors.formats.xml_listing import Records, Wanted, read_listings
from connectors.formats.xml_rows import find_all, one_text
from connectors.soap.soap_attachments import describe_file
from connectors.soap.soap_envelope import SoapAnswer, require_understood
from schemas.errors import DepartmentBrokePromise

HEADER, BODY = "soap:Header/", "soap:Body/"


@dataclass(frozen=True)
class Payload:
    """Hold where the declared paths start: an element, or a JSON document."""

    root: etree._Element | dict[str, Any]
    answer: SoapAnswer
    who: str
    records: Records | None = None  # where they are not all in the tree

    def text(self, path: str) -> str | None:
        """Return the text at a path, None where nothing is; DepartmentBrokePromise where several stand there that differ."""
        if path.startswith(HEADER):
            return self._text(self.answer.header, path.removeprefix(HEADER))
        if path.startswith(BODY):
            return self._text(self.answer.element, path.removeprefix(BODY))
        return json_text(self.root, path) if isinstance(self.root, dict) else self._text(self.root, path)

    def words(self, path: str) -> str | None:
        """Return the department's own words at a path; None where nothing is, or where they are more than one."""
        try:
            return self.text(path)
        except DepartmentBrokePromise:
            return None

    def _text(self, root: etree._Element | None, path: str) -> str | None:
        return one_text(root, path, self.who) if path and root is not None else None


def read_payload(department: Department, feed: Feed, answer: SoapAnswer, wanted: Wanted, who: str) -> Iterator[Payload]:
    """Yield what the declared paths start from, after the checks of headers and success; a long carried text in pieces."""
    require_understood(answer, _headers_read(feed), who)
    for payload in _open(department, feed, answer, wanted, who):
        require_payload_success(feed, payload, who)
        yield payload


def require_payload_success(feed: Feed, payload: Payload, who: str) -> None:
    """Raise DepartmentFault when the answer itself says that it is none."""
    if feed.success:
        require_success(feed, payload.text(feed.success.field), payload.words(feed.success.message), who)


def _headers_read(feed: Feed) -> set[str]:
    success = (feed.success.field, feed.success.message) if feed.success else ()
    paths = (*success, feed.paging.total, feed.paging.next)
    return {path.removeprefix(HEADER).partition("/")[0] for path in paths if path.startswith(HEADER)}


def _open(department: Department, feed: Feed, answer: SoapAnswer, wanted: Wanted, who: str) -> Iterator[Payload]:
    transport = department.transport
    if transport.payload == "none":
        for element, part in answer.references:
            element.text = describe_file(part.content)
        yield Payload(answer.element, answer, who, answer.records)
        return
    inside = f"{who} (the {'JSON' if transport.payload == 'json-in-string' else 'XML'} inside the answer's string)"
    carried = _carried(department, answer, inside)
    if transport.payload == "json-in-string":
        text = carried if isinstance(carried, str) else decode_text(carried, transport.payload_encoding, inside)
        yield Payload(open_document(feed, text, inside), answer, inside)
        return
    kind = f"text/xml; charset={transport.payload_encoding}"
    body = utf8_text(carried, inside) if isinstance(carried, str) else utf8_xml(carried, kind, inside)
    for listing in read_listings(body, wanted, inside):
        yield Payload(listing.root, answer, inside, listing.records)


def _carried(department: Department, answer: SoapAnswer, who: str) -> str | bytes:
    """Return the carried text, or its bytes where it was packed: then the encoding is what the declaration says."""
    transport = department.transport
    if transport.payload_packing == "attachment":
        return _attached(answer, transport.limits.page_bytes, who)
    text = _only_string(answer.element, transport.payload_path, who)
    if transport.payload_packing == "none":
        return text
    try:
        packed = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise DepartmentBrokePromise(f"{who}: is no base64; nothing of it is applied") from None
    return _unzip(packed, transport.limits.page_bytes, who) if transport.payload_packing == "gzip-base64" else packed


def _only_string(element: etree._Element, path: str, who: str) -> str:
    strings = find_all(element, path) if path else [e for e in element.iter() if len(e) == 0]
    if len(strings) != 1 or len(strings[0]):
        raise DepartmentBrokePromise(f"{who}: expected one string in the answer, got {len(strings)}")
    return strings[0].text or ""


def _attached(answer: SoapAnswer, most: int, who: str) -> str | bytes:
    parts = [part for _, part in answer.references] or list(answer.files.values())
    if len(parts) != 1:
        raise DepartmentBrokePromise(f"{who}: expected one attached file, got {len(parts)}; nothing is applied")
    is_packed = parts[0].content.startswith(b"\x1f\x8b")  # neither XML nor JSON can begin so
    content = _unzip(parts[0].content, most, who) if is_packed else parts[0].content
    label = charset_of(parts[0].media_type)
    return decode_text(content, label, who) if label else content


def _unzip(packed: bytes, most: int, who: str) -> bytes:
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        content = unzip.decompress(packed, most + 1)
    except zlib.error:
        raise DepartmentBrokePromise(f"{who}: is not compressed as declared; nothing of it is applied") from None
    if len(content) > most:
        raise DepartmentBrokePromise(f"{who}: grows beyond {most} bytes; reading stopped, nothing is applied")
    if not unzip.eof:
        raise DepartmentBrokePromise(f"{who}: the compressed text ends early; nothing of it is applied")
    if unzip.unused_data:
        raise DepartmentBrokePromise(f"{who}: something follows the compressed text; nothing of it is applied")
    return content

"""How a fake department answers over SOAP: requests judged by the vendored WSDL, answers written by it.

A wrong request gets a Fault. Knows no sockets; a request comes in as values and an answer goes out as values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from connectors.connection import Connection
from connectors.declared import Department, Feed
from connectors.fake.answers import Page, WrongRequest, find_page, flatten, lay_out, read_request
from connectors.fake.dialect import Row
from connectors.fake.gate import Gate
from connectors.fake.shelf import Render, Shelf
from connectors.fake.soap_order import arrange_answer, arrange_row, find_record, read_answer
from connectors.fake.soap_output import read_output
from connectors.fake.wire import Answer, Request
from connectors.signing import SeenNonces
from connectors.soap_contract import SoapContract
from connectors.username_token import verify_username_token
from schemas.errors import DepartmentRefused

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XML = "text/xml; charset=utf-8"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
PAYLOAD_ROOT = "RESPONSE"
BETWEEN = "\x00"  # no value may hold it: XML cannot carry it


def choose_render(department: Department, feed: Feed) -> Render:
    """Return how one row of `feed` is written: plain elements, or the same as text inside a string."""
    element = feed.records.rpartition("/")[2]
    if department.transport.payload == "none":
        record = find_record(read_answer(department, feed), feed.records)
        return lambda row: _write_row(element, arrange_row(record, row), is_sparse=True).encode()
    return lambda row: escape(_write_row(element, row, is_sparse=False)).encode()


def escape(text: str) -> str:
    """Write text so that XML holds it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class SoapDepartment:
    """Answer the requests of one department's feeds."""

    def __init__(
        self, department: Department, connection: Connection, shelves: Mapping[str, Shelf], gate: Gate
    ) -> None:
        self._department, self._connection, self._shelves = department, connection, shelves
        self._contract = SoapContract(department)
        wsdl = department.folder / department.transport.contract
        operations = {feed.operation for feed in department.feeds.values()}
        self._outputs = {operation: read_output(wsdl, operation) for operation in operations}
        self._is_string = department.transport.payload == "xml-in-string"
        self._seen, self._gate = SeenNonces(), gate

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request; a wrong one gets a Fault."""
        if request.method != "POST" or request.path.rstrip("/") != self._connection.path:
            return Answer(404, "text/plain", b"no service here")
        try:
            envelope = _parse(request.body)
            feed, given = self._read(envelope)
            self._verify(request, envelope, feed, given, now)
            asked = read_request(feed, given)
        except (DepartmentRefused, WrongRequest) as wrong:
            return self.refuse("Client", str(wrong), 500)
        page = find_page(feed, self._shelves[feed.name], asked, mode)
        return Answer(200, XML, self._write(feed, page))

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Answer with a Fault."""
        fault = f"<faultcode>soap:{code}</faultcode><faultstring>{escape(message)}</faultstring>"
        return Answer(status, XML, _envelope(f"<soap:Fault>{fault}</soap:Fault>".encode()))

    def _verify(
        self, request: Request, envelope: etree._Element, feed: Feed, given: dict[str, str], now: datetime
    ) -> None:
        self._gate.verify(request, feed, given, now)
        if self._department.transport.auth != "wsse-username":
            return
        header = envelope.find("{*}Header")
        verify_username_token(etree.Element("none") if header is None else header, self._connection, now, self._seen)

    def _read(self, envelope: etree._Element) -> tuple[Feed, dict[str, str]]:
        body = envelope.find("{*}Body")
        if body is None or len(body) != 1:
            raise WrongRequest("the Body must hold exactly one element")
        operation = self._contract.check_request(body[0])
        feed = next((f for f in self._department.feeds.values() if f.operation == operation), None)
        if feed is None:
            raise WrongRequest(f"operation {operation} is not served")
        holder = self._read_payload(body[0]) if self._is_string else body[0]
        return feed, flatten(_values(holder))

    def _read_payload(self, element: etree._Element) -> etree._Element:
        text = "".join(str(part) for part in element.itertext()).strip()
        root = _parse(DECLARATION.sub("", text).encode())
        if root.tag != self._department.transport.payload_root:
            raise WrongRequest(f"the text must hold <{self._department.transport.payload_root}>")
        return root

    def _write(self, feed: Feed, page: Page) -> bytes:
        output = self._outputs[feed.operation]
        rows = b"".join(page.rows)
        if not self._is_string:
            tree = arrange_answer(read_answer(self._department, feed), lay_out(feed, page, rows))
            return _envelope(output.wrap(_write_tree(tree, is_text=False)))
        label = self._department.transport.payload_encoding
        text = escape(f'<?xml version="1.0" encoding="{label}"?>').encode()
        text += _write_tree({PAYLOAD_ROOT: lay_out(feed, page, rows)}, is_text=True)
        return _envelope(output.wrap(f"<{output.part}>".encode() + text + f"</{output.part}>".encode()))


def _parse(body: bytes) -> etree._Element:
    try:
        root = etree.fromstring(body, PARSER)
    except etree.XMLSyntaxError as error:
        raise WrongRequest(f"not XML: {error.msg}") from None
    if b"<!DOCTYPE" in body:
        raise WrongRequest("a DOCTYPE is not accepted")
    return root


def _values(holder: etree._Element) -> dict[str, object]:
    return {etree.QName(child).localname: _values(child) if len(child) else child.text for child in holder}


def _envelope(body: bytes) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'
    return head.encode() + body + b"</soap:Body></soap:Envelope>"


def _write_row(element: str, row: Row, *, is_sparse: bool) -> str:
    """Write one row; all values are escaped in one go, which costs a third of doing it one by one."""
    values = escape(BETWEEN.join([value or "" for value in row.values()])).split(BETWEEN)
    cells = [f"<{name}>{value}</{name}>" for name, value in zip(row, values, strict=True) if value or not is_sparse]
    return f"<{element}>{''.join(cells)}</{element}>"


def _write_tree(tree: Mapping[str, object], *, is_text: bool) -> bytes:
    """Write nested values; bytes are rows, written already. As text, the markup itself is escaped."""
    written = b""
    for name, value in tree.items():
        if isinstance(value, bytes):
            written += value
            continue
        content = (
            _write_tree(value, is_text=is_text) if isinstance(value, Mapping) else _write_value(value, is_text=is_text)
        )
        start, end = (escape(tag) if is_text else tag for tag in (f"<{name}>", f"</{name}>"))
        written += start.encode() + content + end.encode()
    return written


def _write_value(value: object, *, is_text: bool) -> bytes:
    return (escape(escape(str(value))) if is_text else escape(str(value))).encode()

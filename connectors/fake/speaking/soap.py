"""How a fake department answers over SOAP: requests judged by the vendored WSDL, answers written by it.

A wrong request gets a Fault. Knows no sockets; a request comes in as values and an answer goes out as values.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from lxml import etree
from msgspec.structs import replace

from connectors.declarations.declared import Department, Feed
from connectors.declarations.delivery_feeds import record_feed
from connectors.declarations.request_template import put
from connectors.declarations.text_encoding import encode_text
from connectors.fake.line.wire import Answer, Request
from connectors.fake.rows.dialect import Row
from connectors.fake.rows.shelf import Render, Shelf
from connectors.fake.speaking.answers import Page, WrongRequest, find_by_key, find_page, flatten, lay_out, read_request
from connectors.fake.speaking.desk import Desk
from connectors.fake.speaking.gate import Gate
from connectors.fake.speaking.soap_requests import parse_request, read_values, require_headers, with_account
from connectors.fake.speaking.soap_shape import find_string, read_shape
from connectors.fake.speaking.soap_writing import RowWriter, escape, write_element
from connectors.scaffold.outline import Node
from connectors.signing.signing import SeenNonces
from connectors.signing.username_token import verify_username_token
from connectors.soap.soap_contract import SoapContract
from connectors.wire.connection import Connection
from schemas.errors import DepartmentRefused

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
MEDIA_TYPES = {False: "text/xml; charset=utf-8", True: "application/soap+xml; charset=utf-8"}
PAYLOAD_ROOT = Node("RESPONSE", kind="group")
SENDERS = {"Client": "Sender", "Server": "Receiver"}  # what SOAP 1.2 calls them
BOUNDARY = "MIMEBoundary_of_the_fake"
XOP = "http://www.w3.org/2004/08/xop/include"


def choose_render(department: Department, feed: Feed) -> Render:
    """Return how one row of `feed` is written: by the contract, or as the carried text has it."""
    if department.transport.payload == "json-in-string":
        return msgspec.json.encode
    shape = read_shape(department, feed)
    writer = RowWriter(shape.record, shape.around, is_sparse=department.transport.payload == "none")

    def render(row: Row) -> bytes:
        return writer.write(row)

    return render


def _asked_by_key(department: Department) -> list[Feed]:
    """Return the calls that ask for one record by its key."""
    feeds = department.feeds.values()
    return [record_feed(department, feed, feed.reconcile.ask, "{key}") for feed in feeds if feed.reconcile.ask]


class SoapDepartment:
    """Answer the requests of one department's feeds."""

    def __init__(
        self, department: Department, connection: Connection, shelves: Mapping[str, Shelf], gate: Gate, desk: Desk
    ) -> None:
        self._department, self._connection, self._shelves = department, connection, shelves
        self._contract = SoapContract(department)
        self._is_12 = self._contract.envelope_space == SOAP12
        self._by_key = {f.operation: f for f in _asked_by_key(department)}
        feeds = [*department.feeds.values(), *(called.feed for called in desk.calls), *self._by_key.values()]
        self._feeds = {feed.operation: self._with_account(feed) for feed in feeds}
        self._shapes = {feed.operation: read_shape(department, feed) for feed in feeds}
        self._desk, self._called = desk, {called.feed.operation: called for called in desk.calls}
        self._seen, self._gate = SeenNonces(), gate

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request; a wrong one gets a Fault."""
        if request.method != "POST" or request.path.rstrip("/") != self._connection.path:
            return Answer(404, "text/plain", b"no service here")
        try:
            envelope = parse_request(request.body)
            feed, given = self._read(envelope)
            self._verify(request, envelope, feed, given, now)
            tree = self._tell(feed, given, request, mode)
        except (DepartmentRefused, WrongRequest) as wrong:
            return self.refuse("Client", str(wrong), 500)
        answer = self._write(feed, tree)
        signatures = self._gate.signatures
        return dataclasses.replace(answer, body=signatures.sign(answer.body, now)) if signatures else answer

    def _tell(self, feed: Feed, given: dict[str, str], request: Request, mode: str) -> dict[str, Any]:
        if called := self._called.get(feed.operation):
            return self._desk.answer(called, given, request.headers, mode)
        if feed.operation in self._by_key:
            declared = self._department.feeds[feed.name]
            page = find_by_key(declared, self._shelves[feed.name], given, choose_render(self._department, feed))
            return self._lay_out(feed, page)
        asked = read_request(feed, given)
        return self._lay_out(feed, find_page(feed, self._shelves[feed.name], asked, mode))

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Answer with a Fault."""
        if self._is_12:
            name = SENDERS.get(code, code)
            fault = f'<soap:Code><soap:Value>soap:{name}</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="zh">{escape(message)}</soap:Text></soap:Reason>'
        else:
            fault = f"<faultcode>soap:{code}</faultcode><faultstring>{escape(message)}</faultstring>"
        return Answer(status, MEDIA_TYPES[self._is_12], self._envelope(f"<soap:Fault>{fault}</soap:Fault>"))

    def _with_account(self, feed: Feed) -> Feed:
        request, headers = (with_account(template, self._connection) for template in (feed.request, feed.headers))
        return replace(feed, request=request, headers=headers)

    def _verify(
        self, request: Request, envelope: etree._Element, feed: Feed, given: dict[str, str], now: datetime
    ) -> None:
        self._gate.verify(request, feed, given, now)
        if self._gate.signatures:
            self._gate.signatures.verify(envelope, now)
        if self._department.transport.auth != "wsse-username":
            return
        header = envelope.find("{*}Header")
        verify_username_token(etree.Element("none") if header is None else header, self._connection, now, self._seen)

    def _read(self, envelope: etree._Element) -> tuple[Feed, dict[str, str]]:
        if envelope.tag != f"{{{self._contract.envelope_space}}}Envelope":
            raise WrongRequest("another version of SOAP is spoken here")
        body = envelope.find("{*}Body")
        if body is None or len(body) != 1:
            raise WrongRequest("the Body must hold exactly one element")
        operation = self._contract.check_request(body[0])
        feed = self._feeds.get(operation)
        if feed is None:
            raise WrongRequest(f"operation {operation} is not served")
        require_headers(feed, envelope)
        return feed, flatten(read_values(self._department, feed, body[0], self._contract.parameters(operation)))

    def _lay_out(self, feed: Feed, page: Page) -> dict[str, Any]:
        if self._department.transport.payload == "json-in-string":
            return lay_out(feed, page, msgspec.Raw(b"[" + b",".join(page.rows) + b"]"))
        return lay_out(feed, page, b"".join(page.rows))

    def _write(self, feed: Feed, tree: dict[str, Any]) -> Answer:
        transport, shape = self._department.transport, self._shapes[feed.operation]
        header, beside = tree.pop("soap:Header", {}), tree.pop("soap:Body", {})
        if transport.payload == "none":
            content = write_element(shape.answer, {**beside, **tree}, "")
            return Answer(200, MEDIA_TYPES[self._is_12], self._envelope(content, header))
        text = self._carried(tree)
        if transport.payload_packing == "attachment":
            return self._attached(feed, beside, text, header)
        put(beside, find_string(shape, transport.payload_path), self._packed(text))
        content = write_element(shape.answer, beside, "")
        return Answer(200, MEDIA_TYPES[self._is_12], self._envelope(content, header))

    def _carried(self, tree: dict[str, Any]) -> str:
        if self._department.transport.payload == "json-in-string":
            return msgspec.json.encode(tree).decode()
        label = self._department.transport.payload_encoding
        return f'<?xml version="1.0" encoding="{label}"?>{write_element(PAYLOAD_ROOT, tree, "")}'

    def _packed(self, text: str) -> str:
        packing = self._department.transport.payload_packing
        if packing == "none":
            return text
        content = encode_text(text, self._department.transport.payload_encoding)
        return base64.b64encode(gzip.compress(content, mtime=0) if packing == "gzip-base64" else content).decode()

    def _attached(self, feed: Feed, beside: dict[str, Any], text: str, header: Mapping[str, Any]) -> Answer:
        """Answer in two parts: the envelope with a reference (MTOM), and the carried text as a file."""
        shape = self._shapes[feed.operation]
        put(beside, find_string(shape, self._department.transport.payload_path), "\x00")
        reference = f'<xop:Include xmlns:xop="{XOP}" href="cid:payload@fake"/>'
        envelope = self._envelope(write_element(shape.answer, beside, "").replace("\x00", reference), header)
        kind = MEDIA_TYPES[self._is_12].partition(";")[0]
        parts = [
            (f'application/xop+xml; charset=UTF-8; type="{kind}"', "root@fake", envelope),
            (
                "application/octet-stream",
                "payload@fake",
                encode_text(text, self._department.transport.payload_encoding),
            ),
        ]
        body = b"".join(
            f"\r\n--{BOUNDARY}\r\nContent-Type: {media_type}\r\nContent-ID: <{name}>\r\n\r\n".encode() + content
            for media_type, name, content in parts
        )
        media_type = f'multipart/related; type="application/xop+xml"; start="<root@fake>"; boundary={BOUNDARY}'
        return Answer(200, media_type, body + f"\r\n--{BOUNDARY}--\r\n".encode())

    def _envelope(self, body: str, header: Mapping[str, Any] | None = None) -> bytes:
        inside = "".join(write_element(Node(name, kind="group"), value, "") for name, value in (header or {}).items())
        head = f"<soap:Header>{inside}</soap:Header>" if inside else ""
        start = f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{self._contract.envelope_space}">'
        return f"{start}{head}<soap:Body>{body}</soap:Body></soap:Envelope>".encode()

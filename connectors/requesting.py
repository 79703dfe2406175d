"""One page's request, filled in from the declaration's template: for REST here, for SOAP through the contract.

Time and nonce are arguments. Knows no answer.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from lxml import etree

from connectors.connection import Connection
from connectors.declaration_rules import FOLLOWED
from connectors.declared import Department, Feed, Transport
from connectors.door import Call
from connectors.next_address import next_target
from connectors.page_trail import Place
from connectors.signing import sign_headers
from connectors.text_encoding import CODECS
from connectors.username_token import make_username_token

if TYPE_CHECKING:
    from connectors.soap_contract import SoapContract

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Values = dict[str, Any]


@dataclass(frozen=True)
class PageCall:
    """Hold a call and the words under which it is kept: no secret, no signature."""

    call: Call
    description: str


class PageRequester:
    """Write the calls of one feed."""

    def __init__(self, department: Department, feed: Feed, connection: Connection) -> None:
        self._department, self._feed, self._connection = department, feed, connection
        self._transport, self._who = department.transport, f"{department.department}.{feed.name}"
        self._contract = _read_contract(department) if department.transport.kind == "soap" else None

    def write(self, since: datetime | None, place: Place, at: datetime) -> PageCall:
        """Return the signed call that asks for the page at `place` of what changed since."""
        values = request_values(self._department, self._feed, since, place)
        return self._write_soap(self._contract, values, at) if self._contract else self._write_rest(values, place, at)

    def _write_rest(self, values: Values, place: Place, at: datetime) -> PageCall:
        feed = self._feed
        signed = sign_headers(self._transport.auth, self._connection, at, secrets.token_hex(16))
        headers = {"Accept": f"application/{feed.answer}", **signed}
        if place.cursor and feed.paging.style in FOLLOWED:
            target = next_target(self._connection, feed.path, place.cursor, self._who)
            return PageCall(Call("GET", target, {}, headers), f"GET {target}")
        if feed.send == "query":
            query = {key: str(value) for key, value in values.items()}
            return PageCall(
                Call(feed.method, feed.path, query, headers), f"{feed.method} {feed.path}?{urlencode(query)}"
            )
        kind, body = write_body(self._transport, feed, values)
        call = Call(feed.method, feed.path, {}, {**headers, "Content-Type": kind}, body)
        return PageCall(call, f"{feed.method} {feed.path} {msgspec.json.encode(values).decode()}")

    def _write_soap(self, contract: SoapContract, values: Values, at: datetime) -> PageCall:
        transport, operation, nonce = self._transport, self._feed.operation, secrets.token_bytes(16)
        token = make_username_token(self._connection, at, nonce) if transport.auth == "wsse-username" else None
        carried = values
        if transport.payload == "xml-in-string":
            carried = {contract.parameters(operation)[0]: write_payload(transport, values)}
        request = contract.render(operation, carried, token)
        headers = {**request.headers, **sign_headers(transport.auth, self._connection, at, nonce.hex())}
        return PageCall(
            Call("POST", "", {}, headers, request.body), f"POST {operation} {msgspec.json.encode(values).decode()}"
        )


def _read_contract(department: Department) -> SoapContract:
    from connectors.soap_contract import SoapContract  # noqa: PLC0415  # zeep takes half a second; REST never pays it

    return SoapContract(department)


def request_values(department: Department, feed: Feed, since: datetime | None, place: Place) -> Values:
    """Fill the feed's template; a value that turns out empty is left out, at any depth."""
    local = (since or BEGINNING).astimezone(ZoneInfo(department.timezone))
    known = {
        "since": local.strftime(feed.cursor.format),
        "page": place.page,
        "offset": place.offset,
        "page_size": feed.paging.size,
        "cursor": place.cursor,
    }
    filled = fill(feed.request, known)
    return filled if isinstance(filled, dict) else {}


def fill(template: Any, known: Mapping[str, Any]) -> Any:
    """Replace placeholders; a text that is nothing but one keeps the value's own type."""
    if isinstance(template, dict):
        filled = {key: fill(value, known) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value not in ("", None, {})}
    if not isinstance(template, str):
        return template
    whole = re.fullmatch(r"\{(\w+)\}", template)
    return known[whole[1]] if whole else re.sub(r"\{(\w+)\}", lambda match: str(known[match[1]]), template)


def write_body(transport: Transport, feed: Feed, values: Values) -> tuple[str, bytes]:
    """Return media type and bytes of a request that travels in the body."""
    if feed.send == "json":
        return "application/json; charset=utf-8", msgspec.json.encode(values)
    if feed.send == "form":
        return "application/x-www-form-urlencoded", urlencode(values).encode()
    label = transport.payload_encoding
    return f"application/xml; charset={label}", write_payload(transport, values).encode(CODECS[label.lower()])


def write_payload(transport: Transport, values: Values) -> str:
    """Write the XML that travels as one string, under the encoding it claims."""
    root = etree.Element(transport.payload_root)
    _append(root, values)
    return f'<?xml version="1.0" encoding="{transport.payload_encoding}"?>{etree.tostring(root, encoding="unicode")}'


def _append(parent: etree._Element, values: Values) -> None:
    for key, value in values.items():
        child = etree.SubElement(parent, key)
        if isinstance(value, dict):
            _append(child, value)
        else:
            child.text = str(value)

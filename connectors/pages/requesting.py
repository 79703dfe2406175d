"""One page's request, filled in from the declaration's template: for REST here, for SOAP through the contract.

Time and nonce are arguments. Knows no answer.
"""

from __future__ import annotations

import base64
import gzip
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode
from zoneinfo import ZoneInfo

import msgspec
from lxml import etree
from msgspec.structs import replace

from connectors.declarations.declaration_rules import FOLLOWED
from connectors.declarations.declared import Department, Feed, Transport
from connectors.declarations.request_template import fill, holds_secret, put, put_secrets
from connectors.declarations.text_encoding import CODECS, encode_text
from connectors.declarations.time_forms import written_form
from connectors.pages.page_trail import Place
from connectors.signing.national_gateway import tongtech_header
from connectors.signing.sign_in import SignIn
from connectors.signing.tokens import Signed
from connectors.signing.username_token import make_username_token
from connectors.wire.connection import Connection
from connectors.wire.door import Call
from connectors.wire.next_address import next_target
from schemas.errors import DeclarationError

if TYPE_CHECKING:
    from connectors.soap.soap_contract import SoapContract

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Values = dict[str, Any]
ANYWHERE = Place(1, 1)


@dataclass(frozen=True)
class PageCall:
    """Hold a call and the words under which it is kept: no secret, no signature."""

    call: Call
    description: str


class PageRequester:
    """Write the calls of one feed."""

    def __init__(self, department: Department, feed: Feed, connection: Connection, sign_in: SignIn) -> None:
        self._department, self._feed, self._connection, self._sign_in = department, feed, connection, sign_in
        self._transport, self._who = transport_of(department, feed), f"{department.department}.{feed.name}"
        self._contract = _read_contract(department) if department.transport.kind == "soap" else None

    def write(self, since: datetime | None, place: Place, at: datetime) -> PageCall:
        """Return the signed call that asks for the page at `place` of what changed since."""
        return self.write_values(request_values(self._department, self._feed, since, place), at, place)

    def write_values(self, values: Values, at: datetime, place: Place = ANYWHERE) -> PageCall:
        """Return the signed call that carries these values; the template says only where the account belongs in them."""
        return self._write_soap(self._contract, values, at) if self._contract else self._write_rest(values, place, at)

    def _write_rest(self, values: Values, place: Place, at: datetime) -> PageCall:
        feed, signed = self._feed, self._sign_in.sign(at)
        headers = {"Accept": f"application/{feed.answer}", **signed.headers}
        if place.cursor and feed.paging.style in FOLLOWED:
            target = self._followed(place.cursor, signed)
            return PageCall(Call("GET", target, signed.query, headers), f"GET {target}")
        own = put_secrets(feed.request, values, self._connection.account)
        if feed.send == "query":
            query = {key: str(value) for key, value in own.items()}
            call = Call(feed.method, feed.path, {**query, **signed.query}, headers)
            return PageCall(call, f"{feed.method} {feed.path}?{urlencode(values)}")
        for path, secret in signed.body.items():
            put(own, path, secret)
        kind, body = write_body(self._transport, feed, own)
        call = Call(feed.method, feed.path, signed.query, {**headers, "Content-Type": kind}, body)
        return PageCall(call, f"{feed.method} {feed.path} {msgspec.json.encode(values).decode()}")

    def _followed(self, told: str, signed: Signed) -> str:
        """Return the next page's target; a token that the department repeats in it is taken out, and sent as ever."""
        hidden = {*signed.query, *(key for key, value in self._feed.request.items() if holds_secret(value))}
        path, _, query = next_target(self._connection, self._feed.path, told, self._who).partition("?")
        kept = [part for part in query.split("&") if unquote_plus(part.partition("=")[0]) not in hidden]
        return path + (f"?{'&'.join(kept)}" if query else "")

    def _write_soap(self, contract: SoapContract, values: Values, at: datetime) -> PageCall:
        transport, feed, signed = self._transport, self._feed, self._sign_in.sign(at)
        token = None
        if transport.auth == "wsse-username":
            token = make_username_token(self._connection, at, secrets.token_bytes(16))
        elif transport.auth == "national-gateway":
            token = tongtech_header(signed.headers)
        own = put_secrets(feed.request, values, self._connection.account)
        carried = carry(transport, contract.parameters(feed.operation), own)
        headers = put_secrets(feed.headers, feed.headers, self._connection.account)
        request = contract.render(feed.operation, carried, headers, token)
        body = request.body
        if transport.auth == "wsse-signature":
            body = _sign(body, self._connection, at, self._who)
        described = f"POST {feed.operation} {msgspec.json.encode(values).decode()}"
        call = Call("POST", "", signed.query, {**request.headers, **signed.headers}, body)
        return PageCall(call, described)


def transport_of(department: Department, feed: Feed) -> Transport:
    """Return the transport as this feed's requests are written."""
    root = feed.payload_root or department.transport.payload_root
    return replace(department.transport, payload_root=root)


def _read_contract(department: Department) -> SoapContract:
    from connectors.soap.soap_contract import SoapContract  # noqa: PLC0415  # zeep takes half a second; REST never pays it

    return SoapContract(department)


def _sign(envelope: bytes, connection: Connection, at: datetime, who: str) -> bytes:
    from connectors.signing.wsse_signature import sign_envelope  # noqa: PLC0415  # who does not sign does not pay for it

    return sign_envelope(envelope, connection, at, who)


def request_values(department: Department, feed: Feed, since: datetime | None, place: Place) -> Values:
    """Fill the feed's template; a value that turns out empty is left out, at any depth."""
    local = (since or BEGINNING).astimezone(ZoneInfo(department.timezone))
    known = {
        "since": local.strftime(written_form(feed.cursor.form_asked())),
        "page": place.page,
        "offset": place.offset,
        "page_size": feed.paging.size,
        "cursor": place.cursor,
    }
    filled = fill(feed.request, known)
    return filled if isinstance(filled, dict) else {}


def carry(transport: Transport, parameters: list[str], values: Values) -> Values:
    """Write what is carried as text: a table under a parameter's name, or else the whole request in the only one."""
    if transport.payload == "none":
        return values
    if values and values.keys() <= set(parameters):
        return {k: write_payload(transport, v) if isinstance(v, dict) else v for k, v in values.items()}
    if len(parameters) != 1:
        raise DeclarationError(
            f"the operation has {len(parameters)} parameters ({', '.join(parameters)}); expected the carried text "
            "under the name of one, as request = { NAME = { … } }, and the others beside it"
        )
    return {parameters[0]: write_payload(transport, values)}


def write_body(transport: Transport, feed: Feed, values: Values) -> tuple[str, bytes]:
    """Return media type and bytes of a request that travels in the body."""
    if feed.send == "json":
        return "application/json; charset=utf-8", msgspec.json.encode(values)
    if feed.send == "form":
        return "application/x-www-form-urlencoded", urlencode(values).encode()
    label = transport.payload_encoding
    return f"application/xml; charset={label}", write_payload(transport, values).encode(CODECS[label.lower()])


def write_payload(transport: Transport, values: Values) -> str:
    """Write the XML or JSON that travels as one string, under the encoding it claims, packed as declared."""
    if transport.payload == "json-in-string":
        text = msgspec.json.encode(values).decode()
    else:
        root = etree.Element(transport.payload_root)
        try:
            _append(root, values)
        except ValueError:  # a noncharacter such as U+FFFF, which passes for text elsewhere
            raise DeclarationError(
                "a value of the request holds a character that no XML can hold; nothing was sent"
            ) from None
        text = (
            f'<?xml version="1.0" encoding="{transport.payload_encoding}"?>{etree.tostring(root, encoding="unicode")}'
        )
    if transport.payload_packing not in {"base64", "gzip-base64"}:
        return text
    content = encode_text(text, transport.payload_encoding)
    is_zipped = transport.payload_packing == "gzip-base64"
    return base64.b64encode(gzip.compress(content, mtime=0) if is_zipped else content).decode()


def _append(parent: etree._Element, values: Values) -> None:
    for key, value in values.items():
        if key.startswith("@"):
            parent.set(key.removeprefix("@"), str(value))
            continue
        for one in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, key)
            if isinstance(one, dict):
                _append(child, one)
            else:
                child.text = str(one)

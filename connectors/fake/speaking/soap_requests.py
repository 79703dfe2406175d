"""What a request over SOAP says, read as the department itself would: values, carried texts, headers, attributes.

Knows the declaration's templates; judges no schema and writes no answer.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from typing import Any

import msgspec
from lxml import etree

from connectors.declarations.declared import Department, Feed, Transport
from connectors.declarations.text_encoding import CODECS
from connectors.fake.speaking.answers import WrongRequest
from connectors.wire.connection import Connection

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
MARKS = {"@mustUnderstand", "@actor", "@role"}
FOREIGN = ("http://www.w3.org/2001/XMLSchema-instance",)


def with_account(template: Any, connection: Connection) -> Any:
    """Return a template as it must arrive here: with our account in it."""
    if isinstance(template, dict):
        return {name: with_account(value, connection) for name, value in template.items()}
    if isinstance(template, list):
        return [with_account(value, connection) for value in template]
    if not isinstance(template, str):
        return template
    return template.replace("{login}", connection.login).replace("{password}", connection.password)


def parse_request(body: bytes) -> etree._Element:
    """Parse a request without doing anything it asks for."""
    try:
        root = etree.fromstring(body, PARSER)
    except etree.XMLSyntaxError as error:
        raise WrongRequest(f"not XML: {error.msg}") from None
    if b"<!DOCTYPE" in body:
        raise WrongRequest("a DOCTYPE is not accepted")
    return root


def read_values(department: Department, feed: Feed, asked: etree._Element, parameters: list[str]) -> dict[str, Any]:
    """Return what the request's element says, carried texts opened."""
    values, transport = values_of(asked), department.transport
    element = feed.payload_root or transport.payload_root
    if transport.payload == "none":
        return values
    if feed.request and feed.request.keys() <= set(parameters):
        carried = {name for name, template in feed.request.items() if isinstance(template, dict)}
        return {n: _open_text(transport, element, str(v)) if n in carried else v for n, v in values.items()}
    return _open_text(transport, element, "".join(str(part) for part in asked.itertext()).strip())


def require_headers(feed: Feed, envelope: etree._Element) -> None:
    """Refuse a request that lacks a declared header or says something else in it."""
    header = envelope.find("{*}Header")
    given = values_of(header) if header is not None else {}
    for name, template in feed.headers.items():
        wanted = {k: str(v) for k, v in template.items() if k not in MARKS} if isinstance(template, dict) else template
        got = given.get(name.rpartition("}")[2])
        if isinstance(got, dict):
            got = {key: value for key, value in got.items() if key not in MARKS}
        if got != (wanted if isinstance(wanted, dict) else str(wanted)):
            raise WrongRequest(f"header {name} is missing or wrong")


def values_of(holder: etree._Element) -> dict[str, Any]:
    """Return an element's attributes and children as nested values."""
    marks: dict[str, Any] = {
        f"@{etree.QName(str(name)).localname}": str(value)
        for name, value in holder.attrib.items()
        if not str(name).startswith(tuple(f"{{{space}}}" for space in FOREIGN))
    }
    for child in holder:
        has_more = len(child) or any(not str(name).startswith("{") for name in child.attrib)
        name, value = etree.QName(child).localname, values_of(child) if has_more else child.text
        before = marks.get(name)
        marks[name] = value if name not in marks else [*(before if isinstance(before, list) else [before]), value]
    return marks


def _open_text(transport: Transport, element: str, text: str) -> dict[str, Any]:
    text = _unpacked(transport, text)
    if transport.payload == "json-in-string":
        try:
            return msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError:
            raise WrongRequest("the text is no JSON object") from None
    root = parse_request(DECLARATION.sub("", text).encode())
    if root.tag != element:
        raise WrongRequest(f"the text must hold <{element}>")
    return values_of(root)


def _unpacked(transport: Transport, text: str) -> str:
    if transport.payload_packing not in {"base64", "gzip-base64"}:
        return text
    try:
        content = base64.b64decode(text, validate=True)
        content = gzip.decompress(content) if transport.payload_packing == "gzip-base64" else content
        return content.decode(CODECS.get(transport.payload_encoding.lower(), "utf-8"))
    except (binascii.Error, ValueError, OSError, zlib.error, EOFError):
        raise WrongRequest("the text is not packed as agreed") from None

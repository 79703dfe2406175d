"""SOAP 1.1 envelopes of the sharing service: bytes to a call, a reply to bytes. Document/literal, as the contract says.

A stranger's XML is refused before it is parsed where it holds a DOCTYPE, an entity or an instruction, and never opens
a file or a connection. Knows no route and no library.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from lxml import etree

from license_library.service.bodies import MalformedBody
from license_library.sharing.sharing_calls import OPERATIONS, Call
from license_library.sharing.sharing_replies import Compared, FileCompared, FileTold, LinkTold, Reply, Told

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE: Final = "urn:license-hub:sharing:1"
DEPTH: Final = 16
_ELEMENTS: Final[dict[type, str]] = {
    dict: "remark", FileTold: "file", LinkTold: "link", FileCompared: "verified",
}  # fmt: skip
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no XML holds these
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,100}\?>")
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "remove_comments": True,
    "encoding": "utf-8",
}  # fmt: skip


def read_envelope(body: bytes) -> Call:
    """Return the call in an envelope; MalformedBody where it is not one of the contract."""
    root = _parse(body)
    asked = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    if asked is None or len(asked) != 1:
        raise _malformed("expected one SOAP 1.1 envelope with one element in its body")
    if root.xpath("boolean(s:Header/*[@s:mustUnderstand='1'])", namespaces={"s": ENVELOPE}):
        raise _malformed("expected no header that must be understood")
    name = etree.QName(asked[0])
    if name.namespace != NAMESPACE or name.localname not in OPERATIONS:
        raise _malformed("expected an operation of the contract")
    return _call(name.localname, asked[0])


def write_reply(operation: str, reply: Reply) -> bytes:
    """Return a reply in its envelope."""
    body, envelope = _envelope()
    answer = etree.SubElement(body, f"{{{NAMESPACE}}}{operation}Response")
    _add(answer, "status", int(reply.status))
    _add(answer, "message", reply.message)
    if isinstance(reply.data, Compared):
        told = msgspec.to_builtins(reply.data)
        told["field"] = told.pop("fields")
        _add_all(etree.SubElement(answer, f"{{{NAMESPACE}}}compared"), told)
    for one in _listed(reply.data):
        element = etree.SubElement(answer, f"{{{NAMESPACE}}}{_ELEMENTS.get(type(one), 'cert')}")
        _add_all(element, msgspec.to_builtins(one))
    return _bytes(envelope)


def _listed(data: Told | None) -> list[Any]:
    if data is None or isinstance(data, Compared):
        return []
    return list(data) if isinstance(data, list) else [data]


def write_fault(message: str, *, of_caller: bool) -> bytes:
    """Return a fault: the caller's, or ours, which says nothing of itself."""
    body, envelope = _envelope()
    fault = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = "soap:Client" if of_caller else "soap:Server"
    etree.SubElement(fault, "faultstring").text = message
    return _bytes(envelope)


def _parse(body: bytes) -> etree._Element:
    content = body.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARATION.match(content)
    rest = content[declared.end() :] if declared else content
    if b"<!DOCTYPE" in rest or b"<!ENTITY" in rest or b"<?" in rest:
        raise _malformed("expected no DOCTYPE, entity or processing instruction")
    try:
        root = etree.fromstring(rest, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError:
        raise _malformed("expected well-formed XML in UTF-8") from None
    if root.xpath("boolean(" + "/*" * (DEPTH + 1) + ")"):
        raise _malformed(f"expected at most {DEPTH} elements inside each other")
    return root


def _call(operation: str, asked: etree._Element) -> Call:
    data: dict[str, Any] = {}
    head: dict[str, str] = {}
    for element in asked:
        name = etree.QName(element).localname
        if name in data or (name == "head" and head):
            raise _malformed("expected each element once")
        if name == "head":
            head = _each_once([(etree.QName(inner).localname, inner) for inner in element])
        elif name == "certData":
            data[name] = _each_once([(item.get("name") or "", item) for item in element])
        else:
            data[name] = element.text or ""
    return Call(operation, head.get("accessId", ""), head.get("accessToken", ""), data)


def _each_once(named: list[tuple[str, etree._Element]]) -> dict[str, str]:
    """Return the text of each named element: of two under one name nobody could say which was meant."""
    told = {name: element.text or "" for name, element in named}
    if len(told) < len(named) or not all(name.strip() for name in told):
        raise _malformed("expected each element and item once, and each item with its name")
    return told


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE, "s": NAMESPACE})
    return etree.SubElement(envelope, f"{{{ENVELOPE}}}Body"), envelope


def _add_all(parent: etree._Element, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, list):
            for one in value:
                _add_all(etree.SubElement(parent, f"{{{NAMESPACE}}}{name}"), one)
        elif value is not None:
            _add(parent, name, value)


def _add(parent: etree._Element, name: str, value: object) -> None:
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", str(value).lower() if isinstance(value, bool) else str(value))
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _bytes(envelope: etree._Element) -> bytes:
    return bytes(etree.tostring(envelope, encoding="utf-8", xml_declaration=True))


def _malformed(expected: str) -> MalformedBody:
    return MalformedBody(f"share: the envelope cannot be read; {expected}; nothing was asked")

"""Contracts as departments change them: twelve mutations of each transport, made in the live copy that a fake shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

Edit = Callable[[bytes], bytes]
Kind = str


def _xsd(old: str, new: str) -> Edit:
    def edit(content: bytes) -> bytes:
        text = content.decode()
        assert old in text, old
        return text.replace(old, new).encode()

    return edit


def _element(name: str, change: Callable[[str], str]) -> Edit:
    """Change one element of the schema, from its beginning to its end."""

    def edit(content: bytes) -> bytes:
        text = content.decode()
        found = re.search(rf'<xs:element name="{name}"[^>]*?(/>|>.*?</xs:element>)', text, re.DOTALL)
        assert found, name
        return text.replace(found[0], change(found[0])).encode()

    return edit


CODES = "".join(f'<xs:enumeration value="{code}"/>' for code in "1234569")
# kind -> (edit of registry.xsd, place that the report names, effect)
SOAP: dict[Kind, tuple[Edit, str, str]] = {
    "removed": (_element("BGSY", lambda _: ""), "Result/Item/BGSY", "breaks"),
    "removed of a required field": (_element("ZZBH", lambda _: ""), "Result/Item/ZZBH", "breaks"),
    "renamed": (_element("QYMC", lambda e: e.replace("QYMC", "QYMCXX")), "Result/Item/QYMC", "breaks"),
    "added": (
        _element("GXSJ", lambda e: e + '<xs:element name="XIN" type="xs:string"/>'),
        "Result/Item/XIN",
        "harmless",
    ),
    "type_changed": (_element("ZZBH", lambda e: e.replace("xs:string", "xs:int")), "Result/Item/ZZBH", "watch"),
    "type_changed of a date": (
        _element("GXSJ", lambda e: e.replace("xs:dateTime", "xs:string")),
        "Result/Item/GXSJ",
        "breaks",
    ),
    "type_changed to a group": (
        _element("ZS", lambda e: e.replace("xs:string", "r:RegistryFault")),
        "Result/Item/ZS",
        "breaks",
    ),
    "code_added": (_element("ZT", lambda e: e.replace("6 期满", "6 期满，9 迁出")), "Result/Item/ZT", "watch"),
    "renamed list": (_element("Item", lambda e: e.replace('"Item"', '"Items"')), "Result/Item", "breaks"),
    "removed total": (_element("Total", lambda _: ""), "Result/Total", "breaks"),
    "now_optional": (
        _element("TYSHXYDM", lambda e: e.replace("type=", 'minOccurs="0" type=')),
        "Result/Item/TYSHXYDM",
        "watch",
    ),
    "added_required": (_element("YM", lambda e: e + '<xs:element name="DWBM" type="xs:string"/>'), "DWBM", "breaks"),
}


def _document(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Edit:
    """Change the OpenAPI document and its record."""

    def edit(content: bytes) -> bytes:
        document = json.loads(content)
        change(document, document["components"]["schemas"]["Cert"]["properties"])
        return json.dumps(document).encode()

    return edit


def _rename(table: dict[str, Any], old: str, new: str) -> None:
    table[new] = table.pop(old)


def _page(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["Answer"]["properties"]["data"]["properties"]
    return found


def _asked(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["paths"]["/yzxt/open/certs"]["get"]["parameters"]
    return found


REST: dict[Kind, tuple[Edit, str, str]] = {
    "removed": (_document(lambda _, cert: cert.pop("BGYY")), "data/rows/BGYY", "breaks"),
    "removed of a required field": (_document(lambda _, cert: cert.pop("XKZH")), "data/rows/XKZH", "breaks"),
    "renamed": (_document(lambda _, cert: _rename(cert, "YHMC", "YHMCXX")), "data/rows/YHMC", "breaks"),
    "added": (_document(lambda _, cert: cert.update(XIN={"type": "string"})), "data/rows/XIN", "harmless"),
    "type_changed": (_document(lambda _, cert: cert.update(XKZH={"type": "integer"})), "data/rows/XKZH", "watch"),
    "type_changed of a date": (
        _document(lambda _, cert: cert.update(HFRQ={"type": "string", "format": "date-time"})), "data/rows/HFRQ", "breaks",
    ),
    "type_changed to a group": (
        _document(lambda _, cert: cert.update(DZ={"type": "object", "properties": {"x": {"type": "string"}}})),
        "data/rows/DZ", "breaks",
    ),
    "code_added": (
        _document(lambda _, cert: cert["YWLX"].update(description=cert["YWLX"]["description"] + "，XX 新业务")),
        "data/rows/YWLX", "watch",
    ),
    "renamed list": (_document(lambda whole, _: _rename(_page(whole), "rows", "list")), "data/rows", "breaks"),
    "removed total": (_document(lambda whole, _: _page(whole).pop("total")), "data/total", "breaks"),
    "operation_removed": (_document(lambda whole, _: _rename(whole["paths"], "/yzxt/open/certs", "/v2/certs")), "/yzxt/open/certs", "breaks"),
    "added_required": (
        _document(lambda whole, _: _asked(whole).append({"name": "dwbm", "in": "query", "required": True, "schema": {"type": "string"}})),
        "dwbm", "breaks",
    ),
}  # fmt: skip

# kind -> (statements for the table EX_AJ_XKZ, place, effect)
TABLE: dict[Kind, tuple[list[str], str, str]] = {
    "removed": (["drop column {BGYY}"], "BGYY", "breaks"),
    "removed of a required field": (["drop column {XKZBH}"], "XKZBH", "breaks"),
    "renamed": (["rename column {QYMC} to {QYMCXX}"], "QYMC", "breaks"),
    "renamed key": (["rename column {YWLSH} to {LSH}"], "YWLSH", "breaks"),
    "renamed flag": (["rename column {GTSYNC} to {TBBZ}"], "GTSYNC", "breaks"),
    "renamed time": (["rename column {GXSJ} to {XGSJ}"], "GXSJ", "breaks"),
    "added": (["add column {XIN} varchar(10)"], "XIN", "harmless"),
    "type_changed": (["drop column {BBH}", "add column {BBH} integer"], "BBH", "watch"),
    "type_changed of a date": (["drop column {FZRQ}", "add column {FZRQ} date"], "FZRQ", "breaks"),
    "length_shortened": (["drop column {XKFW}", "add column {XKFW} varchar(20)"], "XKFW", "watch"),
    "length_extended": (["drop column {FDDBR}", "add column {FDDBR} varchar(400)"], "FDDBR", "harmless"),
    "operation_removed": (["rename to {EX_AJ_XKZ_2}"], "EX_AJ_XKZ", "breaks"),
}

SCHEMA_OF = "http://www.w3.org/2001/XMLSchema"
SPACES = (
    'xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:t" '
    f'xmlns:xs="{SCHEMA_OF}" targetNamespace="urn:t"'
)
PORT = '<service name="S"><port name="P1" binding="t:B"><s:address location="x"/></port></service>'
PLAIN = '<xs:element name="A" type="xs:string"/>'


def wsdl(schema: str = PLAIN, operations: Iterable[str] = ("QueryLicenses",), port: str = PORT) -> bytes:
    """Return a WSDL whose operations are asked and answer with the schema's element A."""
    names = list(operations)
    said = "".join(f'<operation name="{n}"><input message="t:M"/><output message="t:M"/></operation>' for n in names)
    body = '<s:body use="literal"/>'
    bound = "".join(
        f'<operation name="{n}"><s:operation/><input>{body}</input><output>{body}</output></operation>' for n in names
    )
    text = (
        f'<definitions {SPACES}><types><xs:schema targetNamespace="urn:t">{schema}</xs:schema></types>'
        f'<message name="M"><part name="p" element="t:A"/></message><portType name="P">{said}</portType>'
        f'<binding name="B" type="t:P"><s:binding style="document"/>{bound}</binding>{port}</definitions>'
    )
    return text.encode()


def holding(content: str) -> str:
    """Return a schema whose element A holds this."""
    return f'<xs:element name="A">{listed(content)}</xs:element>'


def listed(content: str) -> str:
    return f"<xs:complexType><xs:sequence>{content}</xs:sequence></xs:complexType>"


def doubling(one: str, reference: str) -> str:
    """Return forty parts of a schema, each of which holds the next one twice."""
    return "".join(one.format(name=f"X{level}", held=reference.format(f"t:X{level + 1}") * 2) for level in range(40))


GROUP = '<xs:group name="{name}"><xs:sequence>{held}</xs:sequence></xs:group>', '<xs:group ref="{}"/>'
ATTRIBUTES = '<xs:attributeGroup name="{name}">{held}</xs:attributeGroup>', '<xs:attributeGroup ref="{}"/>'
REFERENCE = '<xs:element ref="t:X0"/>'
INSIDE = f'<xs:element name="x">{listed("{}")}</xs:element>'
ELEMENT = f'<xs:element name="{{name}}">{listed("{held}")}</xs:element>', INSIDE.format('<xs:element ref="{}"/>')
MEMBERS = "".join(
    f'<xs:element name="K{number}" substitutionGroup="t:X0">{listed(REFERENCE)}</xs:element>' for number in range(30)
)
EIGHT = "<xs:element name='e{}' type='xs:string'/>"
# what a contract may hold that has no end, or a very late one, when it is followed to it
ENDLESS: dict[str, bytes] = {
    "an element that holds itself": wsdl(holding('<xs:element ref="t:A" minOccurs="0"/>')),
    "an element that is itself": wsdl('<xs:element name="A" ref="t:A"/>'),
    "a group that holds itself": wsdl(
        holding('<xs:group ref="t:X"/>')
        + '<xs:group name="X"><xs:sequence><xs:group ref="t:X"/></xs:sequence></xs:group>'
    ),
    "attributes that hold themselves": wsdl(
        '<xs:element name="A"><xs:complexType><xs:attributeGroup ref="t:X"/></xs:complexType></xs:element>'
        '<xs:attributeGroup name="X"><xs:attributeGroup ref="t:X"/></xs:attributeGroup>'
    ),
    "groups that double": wsdl(holding('<xs:group ref="t:X0"/>') + doubling(*GROUP)),
    "attributes that double": wsdl(
        '<xs:element name="A"><xs:complexType><xs:attributeGroup ref="t:X0"/></xs:complexType></xs:element>'
        + doubling(*ATTRIBUTES)
    ),
    "elements that double": wsdl(holding(REFERENCE) + doubling(*ELEMENT)),
    "members that hold their head": wsdl(holding(REFERENCE) + '<xs:element name="X0" abstract="true"/>' + MEMBERS),
    "a very wide message": wsdl(holding("".join(EIGHT.format(number) for number in range(100_000)))),
    "very many operations": wsdl(operations=[f"Op{number}" for number in range(10_000)]),
}
LONG, LOST_PORT = "9" * 5000, '<port name="P{}" binding="t:C"/>'
# how a WSDL is misshapen -> what it is, and what is said of it
MISSHAPEN: dict[str, tuple[bytes, str]] = {
    "garbage": (bytes(range(256)) * 9, "is not XML"),
    "a page": (b"<html><body><p>sign in</p></body></html>", "it begins with <html>"),
    "a page that is no XML": (b"<html><body><p>sign in<br></body></html>", "is not XML"),
    "truncated": (wsdl()[:-40], "is not XML"),
    "no port and no binding": (f"<definitions {SPACES}/>".encode(), "neither a port nor a binding"),
    "a port without its binding": (wsdl(port=PORT.replace("t:B", "t:C")), "the binding of P1 is in a file"),
    "very many ports without one": (
        wsdl(port="".join(['<service name="S">', *map(LOST_PORT.format, range(900)), "</service>"])),
        "the binding of P0, P1, P2, P3, P4 and 895 more is in a file",
    ),
    "a port without operations": (wsdl(operations=[]), "has no operation"),
    "a number without an end": (wsdl(holding(f'<xs:element name="x" maxOccurs="{LONG}"/>')), "no well-formed WSDL"),
    "more than can be compared": (
        wsdl(holding("".join(EIGHT.format(n) for n in range(3_000))), [f"Op{n}" for n in range(100)]),
        r"more than \d+ fields in all its messages",
    ),
    "an import of a long name": (
        wsdl().replace(b"<types>", b'<import namespace="u" location="http://127.0.0.1:9/' + b"x" * 300 + b'"/><types>'),
        "is never fetched",
    ),
}

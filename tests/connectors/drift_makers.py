"""Contracts as departments change them: twelve mutations of each transport, made in the live copy that a fake shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
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

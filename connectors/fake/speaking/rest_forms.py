"""What travels between the hub and a fake over REST: parameters in query, JSON, form or XML, answers in JSON or XML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from lxml import etree

from connectors.declarations.declared import Department, Feed
from connectors.fake.line.wire import Request
from connectors.fake.rows.dialect import Row
from connectors.fake.rows.shelf import Render
from connectors.fake.speaking.answers import Page, WrongRequest, flatten, lay_out

MEDIA_TYPES = {"json": "application/json;charset=UTF-8", "xml": "application/xml;charset=UTF-8"}
ROOT = "response"
WHOLE = "."
BETWEEN = "\x00"  # no value may hold it: XML cannot carry it
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)


def choose_render(feed: Feed) -> Render:
    """Return how one row of `feed` is written."""
    if feed.answer == "json":
        return msgspec.json.encode
    element = feed.records.rpartition("/")[2]
    return lambda row: _write_row(element, row)


def write_answer(feed: Feed, page: Page, *, message: str = "", code: str | None = None, is_bare: bool = False) -> bytes:
    """Write a page, or with a code the department's own form of an error; `is_bare`: one record without its list."""
    if feed.answer == "xml":
        laid = lay_out(feed, page, b"".join(page.rows), message=message, code=code)
        return b'<?xml version="1.0" encoding="UTF-8"?>' + _write_tree({ROOT: laid or {"error": code}})
    rows = msgspec.Raw(page.rows[0] if is_bare and page.rows else b"[" + b",".join(page.rows) + b"]")
    laid = lay_out(feed, page, rows, message=message, code=code)
    return msgspec.json.encode(laid.get(WHOLE, laid) or {"error": code})


def write_values(feed: Feed, tree: Mapping[str, Any]) -> bytes:
    """Write an answer that is no page."""
    if feed.answer == "xml":
        return b'<?xml version="1.0" encoding="UTF-8"?>' + _write_tree({ROOT: tree})
    return msgspec.json.encode(tree)


def read_parameters(department: Department, feed: Feed, request: Request) -> dict[str, str]:
    """Return what a request asks with, nested values under their paths."""
    if request.method == "GET" or feed.send == "query":
        return dict(parse_qsl(request.query, keep_blank_values=True))
    if feed.send == "form":
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    return flatten(
        _read_json(request.body)
        if feed.send == "json"
        else _read_xml(feed.payload_root or department.transport.payload_root, request.body)
    )


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise WrongRequest("请求体不是 JSON 对象") from None


def _read_xml(element: str, body: bytes) -> Mapping[str, Any]:
    try:
        root = etree.fromstring(body, PARSER)
    except etree.XMLSyntaxError:
        raise WrongRequest("请求体不是 XML") from None
    if root.tag != element:
        raise WrongRequest(f"请求体的根元素应为 {element}")
    return _values(root)


def _values(holder: etree._Element) -> dict[str, Any]:
    return {child.tag: _values(child) if len(child) else child.text for child in holder}


def _write_row(element: str, row: Row) -> bytes:
    """Write one row; all values are escaped in one go, which costs a third of doing it one by one."""
    plain = {name: value or "" for name, value in row.items() if not isinstance(value, list)}
    values = _escape(BETWEEN.join(plain.values())).split(BETWEEN)
    cells = [f"<{name}>{value}</{name}>" for name, value in zip(plain, values, strict=True) if value]
    cells += [_write_entries(name, value) for name, value in row.items() if isinstance(value, list)]
    return f"<{element}>{''.join(cells)}</{element}>".encode()


def _write_entries(path: str, entries: list[Row]) -> str:
    """Write a list inside a row: its last name once for each entry."""
    *above, name = path.split("/")
    inner = b"".join(_write_row(name, entry) for entry in entries).decode()
    return "".join(f"<{part}>" for part in above) + inner + "".join(f"</{part}>" for part in reversed(above))


def _write_tree(tree: Mapping[str, Any]) -> bytes:
    """Write nested values; bytes are rows, written already."""
    return b"".join(
        value if isinstance(value, bytes) else f"<{name}>".encode() + _write_value(value) + f"</{name}>".encode()
        for name, value in tree.items()
    )


def _write_value(value: Any) -> bytes:
    return _write_tree(value) if isinstance(value, Mapping) else _escape("" if value is None else str(value)).encode()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

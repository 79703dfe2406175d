"""A receipt that a department puts into a drop, read when it is whole. XML, JSON or CSV, as the delivery's own file is.

One that cannot be read is no receipt yet: it may still be written. Nothing of it is changed or taken away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import OutFile
from connectors.declarations.text_encoding import decode_text
from connectors.drops.drop_folder import DropFolder
from connectors.formats.clean_json import decode_clean
from connectors.formats.json_page import json_text
from connectors.formats.safe_xml import parse_xml
from connectors.formats.xml_rows import one_text
from schemas.errors import DepartmentBrokePromise

TextAt = Callable[[str], str | None]


def read_receipt(department: Department, file: OutFile, drop: DropFolder, path: str) -> TextAt | None:
    """Return what reads a receipt's values by their paths; None where it is not there."""
    who, entry = f"{department.department}: {path}", drop.look(path)
    if entry is None:
        return None
    if entry.size > department.transport.limits.page_bytes:
        raise DepartmentBrokePromise(f"{who}: a receipt of {entry.size} bytes; expected a small file; it is not read")
    body = drop.read(path, 0, entry.size)
    if len(body) != entry.size or drop.look(path) != entry:
        raise DepartmentBrokePromise(f"{who}: is still being written; it is read when it is whole")
    if file.format == "xml":
        root = parse_xml(body, "", who)
        return lambda place: one_text(root, place, who)
    text = decode_text(body, department.transport.payload_encoding, who)
    return _json(text, who) if file.format == "json" else _csv(text, file.delimiter, who)


def _json(text: str, who: str) -> TextAt:
    document = decode_clean(text, who)
    if not isinstance(document, dict):
        raise DepartmentBrokePromise(f"{who}: is no JSON object; expected a receipt; it is not read")
    return lambda place: json_text(document, place)


def _csv(text: str, delimiter: str, who: str) -> TextAt:
    """Read the header and the one row below it; without the end of its line the row may be cut."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise DepartmentBrokePromise(f"{who}: is no CSV; expected a receipt; it is not read") from None
    if not text.endswith("\n") or len(rows) != 2 or len(rows[0]) != len(rows[1]):
        raise DepartmentBrokePromise(f"{who}: is no header with one whole row; expected a receipt; it is not read")
    if len(set(rows[0])) != len(rows[0]):
        raise DepartmentBrokePromise(f"{who}: its header names a column twice; neither wins; it is not read")
    return dict(zip(rows[0], rows[1], strict=True)).get

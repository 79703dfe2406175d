"""A department's files as it would write them: CSV, XML, JSON, zipped or not, in its encoding, with its totals.

Columns in the sample's own order. Knows how a file is spoiled; knows no folder.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from connectors.declarations.declared import Department, Feed, Files
from connectors.drops.file_contract import declared_files, read_file_contract
from connectors.fake.rows.bending import ADDED, bent_column
from connectors.fake.rows.dialect import AWAY, Row

BOMB = 64 << 20


@dataclass(frozen=True)
class Layout:
    """Hold how the files of one feed look."""

    feed: Feed
    files: Files
    columns: tuple[str, ...]
    encoding: str
    root: str


def make_layout(department: Department, feed: Feed) -> Layout:
    """Return the layout that the declaration and its sample describe."""
    files, sample = declared_files(department, feed), department.transport.contract.removeprefix("contract/")
    path = department.folder / "contract" / sample
    root = etree.QName(etree.fromstring(path.read_bytes())).localname if files.format == "xml" else ""
    columns = read_file_contract(department, feed).columns
    return Layout(feed, files, columns, department.transport.payload_encoding, root)


def render_file(layout: Layout, name: str, rows: Sequence[Row], mode: str) -> bytes:
    """Write one file, spoiled as `mode` says."""
    told = len(rows) + (7 if mode == "count_lies" else 0)
    names = _written_names(layout, mode)
    written = replace(layout, columns=tuple(names.values()))
    text = WRITERS[layout.files.format](
        written, [{name: row.get(column) for column, name in names.items()} for row in rows], told
    )
    content = _encode(layout, text, mode)
    content = content[: len(content) * 2 // 3] if mode == "half_file" else content
    return _zip(layout, name, content, mode) if name.lower().endswith(".zip") else content


def _written_names(layout: Layout, mode: str) -> dict[str, str]:
    """Return under which name each column is written."""
    columns = [*layout.columns, *([ADDED] if mode == "schema_added" else [])]
    gone = bent_column(layout.feed) if mode == "schema_missing" else ""
    renamed = layout.feed.cursor.field if mode == "column_renamed" else ""
    return {name: f"{name}{AWAY}" if name == renamed else name for name in columns if name != gone}


def _write_csv(layout: Layout, rows: Sequence[Row], told: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=layout.files.delimiter, lineterminator="\r\n")
    writer.writerow(rows[0] if rows else layout.columns)
    writer.writerows([value or "" for value in row.values()] for row in rows)
    if layout.files.total:
        writer.writerow([layout.files.total, told])
    return out.getvalue()


def _write_xml(layout: Layout, rows: Sequence[Row], told: int) -> str:
    root, total = etree.Element(layout.root), layout.files.total
    if total.startswith("@"):
        root.set(total[1:], str(told))
    elif total:
        _descend(root, total.split("/")).text = str(told)
    *above, last = layout.feed.records.split("/")
    parent = _descend(root, above)
    for row in rows:
        record = etree.SubElement(parent, last)
        for name, value in row.items():
            if value is not None:
                etree.SubElement(record, name).text = value
    return f'<?xml version="1.0" encoding="{layout.encoding}"?>\n' + etree.tostring(root, encoding="unicode")


def _descend(element: etree._Element, names: Sequence[str]) -> etree._Element:
    for name in names:
        found = element.find(name)
        element = etree.SubElement(element, name) if found is None else found
    return element


def _write_json(layout: Layout, rows: Sequence[Row], told: int) -> str:
    if layout.files.format == "jsonl":
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    document: Any = rows
    if layout.feed.records.strip("."):
        document = {}
        _put(document, layout.feed.records, rows)
        _put(document, layout.files.total, told)
    return json.dumps(document, ensure_ascii=False)


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split("/")
    for name in above:
        document = document.setdefault(name, {})
    if last:
        document[last] = value


WRITERS: dict[str, Callable[[Layout, Sequence[Row], int], str]] = {
    "csv": _write_csv, "xml": _write_xml, "json": _write_json, "jsonl": _write_json,
}  # fmt: skip


def _encode(layout: Layout, text: str, mode: str) -> bytes:
    is_gb = layout.encoding.lower().startswith(("gb", "cp936"))
    if mode == "bom":
        return text.encode("utf-8-sig")
    if mode == "gbk_labelled_utf8":  # or the other way round: in any case not what is said
        is_gb = not is_gb
    return text.encode("gb18030" if is_gb else "utf-8")


def _zip(layout: Layout, name: str, content: bytes, mode: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        member = f"{name.rpartition('.')[0]}.{layout.files.format}"
        written.writestr(member, bytes(BOMB) if mode == "zip_bomb" else content)
    made = out.getvalue()
    return made[: len(made) * 2 // 3] if mode == "cut_zip" else made

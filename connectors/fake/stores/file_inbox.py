"""The folders of a faked file drop that the hub delivers into: looked through as the department would, answered by files.

Reads what lies there by its declaration, hands it to the desk, keeps it aside; the same name again is the same delivery.
"""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import Delivery, OutFile, Receipt
from connectors.declarations.request_template import put
from connectors.fake.speaking.answers import WrongRequest, flatten
from connectors.fake.speaking.desk import Desk, Taken

TAKEN = "taken-by-department"  # below a delivery's folder, where none is declared
EVERY = 0.5  # seconds between two looks


class FileInbox:
    """Take what is delivered into the drops of one department, by itself, now and then."""

    def __init__(self, department: Department, root: Path, desk: Desk) -> None:
        self._root, self._desk, self._encoding = root, desk, department.transport.payload_encoding
        self._declared = [(one, one.file) for one in department.deliveries.values() if one.file]
        self._owed: list[tuple[Path, bytes]] = []  # receipts, written at the look after the one that took a file
        self._lock, self._closed = threading.Lock(), threading.Event()
        for _, file in self._declared:
            (root / file.folder).mkdir(parents=True, exist_ok=True)
        if self._declared:
            threading.Thread(target=self._watch, daemon=True).start()

    def taken(self) -> list[dict[str, Any]]:
        """Return every delivery that was taken, after a look."""
        self._look()
        return self._desk.inbox()

    def work(self) -> None:
        """Look, and write every receipt that is owed."""
        self._look()
        self._look()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(EVERY):
            self._look()

    def _look(self) -> None:
        with self._lock:
            for path, content in self._owed:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self._owed = []
            for delivery, file in self._declared:
                for path in list(self._whole(file)):
                    self._take(delivery, file, path)

    def _whole(self, file: OutFile) -> Iterator[Path]:
        """Yield the files that are named as declared, and have their marker where one is declared."""
        expression = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(file.name)))
        for path in sorted((self._root / file.folder).iterdir()):
            if path.is_file() and expression.fullmatch(path.name) and not path.name.startswith("."):
                marker = path.with_name(_named(file.done, path)) if file.done else path
                if marker.exists():
                    yield path

    def _take(self, delivery: Delivery, file: OutFile, path: Path) -> None:
        refusal = ""
        try:
            # A department that promises no key does the same file again when it comes again.
            key = path.name if delivery.class_ == "A" else ""
            self._desk.take(delivery, _read(path, file, self._encoding), key, "ok")
        except (WrongRequest, ValueError, etree.XMLSyntaxError) as error:
            refusal = str(error) or type(error).__name__
            self._desk.taken.append(Taken(delivery.kind, path.name, {}, "", times=0))
        if file.done:
            path.with_name(_named(file.done, path)).unlink()
        if delivery.receipt:
            at = self._root / _named(delivery.receipt.poll, path)
            self._owed.append((at, _receipt(delivery.receipt, file, self._encoding, refusal)))
        kept = self._root / (file.taken or f"{file.folder}/{TAKEN}") / path.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.replace(kept)


def _named(pattern: str, path: Path) -> str:
    return pattern.replace("{name}", path.name).replace("{stem}", path.stem)


def _read(path: Path, file: OutFile, encoding: str) -> dict[str, str]:
    """Return the values of a file under their paths."""
    body = path.read_bytes()
    if file.format == "xml":
        return dict(_leaves(etree.fromstring(body), ""))
    text = body.decode("gb18030" if encoding.lower().startswith("gb") else encoding)
    if file.format == "json":
        return flatten(json.loads(text))
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=file.delimiter)
    return {name: value for name, value in row.items() if value}


def _leaves(element: etree._Element, above: str) -> Iterator[tuple[str, str]]:
    for child in element:
        name = above + etree.QName(child).localname
        if len(child):
            yield from _leaves(child, f"{name}/")
        else:
            yield name, child.text or ""


def _receipt(receipt: Receipt, file: OutFile, encoding: str, refusal: str) -> bytes:
    shown = receipt.refused_when if refusal and receipt.refused_when else receipt.done_when
    told: dict[str, Any] = {}
    put(told, shown.field, shown.values[0])
    if shown.message:
        put(told, shown.message, refusal or "成功")
    if receipt.answer:
        put(told, receipt.answer.field, next(iter(receipt.answer.codes)))
    label = "gb18030" if encoding.lower().startswith("gb") else encoding
    if file.format == "json":
        return json.dumps(told, ensure_ascii=False).encode(label)
    if file.format == "csv":
        return "".join(f"{file.delimiter.join(row)}\r\n" for row in zip(*flatten(told).items(), strict=True)).encode(
            label
        )
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n{etree.tostring(_element("HZ", told), encoding="unicode")}'
    return text.encode(label)


def _element(name: str, told: Mapping[str, Any]) -> etree._Element:
    element = etree.Element(name)
    for child, value in told.items():
        if isinstance(value, Mapping):
            element.append(_element(child, value))
        else:
            etree.SubElement(element, child).text = str(value)
    return element

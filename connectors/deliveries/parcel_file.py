"""One delivery as a file: laid out as the department's sample is, in its order and its encoding. Opens no folder.

What the sample does not show is not written, and what cannot be said in the encoding is not replaced: both are refused.
"""

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import Delivery, OutFile
from connectors.declarations.file_rules import PART
from connectors.declarations.parcel import Parcel
from connectors.declarations.request_template import fill, put
from connectors.declarations.text_encoding import CODECS, decode_text
from connectors.formats.safe_xml import local_name, parse_xml
from schemas.errors import DeclarationError


@dataclass(frozen=True)
class Sample:
    """Hold the paths of the values that the sample shows, in its order; of XML also the root element."""

    file: str
    paths: tuple[str, ...]
    root: str = field(default="")


def declared_file(department: Department, delivery: Delivery) -> OutFile:
    """Return the file that brings a delivery; DeclarationError where it is brought otherwise."""
    if delivery.file is None:
        raise DeclarationError(f"{department.department}.{delivery.kind}: declares no file")
    return delivery.file


def file_name(file: OutFile, parcel: Parcel, who: str) -> str:
    """Return the name of a delivery's file; DeclarationError for one that would leave the folder."""
    name = str(fill(file.name, parcel.known()))
    if not PART.fullmatch(name) or name.startswith("."):
        raise DeclarationError(f"{who}: its case makes no file name by {file.name!r}; nothing was written")
    return name


def beside(pattern: str, name: str, parcel: Parcel) -> str:
    """Return the name of what belongs to a delivery's file: its marker, its receipt."""
    return str(fill(pattern, {**parcel.known(), "name": name, "stem": name.rpartition(".")[0] or name}))


def read_sample(department: Department, file: OutFile) -> Sample:
    """Return what the vendored sample shows; DeclarationError where it is not what is declared."""
    path = department.folder / "contract" / file.sample.removeprefix("contract/")
    if not path.is_file():
        raise DeclarationError(f"{department.department}: sample {file.sample!r} is not in contract/")
    return _read(path, department.digest, file.format, file.delimiter, department.transport.payload_encoding)


def write_file(department: Department, delivery: Delivery, values: Mapping[str, Any]) -> bytes:
    """Return the file; the same delivery gives the same bytes."""
    who, file = f"{department.department}.{delivery.kind}", declared_file(department, delivery)
    sample, given = read_sample(department, file), _flat(values)
    unknown = sorted(given.keys() - set(sample.paths))
    if unknown:
        raise DeclarationError(
            f"{who}: the sample {sample.file} has no {unknown[0]!r}; there are {', '.join(sample.paths)}; nothing was written"
        )
    label = department.transport.payload_encoding
    if file.format == "xml":
        return _xml(sample, given, label, who)
    if file.format == "json":
        return _json({path: given[path] for path in sample.paths if path in given}, label)
    return _csv(sample, given, file.delimiter, label, who)


@functools.lru_cache(maxsize=64)
def _read(path: Path, _digest: str, form: str, delimiter: str, label: str) -> Sample:
    who = "/".join(path.parts[-3:])
    if form == "xml":
        root = parse_xml(path.read_bytes(), "", who)
        return Sample(path.name, tuple(dict.fromkeys(_leaves(root))), root.tag)
    body = path.read_bytes()
    text = decode_text(body, "utf-8" if _is_utf8(body) else label, who)
    try:
        found = (
            _flat(json.loads(text)) if form == "json" else next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
        )
    except (ValueError, AttributeError) as error:
        raise DeclarationError(f"{who}: is no sample of the declared {form}: {type(error).__name__}") from error
    return Sample(path.name, tuple(dict.fromkeys(found)))


def _leaves(element: etree._Element, above: str = "") -> list[str]:
    below = [child for child in element if isinstance(child.tag, str)]
    return [
        path
        for child in below
        for path in (_leaves(child, f"{above}{local_name(child)}/") or [above + local_name(child)])
    ]


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{above}{name}/") if isinstance(value, Mapping) else {above + name: str(value)}
    return flat


def _xml(sample: Sample, given: Mapping[str, str], label: str, who: str) -> bytes:
    root = etree.Element(sample.root)
    space = f"{{{etree.QName(root).namespace}}}" if etree.QName(root).namespace else ""
    try:
        for path in sample.paths:
            if path in given:
                _descend(root, path.split("/"), space).text = given[path]
    except ValueError:
        raise DeclarationError(f"{who}: a value holds a character that no XML can hold; nothing was written") from None
    text = f'<?xml version="1.0" encoding="{label}"?>\n{etree.tostring(root, encoding="unicode")}'
    return text.encode(_codec(label), "xmlcharrefreplace")


def _descend(element: etree._Element, names: list[str], space: str) -> etree._Element:
    for name in names:
        found = element.find(space + name)
        element = etree.SubElement(element, space + name) if found is None else found
    return element


def _json(given: Mapping[str, str], label: str) -> bytes:
    document: dict[str, Any] = {}
    for path, value in given.items():
        put(document, path, value)
    try:
        return json.dumps(document, ensure_ascii=False).encode(_codec(label))
    except UnicodeEncodeError:
        return json.dumps(document).encode()  # every reader of JSON knows its escapes


def _csv(sample: Sample, given: Mapping[str, str], delimiter: str, label: str, who: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([sample.paths, [given.get(path, "") for path in sample.paths]])
    try:
        return out.getvalue().encode(_codec(label))
    except UnicodeEncodeError:
        raise DeclarationError(
            f"{who}: a value holds a character that {label} cannot say; nothing was written"
        ) from None


def _codec(label: str) -> str:
    """Return the codec we write: exactly what is declared, though we read its supersets."""
    return label if label.lower() in {"gbk", "gb2312"} else CODECS[label.lower()]


def _is_utf8(body: bytes) -> bool:
    try:
        return bool(body.decode("utf-8"))
    except UnicodeDecodeError:
        return False

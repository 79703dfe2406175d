"""Headers of a SOAP request, written beside what zeep writes: marks of the envelope, and headers no contract describes.

A key that begins with @ is an attribute: @mustUnderstand, @actor and @role are the envelope's. Knows no contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

MARKS = ("@mustUnderstand", "@actor", "@role")


def without_marks(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as zeep takes them: attributes by their plain names, marks of the envelope left out."""
    return {name.removeprefix("@"): _plain(value) for name, value in values.items() if name not in MARKS}


def write_header(name: str, value: Any) -> etree._Element:
    """Return a header that the contract does not describe; what is inside takes its namespace."""
    element = etree.Element(name)
    _fill(element, value, name.rpartition("}")[0].lstrip("{"))
    return element


def mark_headers(envelope: etree._Element, headers: Mapping[str, Any]) -> None:
    """Set what the declaration says of each header to those who pass it on."""
    space = etree.QName(envelope).namespace
    written = envelope.find(f"{{{space}}}Header")
    for element, value in zip(written if written is not None else (), headers.values(), strict=True):
        for mark in MARKS if isinstance(value, Mapping) else ():
            if mark in value:
                element.set(f"{{{space}}}{mark.removeprefix('@')}", str(value[mark]))


def add_header(envelope: etree._Element, content: etree._Element) -> None:
    """Append one more header."""
    space = etree.QName(envelope).namespace
    header = envelope.find(f"{{{space}}}Header")
    if header is None:
        header = etree.Element(f"{{{space}}}Header")
        envelope.insert(0, header)
    header.append(content)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_marks(value)
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _fill(element: etree._Element, value: Any, space: str) -> None:
    if not isinstance(value, Mapping):
        element.text = str(value)
        return
    for name, inner in value.items():
        if name.startswith("@"):
            if name not in MARKS:
                element.set(name.removeprefix("@"), str(inner))
            continue
        _fill(etree.SubElement(element, f"{{{space}}}{name}"), inner, space)

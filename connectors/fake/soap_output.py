"""What a vendored WSDL says of an operation's answer: the element it comes in, and how its children are named.

Read with lxml from the contract folder alone; the request side is soap_contract's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from connectors.wsdl_schemas import WSDL, XS

NAMES = {"wsdl": WSDL, "xs": XS}


@dataclass(frozen=True)
class Output:
    """Describe the answer's element: its name, and the name of its first child."""

    namespace: str
    name: str
    part: str
    is_qualified: bool

    def wrap(self, content: bytes) -> bytes:
        """Return `content` inside the answer's element."""
        prefix, space = ("", "xmlns") if self.is_qualified else ("ns:", "xmlns:ns")
        return (
            f'<{prefix}{self.name} {space}="{self.namespace}">'.encode() + content + f"</{prefix}{self.name}>".encode()
        )


def read_output(wsdl: Path, operation: str) -> Output:
    """Return how `operation` answers; a WSDL that names no element gets the usual wrapper."""
    root = etree.parse(wsdl).getroot()
    target = root.get("targetNamespace", "")
    message = root.find(f"wsdl:portType/wsdl:operation[@name='{operation}']/wsdl:output", NAMES)
    wanted = message.get("message", "").rpartition(":")[2] if message is not None else ""
    part = root.find(f"wsdl:message[@name='{wanted}']/wsdl:part", NAMES)
    prefix, _, name = (part.get("element", "") if part is not None else "").rpartition(":")
    if part is None or not name:
        return Output(target, f"{operation}Response", "return", is_qualified=False)
    namespace = part.nsmap.get(prefix or None, target)
    for schema in _schemas(root.findall("wsdl:types/xs:schema", NAMES), wsdl.parent):
        element = schema.find(f"xs:element[@name='{name}']", NAMES)
        if element is not None and schema.get("targetNamespace", "") == namespace:
            is_qualified = schema.get("elementFormDefault") == "qualified"
            return Output(namespace, name, _first_child(schema, element), is_qualified)
    return Output(namespace, name, "return", is_qualified=False)


def _schemas(inline: list[etree._Element], folder: Path) -> Iterator[etree._Element]:
    for schema in inline:
        yield schema
        files = [e.get("schemaLocation") for kind in ("include", "import") for e in schema.findall(f"xs:{kind}", NAMES)]
        yield from _schemas([etree.parse(folder / file).getroot() for file in files if file], folder)


def _first_child(schema: etree._Element, element: etree._Element) -> str:
    kind = element.get("type", "").rpartition(":")[2]
    holder = schema.find(f"xs:complexType[@name='{kind}']", NAMES) if kind else element
    child = holder.find(".//xs:element", NAMES) if holder is not None else None
    return child.get("name", "return") if child is not None else "return"

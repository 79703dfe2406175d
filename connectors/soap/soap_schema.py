"""The XML schema inside a vendored WSDL, for judging messages. Reads only files of the contract folder.

Problems name element, line and rule, never the value, which may be personal.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from lxml import etree

from connectors.soap.wsdl_schemas import XS, read_inside, read_schemas
from schemas.errors import DeclarationError

_BASE = "http://contract.invalid/"  # never fetched: the resolver answers for every address or refuses


class SoapSchema:
    """Judge elements by the schemas of one WSDL."""

    def __init__(self, wsdl: Path) -> None:
        inline = read_schemas(wsdl)
        everything = [*inline, *_files(inline, wsdl.parent)]
        self.elements = frozenset(_declared(everything))
        self.binary = frozenset(_binary(everything))
        self.names = frozenset(e.get("name", "") for schema in everything for e in schema.iter(f"{{{XS}}}element"))
        self._lock = threading.Lock()  # lxml keeps the error log on the schema object
        self._schema = _compile(inline, wsdl)

    def problems(self, element: etree._Element) -> list[str]:
        """Return what is wrong with `element`, five lines at most; empty when it is valid."""
        with self._lock:
            if self._schema.validate(element):
                return []
            log: Any = self._schema.error_log  # its stubs cannot be walked
            return [_in_words(entry) for entry in log][:5]


class _ContractFiles(etree.Resolver):
    """Answer schema imports from the contract folder only."""

    def __init__(self, folder: Path, inline: list[etree._Element]) -> None:
        self._folder = folder
        self._inline = inline

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]  # noqa: ARG002  # lxml passes three; its stubs know two
        name = unquote(system_url.removeprefix(_BASE))
        if name.startswith("inline/"):
            return self.resolve_string(_addressed(self._inline[int(name[7:])]), context, base_url=_BASE + "x.xsd")
        content = _addressed(etree.fromstring(read_inside(self._folder, name)))
        return self.resolve_string(content, context, base_url=system_url)


def _addressed(schema: etree._Element) -> bytes:
    """Write a schema so that libxml2 follows its imports: what is no address, such as 社会组织.xsd, it skips in silence."""
    schema = etree.fromstring(etree.tostring(schema))  # a copy with the prefixes of the elements around it
    for link in schema.iterchildren(f"{{{XS}}}import", f"{{{XS}}}include", f"{{{XS}}}redefine"):
        if location := link.get("schemaLocation"):
            link.set("schemaLocation", quote(unquote(location), safe="/:.?#"))
    return etree.tostring(schema)


def _files(schemas: list[etree._Element], folder: Path) -> Iterator[etree._Element]:
    """Yield the schemas in the files that `schemas` include or import, and those that these do."""
    seen: set[str] = set()
    waiting = list(schemas)
    while waiting:
        schema = waiting.pop()
        for link in [e for kind in ("include", "import") for e in schema.findall(f"{{{XS}}}{kind}")]:
            name = link.get("schemaLocation", "")
            if not name or name in seen:
                continue
            seen.add(name)
            waiting.append(etree.fromstring(read_inside(folder, name)))
            if link.tag == f"{{{XS}}}include":  # what has no namespace of its own takes the including schema's
                waiting[-1].set("targetNamespace", schema.get("targetNamespace", ""))
            yield waiting[-1]


def _declared(schemas: list[etree._Element]) -> Iterator[str]:
    """Yield the global elements of schemas."""
    for schema in schemas:
        space = schema.get("targetNamespace", "")
        yield from (f"{{{space}}}{e.get('name')}" for e in schema.findall(f"{{{XS}}}element"))


def _binary(schemas: list[etree._Element]) -> Iterator[str]:
    """Yield the names of elements that hold files, as base64."""
    for schema in schemas:
        for element in schema.iter(f"{{{XS}}}element"):
            if element.get("type", "").rpartition(":")[2] == "base64Binary":
                yield element.get("name", "")


def _compile(inline: list[etree._Element], wsdl: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_ContractFiles(wsdl.parent, inline))
    wrapper = etree.Element(f"{{{XS}}}schema", targetNamespace="urn:license-hub:contract")
    for number, schema in enumerate(inline):
        step = etree.SubElement(wrapper, f"{{{XS}}}import", schemaLocation=f"{_BASE}inline/{number}")
        if space := schema.get("targetNamespace"):
            step.set("namespace", space)
    try:
        return etree.XMLSchema(etree.fromstring(etree.tostring(wrapper), parser, base_url=_BASE + "wrapper.xsd"))
    except etree.XMLSchemaParseError as error:
        place = f"{wsdl.parent.parent.name}/contract/{wsdl.name}"
        raise DeclarationError(f"{place}: its schema does not compile: {str(error)[:200]}") from error


def _in_words(entry: etree._LogEntry) -> str:
    element = re.match(r"Element '(?:\{[^}]*\})?([^']+)'", entry.message)
    return f"element {element[1] if element else 'unknown'} (line {entry.line}): {entry.type_name}"

"""The XML schemas that a vendored WSDL means, also those it only implies: imported definitions, and the wrappers of rpc.

Reads only files of the contract folder; compiles and judges nothing (soap_schema does).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from schemas.errors import DeclarationError

XS = "http://www.w3.org/2001/XMLSchema"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAPS = ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/")
NAMES = {"wsdl": WSDL, "xs": XS}


def read_schemas(wsdl: Path) -> list[etree._Element]:
    """Return every inline schema of a WSDL and of those it imports, rpc wrappers declared among them."""
    roots = list(_definitions(wsdl, set()))
    schemas = [schema for root in roots for schema in root.findall("wsdl:types/xs:schema", NAMES)]
    for schema in schemas:
        _open_datasets(schema)
    for namespace, name, parts in _wrappers(roots):
        _declare(schemas, namespace, name, parts)
    return schemas


def read_inside(folder: Path, name: str) -> bytes:
    """Return a file of the contract folder; DeclarationError for anything outside it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise DeclarationError(
            f"{folder.parent.name}/contract: {name} is imported but not vendored; it is never fetched"
        )
    return path.read_bytes()


def parse_wsdl(path: Path) -> etree._Element:
    """Parse one contract file without doing anything it asks for."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    place, content = f"{path.parent.parent.name}/contract/{path.name}", path.read_bytes()
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DeclarationError(f"{place}: is not XML (line {error.lineno})") from error
    if b"<!DOCTYPE" in content:
        raise DeclarationError(f"{place}: holds a DOCTYPE, which is refused")
    return root


def _definitions(wsdl: Path, seen: set[Path]) -> Iterator[etree._Element]:
    root = parse_wsdl(wsdl)
    seen.add(wsdl)
    yield root
    for link in root.findall("wsdl:import", NAMES):
        location = link.get("location", "")
        read_inside(wsdl.parent, location)
        if (inner := wsdl.parent / location) not in seen:
            yield from _definitions(inner, seen)


def _open_datasets(schema: etree._Element) -> None:
    """Let anything stand where .NET sends a DataSet: its element refers to the schema of schemas, which none compiles."""
    for element in [e for e in schema.iter(f"{{{XS}}}element") if _name(e, "ref") == (XS, "schema")]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
            for part in parent.findall("xs:any", NAMES):
                part.attrib.update({"processContents": "skip", "minOccurs": "0", "maxOccurs": "unbounded"})


def _wrappers(roots: list[etree._Element]) -> Iterator[tuple[str, str, list[etree._Element]]]:
    """Yield namespace, name and parts of every element that rpc/literal puts into a Body without declaring it."""
    for root in roots:
        target = root.get("targetNamespace", "")
        for binding in root.findall("wsdl:binding", NAMES):
            for soap in SOAPS:
                style = attribute_of(binding.find(f"{{{soap}}}binding"), "style")
                for operation in binding.findall("wsdl:operation", NAMES):
                    bound = operation.find(f"{{{soap}}}operation")
                    if bound is not None and (bound.get("style") or style) == "rpc":
                        yield from _wrapped(roots, binding, operation, soap, target)


def _wrapped(
    roots: list[etree._Element], binding: etree._Element, operation: etree._Element, soap: str, target: str
) -> Iterator[tuple[str, str, list[etree._Element]]]:
    port, name = _name(binding, "type")[1], operation.get("name", "")
    for way, suffix in (("input", ""), ("output", "Response")):
        path = f"wsdl:portType[@name='{port}']/wsdl:operation[@name='{name}']/wsdl:{way}"
        message = next((found for root in roots if (found := root.find(path, NAMES)) is not None), None)
        wanted = _name(message, "message")[1] if message is not None else ""
        parts = [part for root in roots for part in root.findall(f"wsdl:message[@name='{wanted}']/wsdl:part", NAMES)]
        body = operation.find(f"wsdl:{way}/{{{soap}}}body", NAMES)
        if all(part.get("type") for part in parts):
            yield attribute_of(body, "namespace") or target, name + suffix, parts


def _declare(schemas: list[etree._Element], namespace: str, name: str, parts: list[etree._Element]) -> None:
    schema = next((s for s in schemas if s.get("targetNamespace", "") == namespace), None)
    if schema is None:
        schema = etree.Element(f"{{{XS}}}schema", {"targetNamespace": namespace})
        schemas.append(schema)
    if schema.find(f"xs:element[@name='{name}']", NAMES) is not None:
        return
    element = etree.SubElement(schema, f"{{{XS}}}element", name=name)
    sequence = etree.SubElement(etree.SubElement(element, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")
    for part in parts:
        space, kind = _name(part, "type")
        typed = etree.SubElement(sequence, f"{{{XS}}}element", nsmap={"part": space})
        typed.attrib.update({"name": part.get("name", ""), "type": f"part:{kind}", "form": "unqualified"})
        if space not in {XS, namespace} and schema.find(f"xs:import[@namespace='{space}']", NAMES) is None:
            schema.insert(0, etree.Element(f"{{{XS}}}import", {"namespace": space}))


def _name(entry: etree._Element, attribute: str) -> tuple[str, str]:
    """Return namespace and local name of a prefixed name in an attribute."""
    prefix, _, local = entry.get(attribute, "").rpartition(":")
    return str(entry.nsmap.get(prefix or None, "") or ""), local


def attribute_of(entry: etree._Element | None, attribute: str) -> str:
    """Return an attribute of an element that may be missing, as may the attribute."""
    return entry.get(attribute, "") if entry is not None else ""

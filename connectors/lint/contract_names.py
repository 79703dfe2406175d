"""The names of every field that a pinned contract knows, and which fields that came it does not.

Front tables and files compare their own columns when they are read; here is what SOAP and REST need beside that. Knows
names only; a contract that is silent about records (a string that carries them) knows none.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from connectors.declarations.declared import Department, Feed
from connectors.formats.page_rows import source_names
from connectors.formats.safe_xml import local_name, parse_xml
from connectors.soap.soap_schema import SoapSchema
from connectors.soap.wsdl_schemas import XS
from schemas.errors import HubError


def unknown_names(department: Department, feed: Feed, came: Collection[str]) -> list[str]:
    """Return the fields among those that came which neither the contract nor the declaration knows, sorted.

    None where the contract says nothing of records, or is not kept to (`strictness = "off"`). Of a text that is carried
    in a string say what schemas and samples lie beside the contract.
    """
    known = _names_known(department)
    return _not_read(feed, set(came) - known) if known else []


def new_in_text(department: Department, feed: Feed, came: Collection[str]) -> list[str]:
    """Return the fields of a carried text that neither the declaration nor anything beside the contract knows, sorted."""
    known = _names_known(department)
    return [] if known is None else _not_read(feed, set(came) - known)


def _names_known(department: Department) -> frozenset[str] | None:
    """Return what the contract, or of a carried text what lies beside it, calls its fields; None where it is not kept to."""
    transport = department.transport
    if transport.kind not in {"soap", "rest"} or transport.strictness == "off":
        return None
    contract = department.folder / "contract" / transport.contract.removeprefix("contract/")
    find = _names if transport.payload == "none" else _names_beside
    return find(contract, department.digest)


def _not_read(feed: Feed, names: set[str]) -> list[str]:
    """Return those names, sorted, that the declaration does not read, nor anything in them."""
    return sorted(names - {name.lstrip("@").partition("/")[0] for name in source_names(feed)})


@functools.lru_cache(maxsize=64)
def _names_beside(contract: Path, digest: str) -> frozenset[str]:
    """Return the names of every schema and sample beside a WSDL. One that cannot be read tells none: it stops no feed."""
    names = frozenset[str]()
    for path in contract.parent.iterdir():
        if path.suffix in {".xsd", ".xml", ".json"} and path != contract:
            with suppress(ValueError, yaml.YAMLError, HubError, RecursionError):
                names |= _names(path, digest)
    return names


def _decoded(content: bytes) -> str:
    """Return the text of a sample as it lies there: UTF-8, or what departments write otherwise."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


@functools.lru_cache(maxsize=64)
def _names(contract: Path, _digest: str) -> frozenset[str]:
    """Return the names of elements or properties; of a sample every name that it holds."""
    if contract.suffix == ".wsdl":
        return SoapSchema(contract).names
    content = contract.read_bytes()
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = parse_xml(content, "", contract.name)
        declared = (str(one.get("name", "")) for one in root.iter(f"{{{XS}}}element", f"{{{XS}}}attribute"))
        return frozenset(declared if root.tag == f"{{{XS}}}schema" else map(local_name, root.iter(etree.Element)))
    document = json.loads(_decoded(content)) if contract.suffix == ".json" else yaml.safe_load(content)
    is_sample = not isinstance(document, Mapping) or not {"openapi", "swagger"} & set(document)
    return frozenset(_keys(document) if is_sample else _properties(document))


def _keys(node: Any) -> Iterator[str]:
    for value in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from _keys(value)
    yield from map(str, node) if isinstance(node, Mapping) else ()


def _properties(node: Any) -> Iterator[str]:
    for value in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from _properties(value)
    named = node.get("properties") if isinstance(node, Mapping) else None
    yield from map(str, named) if isinstance(named, Mapping) else ()

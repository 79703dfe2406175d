"""The names of every field that a pinned contract knows, and which fields that came it does not.

Front tables and files compare their own columns when they are read; here is what SOAP and REST need beside that. Knows
names only; a contract that is silent about records (a string that carries them) knows none.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from connectors.declared import Department, Feed
from connectors.page_rows import source_names
from connectors.safe_xml import local_name, parse_utf8
from connectors.soap_schema import SoapSchema


def unknown_names(department: Department, feed: Feed, came: Collection[str]) -> list[str]:
    """Return the fields among those that came which neither the contract nor the declaration knows, sorted.

    None where the contract says nothing of records, or is not kept to (`strictness = "off"`).
    """
    transport = department.transport
    is_silent = transport.kind not in {"soap", "rest"} or transport.payload != "none" or transport.strictness == "off"
    if is_silent:
        return []
    known = _names(department.folder / "contract" / transport.contract.removeprefix("contract/"), department.digest)
    read = {name.lstrip("@").partition("/")[0] for name in source_names(feed)}
    return sorted(set(came) - known - read) if known else []


@functools.lru_cache(maxsize=64)
def _names(contract: Path, _digest: str) -> frozenset[str]:
    """Return the names of elements or properties; of a sample every name that it holds."""
    if contract.suffix == ".wsdl":
        return SoapSchema(contract).names
    content = contract.read_bytes()
    if content.lstrip().startswith(b"<"):
        return frozenset(local_name(element) for element in parse_utf8(content, contract.name).iter(etree.Element))
    document = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe loaders
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

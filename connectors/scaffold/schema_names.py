"""Names in XML schemas: with their namespace written out, and what may stand for what. Knows no message."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from connectors.soap.wsdl_schemas import XS

REFERENCE = "reference "  # before the name of an element or a group that is followed: it ends where it meets itself


def qualified(entry: etree._Element, name: str) -> str:
    """Return a prefixed name with its namespace written out."""
    prefix, _, local = name.rpartition(":")
    if not local:
        return ""
    space = entry.nsmap.get(prefix or None, "") or ""
    return f"{{{space or (target_space(entry) if not prefix else '')}}}{local}"


def kin_of(schema: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield members of substitution groups and extensions of types, each with the name it may stand for."""
    for entry in schema.findall(f"{{{XS}}}element"):
        if entry.get("substitutionGroup"):
            yield entry, qualified(entry, entry.get("substitutionGroup", ""))
    for step in schema.iterfind(f"{{{XS}}}complexType/{{{XS}}}complexContent/{{{XS}}}extension"):
        kind = next(step.iterancestors(f"{{{XS}}}complexType"))
        yield kind, qualified(step, step.get("base", ""))


def target_space(entry: etree._Element) -> str:
    """Return the namespace of the schema an entry stands in."""
    schema = next(entry.iterancestors(f"{{{XS}}}schema"), None)
    return schema.get("targetNamespace", "") if schema is not None else ""


def space_of(entry: etree._Element) -> str:
    """Return the namespace an element is written in: a global one's always, a local one's where it is qualified."""
    schema = next(entry.iterancestors(f"{{{XS}}}schema"), None)
    if schema is None:
        return ""
    form = entry.get("form") or schema.get("elementFormDefault", "unqualified")
    is_global = entry.getparent() is schema
    return schema.get("targetNamespace", "") if is_global or form == "qualified" else ""


def depth_of(within: tuple[str, ...]) -> int:
    """Return how many types and members hold each other; what is referred to is no level of its own."""
    return sum(not one.startswith(REFERENCE) for one in within)

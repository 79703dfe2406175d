"""A WSDL or XML schema as it looks once its department has changed something: an operation, a field, a code, a parameter.

Knows elements and their names; knows no answer.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterable

from lxml import etree

from connectors.fake.contracts.changed_names import Changed
from connectors.soap.wsdl_schemas import WSDL, XS

TEXT = "xs_of_the_fake:string"
RENAMING, RENAMED = "schema_renamed_namespace", b"urn:another-version"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
Element = etree._Element


def bend_schema(content: bytes, mode: str, changed: Collection[Changed]) -> bytes:
    """Return the file as it is in `mode`; as it was where the mode changes nothing in it."""
    if mode != RENAMING and mode not in _BENDS:
        return content
    root = etree.fromstring(content, PARSER)
    before = etree.tostring(root)
    if mode == RENAMING:
        return _renamed_spaces(content, root)
    for one in changed:
        _BENDS[mode](root, one)
    if etree.tostring(root) == before:
        return content
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _renamed_spaces(content: bytes, root: Element) -> bytes:
    for schema in root.iter(f"{{{XS}}}schema"):
        space = schema.get("targetNamespace", "").encode()
        content = content.replace(b'"' + space + b'"', b'"' + RENAMED + b'"') if space else content
    return content


def _find(root: Element, name: str, beside: Collection[str]) -> Element | None:
    """Return the declaration of a field: the one that has most of the known names beside it."""
    found = [one for one in root.iter(f"{{{XS}}}element") if one.get("name") == name]
    known = [(_names_beside(one, beside), one) for one in found]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def _names_beside(one: Element, wanted: Collection[str]) -> int:
    parent = one.getparent()
    return 0 if parent is None else sum(child.get("name") in wanted for child in parent)


def _holder(root: Element, names: Collection[str]) -> Element | None:
    """Return what holds most of some names as its elements, or as the parts of a message."""
    parents = [one.getparent() for one in root.iter(f"{{{XS}}}element", f"{{{WSDL}}}part") if one.get("name") in names]
    counted = [(sum(child.get("name") in names for child in one), one) for one in parents if one is not None]
    return max(counted, key=lambda pair: pair[0])[1] if counted else None


def _add_field(root: Element, one: Changed) -> None:
    beside = _find(root, one.column, one.columns)
    parent = None if beside is None else beside.getparent()
    if parent is not None:
        _append(parent, one.added, is_required=False)


def _append(parent: Element, name: str, *, is_required: bool) -> None:
    tag = parent[0].tag if len(parent) and parent.tag == f"{{{WSDL}}}message" else f"{{{XS}}}element"
    added = etree.SubElement(parent, tag, {"name": name, "type": TEXT}, nsmap={"xs_of_the_fake": XS})
    if not is_required:
        added.set("minOccurs", "0")


def _remove_field(root: Element, one: Changed) -> None:
    found = _find(root, one.column, one.columns)
    parent = None if found is None else found.getparent()
    if found is not None and parent is not None:
        parent.remove(found)


def _rename_field(root: Element, one: Changed) -> None:
    found = _find(root, one.cursor, one.columns)
    if found is not None:
        found.set("name", one.renamed)


def _retype_field(root: Element, one: Changed) -> None:
    found = _find(root, one.column, one.columns)
    if found is None:
        return
    found.attrib.pop("type", "")
    for child in list(found):
        found.remove(child)
    group = etree.SubElement(etree.SubElement(found, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")
    _append(group, "text", is_required=True)


def _add_code(root: Element, one: Changed) -> None:
    """Add a code where the field lists them: an enumeration of its own or of its type, or the words about it."""
    found = _find(root, one.coded, one.columns)
    if found is None:
        return
    named = found.get("type", "").rpartition(":")[2]
    types = [found, *(each for each in root.iter(f"{{{XS}}}simpleType") if each.get("name") == named)]
    for enumeration in [each for holder in types for each in holder.iter(f"{{{XS}}}enumeration")][-1:]:
        added = copy.deepcopy(enumeration)
        added.set("value", one.code)
        enumeration.addnext(added)
        return
    for words in found.iter(f"{{{XS}}}documentation"):
        words.text = tell_code(words.text or "", one.codes, one.code)


def tell_code(words: str, known: Iterable[str], code: str) -> str:
    """Return the words about a field with one code more, in the form of the last one; as they are where they list none."""
    places = [match for each in known for match in re.finditer(rf"(?<!\w){re.escape(each)}(?=[\s:：=－-])\W?", words)]
    if not places:
        return words
    last = max(places, key=lambda match: match.start())
    between = last[0].removeprefix(last[0].rstrip(" :：=－-")) or " "
    return f"{words}，{code}{between}新增"


def _add_operation(root: Element, _one: Changed) -> None:
    for tag in ("portType", "binding"):
        for holder in root.iter(f"{{{WSDL}}}{tag}"):
            first = holder.find(f"{{{WSDL}}}operation")
            if first is not None and all(each.get("name") != ADDED_OPERATION for each in holder):
                added = copy.deepcopy(first)
                added.set("name", ADDED_OPERATION)
                first.addnext(added)


def _require_parameter(root: Element, one: Changed) -> None:
    holder = _holder(_request(root, one), one.asked)
    if holder is not None:
        _append(holder, one.parameter, is_required=True)


def _request(root: Element, one: Changed) -> Element:
    """Return the element, or the message of parts, that an operation is asked with; the whole file where it lies elsewhere."""
    called = {
        each.get("message", "")
        for each in root.iterfind(f".//{{{WSDL}}}operation[@name='{one.operation}']/{{{WSDL}}}input")
    }
    names = {each.rpartition(":")[2] for each in called}
    for message in (each for each in root.iter(f"{{{WSDL}}}message") if each.get("name") in names):
        wanted = {part.get("element", "").rpartition(":")[2] for part in message}
        declared = [each for each in root.iterfind(f".//{{{XS}}}schema/{{{XS}}}element") if each.get("name") in wanted]
        typed = {each.get("type", "").rpartition(":")[2] for each in declared} - {""}
        types = [each for each in root.iterfind(f".//{{{XS}}}schema/{{{XS}}}complexType") if each.get("name") in typed]
        return next(iter([*types, *declared]), message if wanted == {""} else root)
    return root


ADDED_OPERATION = "QueryAddedLater"
_BENDS: dict[str, Callable[[Element, Changed], None]] = {
    "schema_added": _add_field,
    "schema_missing": _remove_field,
    "column_renamed": _rename_field,
    "type_changed": _retype_field,
    "unknown_code": _add_code,
    "operation_added": _add_operation,
    "parameter_required": _require_parameter,
}

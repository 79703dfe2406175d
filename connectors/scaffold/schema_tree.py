"""XML schemas, read into trees: elements, types, extensions, groups, enumerations and what annotations say.

Works on gathered files; reads nothing from disk and judges no message (soap_schema does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree
from msgspec.structs import replace

from connectors.scaffold.code_tables import read_codes
from connectors.scaffold.outline import Kind, Node
from connectors.scaffold.schema_names import REFERENCE, depth_of, kin_of, qualified, space_of, target_space
from connectors.scaffold.time_guesses import DATE, XML_TIME, guess_form
from connectors.soap.wsdl_schemas import XS

DEEPEST, LARGEST = 12, 20_000  # levels and nodes of one message; types that hold each other would never end
KINDS: Mapping[str, Kind] = {
    "date": "date", "dateTime": "time", "boolean": "flag", "int": "number", "integer": "number", "long": "number",
    "short": "number", "decimal": "number", "double": "number", "float": "number", "positiveInteger": "number",
    "nonNegativeInteger": "number", "unsignedInt": "number", "unsignedLong": "number", "byte": "number",
    "base64Binary": "file",
}  # fmt: skip
DIGITS = {"int": 9, "unsignedInt": 9, "short": 4, "unsignedShort": 4, "byte": 2, "unsignedByte": 2}  # that surely fit
OWN_FORMS = {
    ("time", XML_TIME): "xs:dateTime",
    ("date", DATE): "xs:date",
}  # by type alone: zone and fraction may follow
PARTS = ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute")
GROUPS = {f"{{{XS}}}{name}" for name in ("sequence", "all", "choice")}


class SchemaTree:
    """Answer what an element or a type holds, over all schemas of one contract."""

    def __init__(self, schemas: list[etree._Element]) -> None:
        self.open_parts: list[str] = []  # names of elements whose content the contract leaves open
        self.made = 0  # nodes of all messages so far
        self._left = LARGEST
        self._known: dict[tuple[str, str], etree._Element] = {}
        self._kin: dict[str, list[etree._Element]] = {}  # by a head or an abstract type: what may stand for it
        for schema in schemas:
            space = schema.get("targetNamespace", "")
            for part in PARTS:
                for entry in schema.findall(f"{{{XS}}}{part}"):
                    self._known.setdefault((part, f"{{{space}}}{entry.get('name')}"), entry)
            for entry, head in kin_of(schema):
                self._kin.setdefault(head, []).append(entry)

    def element(self, name: str) -> Node | None:
        """Return the tree of a global element, by its qualified name."""
        entry, self._left = self._known.get(("element", name)), LARGEST
        node = self._element(entry, ()) if entry is not None else None
        self.made += LARGEST - self._left
        return node

    def typed(self, name: str, kind: str) -> Node:
        """Return the tree of something called `name` of a qualified type, such as a part of an rpc message."""
        self._left = LARGEST
        node = self._of_type(Node(name, is_required=True), kind, ())
        self.made += LARGEST - self._left
        return node

    def _element(self, entry: etree._Element, within: tuple[str, ...]) -> Node:
        self._left -= 1
        reference = entry.get("ref")
        if reference:
            name = qualified(entry, reference)
            target, within_it = self._known.get(("element", name)), (*within, REFERENCE + name)
            if target is None or within_it[-1] in within or self._left < 0:
                self.open_parts.append(reference)
                return replace(_named(entry, reference.rpartition(":")[2]), kind="group")
            told = _named(entry, target.get("name", ""))
            return replace(self._element(target, within_it), is_list=told.is_list, is_required=told.is_required)
        node = _named(entry, entry.get("name", ""))
        inner = next((e for kind in PARTS[1:3] if (e := entry.find(f"{{{XS}}}{kind}")) is not None), None)
        if inner is not None:
            return self._content(node, inner, within)
        return self._of_type(node, qualified(entry, entry.get("type", "")), within)

    def _of_type(self, node: Node, kind: str, within: tuple[str, ...]) -> Node:
        space, _, local = kind.lstrip("{").rpartition("}")
        if space == XS or not local:
            return replace(_simple(node, KINDS.get(local, "text")), length=DIGITS.get(local, 0))
        entry = next((e for part in PARTS[1:3] if (e := self._known.get((part, kind))) is not None), None)
        if entry is None or kind in within or depth_of(within) > DEEPEST or self._left < 0:
            if entry is None:
                self.open_parts.append(local)
            return replace(node, kind="group")
        return self._content(node, entry, (*within, kind))

    def _content(self, node: Node, entry: etree._Element, within: tuple[str, ...]) -> Node:
        node = replace(node, label=node.label or _documentation(entry))
        if entry.tag == f"{{{XS}}}simpleType" or entry.find(f"{{{XS}}}simpleContent") is not None:
            return self._restricted(node, entry, within)
        children = _once(
            [*self._attributes(entry, within), *self._children(entry, within), *self._of_kin(entry, within)]
        )
        if entry.find(f".//{{{XS}}}any") is not None and not children:
            self.open_parts.append(node.name)
        return replace(node, kind="group", children=children)

    def _restricted(self, node: Node, entry: etree._Element, within: tuple[str, ...]) -> Node:
        limits = next((e for kind in ("restriction", "extension") for e in entry.iter(f"{{{XS}}}{kind}")), entry)
        base = self._of_type(replace(node, label="", form=""), qualified(limits, limits.get("base", "")), within)
        values = limits.findall(f"{{{XS}}}enumeration")
        codes = {value.get("value", ""): _documentation(value) for value in values} or base.codes
        largest = limits.find(f"{{{XS}}}maxInclusive")
        label = node.label + (f"，不超过 {largest.get('value')}" if largest is not None else "")
        length = next(
            (e.get("value", "0") for k in ("length", "maxLength") for e in limits.findall(f"{{{XS}}}{k}")), "0"
        )
        pattern = limits.find(f"{{{XS}}}pattern")
        is_eight = pattern is not None and pattern.get("value") in {"[0-9]{8}", r"\d{8}"}
        kind: Kind = base.kind if base.is_leaf else "text"
        told = _simple(replace(node, label=label), kind, 8 if is_eight else int(length) if length.isdecimal() else 0)
        told_codes = codes if any(codes.values()) or not told.codes else {c: told.codes.get(c, "") for c in codes}
        longest = int(length) if length.isdecimal() else 0
        return replace(told, codes=told_codes or told.codes, form=told.form or base.form, length=longest or base.length)

    def _children(self, entry: etree._Element, within: tuple[str, ...]) -> Iterator[Node]:
        for child in entry.iterchildren(f"{{{XS}}}*"):
            if self._left < 0:
                return
            if child.tag == f"{{{XS}}}element":
                yield from (self._inside(child, node) for node in self._alternatives(child, within))
            elif child.tag == f"{{{XS}}}group":
                group, within_it = self._followed("group", child, within)
                yield from self._children(group, within_it) if group is not None else ()
            elif child.tag in GROUPS:
                yield from self._children(child, within)
            elif child.tag == f"{{{XS}}}complexContent":
                for step in child.iterchildren(f"{{{XS}}}extension", f"{{{XS}}}restriction"):
                    yield from self._derived(step, within)

    def _followed(
        self, kind: str, child: etree._Element, within: tuple[str, ...]
    ) -> tuple[etree._Element | None, tuple[str, ...]]:
        """Return the group that is referred to, and within what its parts are; nothing where it is inside itself."""
        self._left -= 1
        name = qualified(child, child.get("ref", ""))
        step = f"{REFERENCE}{kind} {name}"
        return (None if step in within else self._known.get((kind, name))), (*within, step)

    def _derived(self, step: etree._Element, within: tuple[str, ...]) -> Iterator[Node]:
        """Yield what an extended type holds and then what is added; a restriction says all it holds itself."""
        base = self._known.get(("complexType", qualified(step, step.get("base", ""))))
        if base is not None and step.tag == f"{{{XS}}}extension" and depth_of(within) < DEEPEST:
            yield from self._children(base, (*within, str(step.get("base"))))
        yield from self._children(step, within)

    def _alternatives(self, entry: etree._Element, within: tuple[str, ...]) -> Iterator[Node]:
        """Yield an element, and in place of a head of a substitution group its members."""
        head = qualified(entry, entry.get("ref", ""))
        members = self._kin.get(head, []) if head else []
        known = self._known.get(("element", head))
        if not members or (known is not None and known.get("abstract") != "true"):
            yield self._element(entry, within)
        told = _named(entry, "")
        for member in members if depth_of(within) < DEEPEST else ():
            name = f"member {member.get('name')}"
            if name not in within and self._left >= 0:
                yield replace(self._element(member, (*within, name)), is_list=told.is_list, is_required=False)

    def _of_kin(self, entry: etree._Element, within: tuple[str, ...]) -> Iterator[Node]:
        """Yield what extensions of an abstract type add; which one comes, the answer says (xsi:type)."""
        own = f"{{{target_space(entry)}}}{entry.get('name')}"
        for member in self._kin.get(own, []) if entry.get("abstract") == "true" and depth_of(within) < DEEPEST else ():
            name = f"kin {member.get('name')}"
            if name not in within:
                yield from (replace(n, is_required=False) for n in self._children(member, (*within, name)))

    def _attributes(self, entry: etree._Element, within: tuple[str, ...]) -> Iterator[Node]:
        """Yield the attributes of a type, those of what it extends too."""
        for child in entry.iterchildren(f"{{{XS}}}*"):
            kind = etree.QName(child).localname
            if self._left < 0:
                return
            if kind == "attribute" and child.get("use") != "prohibited":
                yield self._attribute(child, within)
            elif kind == "attributeGroup":
                group, within_it = self._followed(kind, child, within)
                yield from self._attributes(group, within_it) if group is not None else ()
            elif kind in {"complexContent", "extension"}:
                base = self._known.get(("complexType", qualified(child, child.get("base", ""))))
                if base is not None and depth_of(within) < DEEPEST:
                    yield from self._attributes(base, (*within, str(child.get("base"))))
                yield from self._attributes(child, within)

    def _attribute(self, entry: etree._Element, within: tuple[str, ...]) -> Node:
        self._left -= 1
        known = self._known.get(("attribute", qualified(entry, entry.get("ref", ""))), entry)
        name = "@" + str(known.get("name") or entry.get("ref", "")).rpartition(":")[2]
        node = replace(_named(known, name), is_required=entry.get("use") == "required", is_list=False, space=None)
        inner = known.find(f"{{{XS}}}simpleType")
        if inner is not None:
            return self._content(node, inner, within)
        return self._of_type(node, qualified(known, known.get("type", "")), within)

    @staticmethod
    def _inside(entry: etree._Element, node: Node) -> Node:
        """Take a choice's or a sequence's repetition for the element's own."""
        parent = entry.getparent()
        if parent is None or parent.tag not in GROUPS:
            return node
        is_choice = parent.tag == f"{{{XS}}}choice"
        return replace(node, is_list=node.is_list or _is_many(parent), is_required=node.is_required and not is_choice)


def _once(nodes: list[Node]) -> tuple[Node, ...]:
    """Keep the first of several of one name."""
    found: dict[str, Node] = {}
    for node in nodes:
        found.setdefault(node.name, node)
    return tuple(found.values())


def _named(entry: etree._Element, name: str) -> Node:
    fixed = entry.get("fixed") or entry.get("default") or ""
    return Node(
        name,
        label=_documentation(entry),
        is_list=_is_many(entry),
        is_required=entry.get("minOccurs", "1") != "0" and entry.get("nillable") != "true",
        sample=fixed,
        space=space_of(entry),
    )


def _simple(node: Node, kind: Kind, length: int = 0) -> Node:
    told = guess_form(kind, node.label, length=length)
    form = OWN_FORMS.get((kind, told), told)
    return replace(node, kind=kind, form=form, codes=node.codes or read_codes(node.label))


def _is_many(entry: etree._Element) -> bool:
    most = entry.get("maxOccurs", "1")
    return most == "unbounded" or (most.isdecimal() and int(most) > 1)


def _documentation(entry: etree._Element) -> str:
    said = entry.findall(f"{{{XS}}}annotation/{{{XS}}}documentation")
    chinese = [e for e in said if (e.get("{http://www.w3.org/XML/1998/namespace}lang") or "zh").startswith("zh")]
    return " ".join(" ".join("".join(map(str, e.itertext())).split()) for e in chinese or said).strip()

"""WSDL 1.1, read into an outline: ports, operations, styles, and in a sentence what we cannot speak.

Works on gathered files; knows no zeep and writes no request (soap_contract does).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree
from msgspec.structs import replace

from connectors.scaffold.outline import Call, Node, Outline, walk
from connectors.scaffold.sample_filling import ASKED
from connectors.scaffold.schema_names import qualified
from connectors.scaffold.schema_tree import SchemaTree
from connectors.scaffold.vendoring import Gathered, parse_contract
from connectors.soap.wsdl_schemas import NAMES, SOAPS, WSDL, XS, attribute_of
from schemas.errors import DeclarationError

MIME = "http://schemas.xmlsoap.org/wsdl/mime/"
CARRYING = re.compile(r"(data|xml|json|result|content|return|out|body|rows|records)$", re.IGNORECASE)
ALTOGETHER = 200_000  # nodes of all messages: what takes longer to lay out than a contract is worth
SHOWN = 5
Part = tuple[str, str]  # kind (message, portType, binding) and qualified name


def read_wsdl(gathered: Gathered) -> Outline:
    """Return the outline of a WSDL; DeclarationError when it is none or has no SOAP port."""
    outline = read_calls(gathered)
    return replace(outline, calls=tuple(_carried(call) for call in outline.calls))


def read_calls(gathered: Gathered, port: str = "") -> Outline:
    """Return the same with every message as it is, also one that is nothing but a string."""
    try:
        return _WsdlReader(gathered, port).outline()
    except (AttributeError, KeyError, TypeError, ValueError, SyntaxError, RecursionError) as error:
        raise DeclarationError(
            f"contract: {gathered.main} is no well-formed WSDL ({type(error).__name__}); nothing was written"
        ) from error


class _WsdlReader:
    """Walk from the SOAP port to the messages of its operations."""

    def __init__(self, gathered: Gathered, port: str) -> None:
        self._name, self._notes, self._port = gathered.main, list(gathered.notes), port
        roots = {name: parse_contract(content, name) for name, content in gathered.files.items()}
        self._definitions = [root for root in roots.values() if root.tag == f"{{{WSDL}}}definitions"]
        if roots[gathered.main].tag != f"{{{WSDL}}}definitions":
            raise DeclarationError(f"contract: {self._name} {_what_it_is(roots[gathered.main])}; nothing was written")
        schemas = [schema for root in roots.values() for schema in root.iter(f"{{{XS}}}schema")]
        _take_in(schemas, roots)
        self._tree = SchemaTree(schemas)
        self._parts: dict[Part, etree._Element] = {}
        for root in self._definitions:
            space = root.get("targetNamespace", "")
            for kind in ("message", "portType", "binding"):
                for entry in root.findall(f"{{{WSDL}}}{kind}"):
                    self._parts.setdefault((kind, f"{{{space}}}{entry.get('name')}"), entry)

    def outline(self) -> Outline:
        binding, soap = self._choose_binding()
        port_type = self._parts.get(("portType", qualified(binding, binding.get("type", ""))))
        if port_type is None:
            raise DeclarationError(
                f"contract: {self._name}: the binding names a port type that no file here holds; "
                "give the WSDL that imports it; nothing was written"
            )
        style = attribute_of(binding.find(f"{{{soap}}}binding"), "style") or "document"
        declared = {e.get("name", ""): e for e in reversed(port_type.findall("wsdl:operation", NAMES))}
        calls = tuple(
            self._call(operation, declared.get(operation.get("name", "")), soap, style)
            for operation in binding.findall(f"{{{WSDL}}}operation")
        )
        if not calls:
            raise DeclarationError(f"contract: {self._name}: its SOAP port has no operation; nothing was written")
        return Outline("soap", calls, self._title(), self._auth(), notes=tuple(dict.fromkeys(self._notes)))

    def _choose_binding(self) -> tuple[etree._Element, str]:
        """Return the binding of the named or the first SOAP port: the one that requests are written by as well."""
        entries = [port for root in self._definitions for port in root.findall("wsdl:service/wsdl:port", NAMES)]
        ports = [(e.get("name", ""), self._parts.get(("binding", qualified(e, e.get("binding", ""))))) for e in entries]
        if not entries:  # where it listens stands in our connection anyway
            ports = [(str(e.get("name")), e) for (kind, _), e in self._parts.items() if kind == "binding"]
        spoken = {
            name: (binding, soap)
            for name, binding in ports
            for soap in SOAPS
            if binding is not None and binding.find(f"{{{soap}}}binding") is not None
        }
        if not spoken:
            raise DeclarationError(f"contract: {self._name} {_without_port(ports)}; nothing was written")
        if self._port and self._port not in spoken:
            raise DeclarationError(
                f"contract: {self._name} has no SOAP port {self._port}; there are {', '.join(spoken)}"
            )
        chosen = self._port or next(iter(spoken))
        others = [name for name, _ in ports if name != chosen]
        if others and not self._port:
            self._notes.append(f"port {chosen} is used; there are also {', '.join(others)}")
        return spoken[chosen]

    def _call(self, bound: etree._Element, declared: etree._Element | None, soap: str, style: str) -> Call:
        if self._tree.made > ALTOGETHER:
            raise DeclarationError(
                f"contract: {self._name} spreads to more than {ALTOGETHER} fields in all its messages; "
                "expected fewer; nothing was written"
            )
        name = bound.get("name", "")
        operation = bound.find(f"{{{soap}}}operation")
        is_rpc = (attribute_of(operation, "style") or style) == "rpc"
        trouble = _trouble(bound, soap, name)
        if declared is None or declared.find("wsdl:output", NAMES) is None:
            return Call(name, Node(name), Node(name), trouble=f"operation {name} answers nothing (one-way)")
        self._tree.open_parts.clear()
        request, answer = (
            self._message(declared, bound.find(f"wsdl:{way}//{{{soap}}}body", NAMES), way, is_rpc)
            for way in ("input", "output")
        )
        notes = []
        if self._tree.open_parts:
            parts = ", ".join(sorted(set(self._tree.open_parts))[:5])
            notes.append(f"{name}: the contract leaves open what {parts} holds; {ASKED}")
        if bound.find(f".//{{{MIME}}}multipartRelated") is not None:
            notes.append(f'{name} carries attachments; a carried text is read with payload_packing = "attachment"')
        headers = tuple(self._headers(bound, soap))
        return Call(
            name,
            request,
            answer,
            _documentation(declared),
            headers=headers,
            is_soap=True,
            notes=tuple(notes),
            trouble=trouble,
        )

    def _headers(self, bound: etree._Element, soap: str) -> Iterator[Node]:
        """Yield the headers that a request carries."""
        for header in bound.findall(f"wsdl:input/{{{soap}}}header", NAMES):
            message = self._parts.get(("message", qualified(header, header.get("message", ""))))
            parts = message.findall("wsdl:part", NAMES) if message is not None else []
            part = next((one for one in parts if one.get("name") == header.get("part")), None)
            node = self._tree.element(_element_of(part)) if part is not None else None
            if node is not None:
                yield node

    def _message(self, operation: etree._Element, body: etree._Element | None, way: str, is_rpc: bool) -> Node:
        entry = operation.find(f"wsdl:{way}", NAMES)
        message = self._parts.get(("message", qualified(operation, attribute_of(entry, "message"))))
        parts = message.findall("wsdl:part", NAMES) if message is not None else []
        if is_rpc:
            name = str(operation.get("name")) + ("Response" if way == "output" else "")
            space = attribute_of(body, "namespace") or operation.getroottree().getroot().get("targetNamespace", "")
            return Node(name, kind="group", children=tuple(self._part(part) for part in parts), space=space)
        found = next((node for part in parts if (node := self._tree.element(_element_of(part)))), None)
        return found or Node(str(operation.get("name")), kind="group")

    def _part(self, part: etree._Element) -> Node:
        name = str(part.get("name"))
        node = self._tree.typed(name, qualified(part, part.get("type", ""))) if part.get("type") else Node(name)
        return replace(node, space="")  # what rpc wraps is never qualified

    def _title(self) -> str:
        return " ".join(dict.fromkeys(said for root in self._definitions for said in _said(root)))

    def _auth(self) -> str:
        text = " ".join(str(e.tag) for root in self._definitions for e in root.iter() if isinstance(e.tag, str))
        return "wsse-username" if "UsernameToken" in text else "none"


def _carried(call: Call) -> Call:
    """See whether an operation answers with XML or JSON as text; asked with one string too, its request is carried as well."""
    asked, told = ([(path, n) for path, n in walk(node) if n.is_leaf] for node in (call.request, call.answer))
    texts = [(path, node) for path, node in told if node.kind == "text" and not node.is_list]
    named = [(path, node) for path, node in texts if CARRYING.search(node.name)]
    is_only, is_named = len(told) == 1 and len(texts) == 1, 1 < len(told) <= 4 and len(named) == 1
    if call.trouble or not asked or not (is_only or is_named) or any(node.is_list for _, node in walk(call.answer)):
        return call
    path, node = (texts if is_only else named)[0]
    is_json = "json" in f"{call.label} {node.name} {node.label} {asked[-1][1].name}".lower()
    carried = replace(
        call,
        answer=Node(call.name, kind="group"),
        payload="json-in-string" if is_json else "xml-in-string",
        payload_path="" if is_only else "/".join(path),
    )
    is_whole = len(asked) == 1 and asked[0][1].kind == "text"
    return replace(carried, request=Node(call.name, kind="group")) if is_whole else carried


def _take_in(schemas: list[etree._Element], roots: Mapping[str, etree._Element]) -> None:
    """Give what is included without a namespace of its own that of the schema which includes it."""
    for schema in schemas:
        for link in schema.findall(f"{{{XS}}}include"):
            target = roots.get(link.get("schemaLocation", ""))
            if target is not None and not target.get("targetNamespace"):
                target.set("targetNamespace", schema.get("targetNamespace", ""))


def _trouble(bound: etree._Element, soap: str, name: str) -> str:
    """Say in a sentence what of an operation we cannot speak."""
    if any(body.get("use") == "encoded" for body in bound.iter(f"{{{soap}}}body")):
        return f"operation {name} is rpc/encoded, which is not spoken; ask the department for a literal port"
    if bound.find(f"wsdl:input//{{{MIME}}}multipartRelated", NAMES) is not None:
        return f"operation {name} is asked with attachments (multipart/related), which are not sent"
    return ""


def _without_port(ports: list[tuple[str, etree._Element | None]]) -> str:
    missing = [name for name, binding in ports if binding is None]
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        return f"has no SOAP port; the binding of {', '.join(missing[:SHOWN])}{more} is in a file that is not imported"
    return f"has no SOAP port; it has {len(ports)} other ports" if ports else "holds neither a port nor a binding"


def _what_it_is(root: etree._Element) -> str:
    if root.tag == "{http://www.w3.org/ns/wsdl}description":
        return "is WSDL 2.0, which is not read; ask the department for WSDL 1.1"
    local = etree.QName(root).localname
    return f"is no WSDL: it begins with <{local}>" + ("; give the WSDL that imports it" if local == "schema" else "")


def _element_of(part: etree._Element) -> str:
    return qualified(part, part.get("element", "")) if part.get("element") else ""


def _documentation(entry: etree._Element) -> str:
    return " ".join(entry.findtext(f"{{{WSDL}}}documentation", "").split())


def _said(root: etree._Element) -> Iterator[str]:
    yield str(root.get("name") or "")
    for entry in root.iter(f"{{{WSDL}}}documentation", f"{{{XS}}}documentation"):
        yield " ".join((entry.text or "").split())

"""WSDL 1.1, read into an outline: ports, operations, styles, and in a sentence what we cannot speak.

Works on gathered files; knows no zeep and writes no request (soap_contract does).
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from connectors.scaffold.outline import Call, Node, Outline, walk
from connectors.scaffold.schema_tree import SchemaTree, qualified
from connectors.scaffold.vendoring import WSDL, XS, Gathered, parse_contract
from schemas.errors import DeclarationError

SOAPS = ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/")
MIME = "http://schemas.xmlsoap.org/wsdl/mime/"
NAMES = {"wsdl": WSDL, "xs": XS}
Part = tuple[str, str]  # kind (message, portType, binding) and qualified name


def read_wsdl(gathered: Gathered) -> Outline:
    """Return the outline of a WSDL; DeclarationError when it is none or has no SOAP port."""
    return _WsdlReader(gathered).outline()


class _WsdlReader:
    """Walk from the SOAP port to the messages of its operations."""

    def __init__(self, gathered: Gathered) -> None:
        self._name, self._notes = gathered.main, list(gathered.notes)
        roots = {name: parse_contract(content, name) for name, content in gathered.files.items()}
        self._definitions = [root for root in roots.values() if root.tag == f"{{{WSDL}}}definitions"]
        if roots[gathered.main].tag != f"{{{WSDL}}}definitions":
            raise DeclarationError(f"contract: {self._name} {_what_it_is(roots[gathered.main])}; nothing was written")
        schemas = [schema for root in roots.values() for schema in root.iter(f"{{{XS}}}schema")]
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
            raise DeclarationError(f"contract: {self._name}: the binding names no port type that exists")
        style = _get(binding.find(f"{{{soap}}}binding"), "style") or "document"
        calls = tuple(
            self._call(operation, port_type, soap, style) for operation in binding.findall(f"{{{WSDL}}}operation")
        )
        if not calls:
            raise DeclarationError(f"contract: {self._name}: its SOAP port has no operation; nothing was written")
        return Outline("soap", calls, self._title(), self._auth(), tuple(dict.fromkeys(self._notes)))

    def _choose_binding(self) -> tuple[etree._Element, str]:
        """Return the binding of the first SOAP port: the one that requests are written by as well."""
        ports = [port for root in self._definitions for port in root.findall("wsdl:service/wsdl:port", NAMES)]
        bindings = [self._parts.get(("binding", qualified(port, port.get("binding", "")))) for port in ports]
        spoken = [
            (str(port.get("name")), binding, soap)
            for port, binding in zip(ports, bindings, strict=True)
            for soap in SOAPS
            if binding is not None and binding.find(f"{{{soap}}}binding") is not None
        ]
        if not spoken:
            raise DeclarationError(
                f"contract: {self._name} has no SOAP port; it has {len(ports)} other ports; nothing was written"
            )
        if len(ports) > 1:
            others = [str(port.get("name")) for port in ports if port.get("name") != spoken[0][0]]
            self._notes.append(f"port {spoken[0][0]} is used; there are also {', '.join(others)}")
        return spoken[0][1], spoken[0][2]

    def _call(self, bound: etree._Element, port_type: etree._Element, soap: str, style: str) -> Call:
        name = bound.get("name", "")
        declared = port_type.find(f"wsdl:operation[@name='{name}']", NAMES)
        operation = bound.find(f"{{{soap}}}operation")
        is_rpc = (_get(operation, "style") or style) == "rpc"
        trouble = _trouble(bound, soap, name)
        if bound.find(f"wsdl:input/{{{soap}}}header", NAMES) is not None:
            self._notes.append(f"{name} wants a SOAP header of its own, which is not written; only WS-Security is")
        if declared is None or declared.find("wsdl:output", NAMES) is None:
            return Call(name, Node(name), Node(name), trouble=f"operation {name} answers nothing (one-way)")
        self._tree.open_parts.clear()
        request, answer = (self._message(declared, way, is_rpc) for way in ("input", "output"))
        if self._tree.open_parts:
            parts = ", ".join(sorted(set(self._tree.open_parts))[:5])
            self._notes.append(f"{name}: the contract leaves open what {parts} holds; give --sample with an answer")
        call = Call(name, request, answer, _documentation(declared), trouble=trouble)
        return _carried(call)

    def _message(self, operation: etree._Element, way: str, is_rpc: bool) -> Node:
        entry = operation.find(f"wsdl:{way}", NAMES)
        message = self._parts.get(("message", qualified(operation, _get(entry, "message"))))
        parts = message.findall("wsdl:part", NAMES) if message is not None else []
        if is_rpc:
            children = [self._part(part) for part in parts]
            return Node(str(operation.get("name")), kind="group", children=tuple(children))
        found = next((node for part in parts if (node := self._tree.element(_element_of(part)))), None)
        return found or Node(str(operation.get("name")), kind="group")

    def _part(self, part: etree._Element) -> Node:
        name = str(part.get("name"))
        return self._tree.typed(name, qualified(part, part.get("type", ""))) if part.get("type") else Node(name)

    def _title(self) -> str:
        return " ".join(dict.fromkeys(said for root in self._definitions for said in _said(root)))

    def _auth(self) -> str:
        text = " ".join(str(e.tag) for root in self._definitions for e in root.iter() if isinstance(e.tag, str))
        return "wsse-username" if "UsernameToken" in text else "none"


def _carried(call: Call) -> Call:
    """See whether an operation carries XML as text: one string in, one string out."""
    asked, told = ([n for _, n in walk(node) if n.is_leaf] for node in (call.request, call.answer))
    if call.trouble or not asked or len(told) != 1 or told[0].kind != "text" or told[0].is_list:
        return call
    if len(asked) == 1 and asked[0].kind == "text":
        return Call(
            call.name, Node(call.name, kind="group"), Node(call.name, kind="group"), call.label, payload="xml-in-string"
        )
    names = ", ".join(node.name for node in asked)
    trouble = f"operation {call.name} answers with one string but is asked with {len(asked)} values ({names}); we can carry XML in one string each way only"
    return Call(call.name, call.request, call.answer, call.label, trouble=trouble)


def _trouble(bound: etree._Element, soap: str, name: str) -> str:
    """Say in a sentence what of an operation we cannot speak."""
    if any(body.get("use") == "encoded" for body in bound.iter(f"{{{soap}}}body")):
        return f"operation {name} is rpc/encoded, which is not spoken; ask the department for a literal port"
    if bound.find(f".//{{{MIME}}}multipartRelated") is not None:
        return f"operation {name} carries attachments (multipart/related), which are not read"
    return ""


def _what_it_is(root: etree._Element) -> str:
    if root.tag == "{http://www.w3.org/ns/wsdl}description":
        return "is WSDL 2.0, which is not read; ask the department for WSDL 1.1"
    local = etree.QName(root).localname
    return f"is no WSDL: it begins with <{local}>" + ("; give the WSDL that imports it" if local == "schema" else "")


def _element_of(part: etree._Element) -> str:
    return qualified(part, part.get("element", "")) if part.get("element") else ""


def _get(entry: etree._Element | None, attribute: str) -> str:
    return entry.get(attribute, "") if entry is not None else ""


def _documentation(entry: etree._Element) -> str:
    return " ".join(entry.findtext(f"{{{WSDL}}}documentation", "").split())


def _said(root: etree._Element) -> Iterator[str]:
    yield str(root.get("name") or "")
    for entry in root.iter(f"{{{WSDL}}}documentation", f"{{{XS}}}documentation"):
        yield " ".join((entry.text or "").split())

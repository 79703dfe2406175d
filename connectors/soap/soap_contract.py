"""The one module that knows zeep: it reads the vendored WSDL and writes requests by it.

zeep never reads a reply (it turns bad values into None in silence) and never opens a connection or a file outside
the contract folder. What it writes is judged by the schema before it leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zeep.exceptions
from lxml import etree
from zeep.settings import Settings
from zeep.wsdl import Document

from connectors.declarations.declared import Department
from connectors.soap.soap_headers import add_header, mark_headers, without_marks, write_header
from connectors.soap.soap_schema import SoapSchema
from schemas.errors import DeclarationError, DepartmentRefused


@dataclass(frozen=True)
class SoapRequest:
    """Hold one request as it goes out."""

    body: bytes
    headers: dict[str, str]


class SoapContract:
    """Write requests by one WSDL, and judge the requests of others."""

    def __init__(self, department: Department) -> None:
        self._who = department.department
        wsdl = department.folder / "contract" / department.transport.contract.removeprefix("contract/")
        self.schema = SoapSchema(wsdl)
        self._document = _read_document(wsdl, self._who)
        self._binding = _choose_binding(self._document, department.transport.port, f"{self._who}/contract/{wsdl.name}")
        self._inputs: dict[str, str] = {
            o.input.body.qname.text: name for name, o in self._binding.all().items() if o.input.body is not None
        }

    @property
    def operations(self) -> list[str]:
        """Return the operations' names, sorted."""
        return sorted(self._binding.all())

    @property
    def envelope_space(self) -> str:
        """Return the namespace of the envelope: SOAP 1.1 or 1.2."""
        return str(self._binding.nsmap["soap-env"])

    def parameters(self, operation: str) -> list[str]:
        """Return the names of an operation's parameters, in the contract's order."""
        body = self._operation(operation).input.body
        return [name for name, _ in body.type.elements] if body is not None and hasattr(body.type, "elements") else []

    def headers(self, operation: str) -> dict[str, str]:
        """Return {element name: part name} of the headers that an operation's requests may carry."""
        header = self._operation(operation).input.header
        return {str(element.name): str(part) for part, element in header.type.elements}

    def render(
        self,
        operation: str,
        values: Mapping[str, Any],
        headers: Mapping[str, Any] | None = None,
        token: etree._Element | None = None,
    ) -> SoapRequest:
        """Write one request; DeclarationError when the values do not fit the contract. `token` is a header of sign-in."""
        declared = self._operation(operation)
        try:
            written = declared.create(**without_marks(values), _soapheaders=self._headers(operation, headers or {}))
            self._binding._set_http_headers(written, declared)
        except (zeep.exceptions.Error, TypeError, ValueError) as error:
            raise DeclarationError(
                f"{self._who}: the request does not fit operation {operation}: {error}; "
                f"its parameters are {', '.join(self.parameters(operation))}"
            ) from error
        for part in written.content:
            self._judge(part, operation)
        mark_headers(written.content, headers or {})
        if token is not None:
            add_header(written.content, token)
        body = etree.tostring(written.content, xml_declaration=True, encoding="utf-8")
        return SoapRequest(body, {str(name): str(value) for name, value in written.headers.items()})

    def _headers(self, operation: str, given: Mapping[str, Any]) -> list[Any]:
        """Return the header elements: by the operation, by a global element, or just as they are named ({space}name)."""
        known = self._operation(operation).input.header.type
        parts = {str(element.name): element for _, element in known.elements}
        return [self._header(name, value, parts) for name, value in given.items()]

    def _header(self, name: str, value: Any, parts: Mapping[str, Any]) -> Any:
        element = parts.get(name)
        if element is None and name.startswith("{"):
            try:
                element = self._document.types.get_element(name)
            except (zeep.exceptions.LookupError, zeep.exceptions.NamespaceError):
                return write_header(name, value)
        if element is None:
            raise ValueError(f"it has no header {name}; there are {', '.join(parts) or 'none'}")
        if isinstance(value, Mapping):
            return element(**without_marks(value))
        holder = etree.Element("headers")  # zeep writes no header of its own that is a plain text
        element.render(holder, element(value))
        return holder[0]

    def check_request(self, element: etree._Element) -> str:
        """Return the operation that a request Body's only child calls; DepartmentRefused when it breaks the schema."""
        operation = self._inputs.get(str(element.tag))
        if operation is None:
            raise DepartmentRefused(
                f"{self._who}: the request calls no operation; there are {', '.join(self.operations)}"
            )
        problems = self.schema.problems(element)
        if problems:
            raise DepartmentRefused(
                f"{self._who}: the request of {operation} breaks the contract: {'; '.join(problems)}"
            )
        return operation

    def _operation(self, name: str) -> Any:
        operation = self._binding.all().get(name)
        if operation is None:
            raise DeclarationError(
                f"{self._who}: no operation {name!r} in the contract; there are {', '.join(self.operations)}"
            )
        return operation

    def _judge(self, part: etree._Element, operation: str) -> None:
        """Judge what zeep wrote into Header or Body: it leaves out or misspells values without a word."""
        for child in part:
            if child.tag not in self.schema.elements:
                continue  # a header of our own
            problems = self.schema.problems(child)
            if problems:
                raise DeclarationError(
                    f"{self._who}: the request of {operation} breaks the contract: {'; '.join(problems)}"
                )


class _VendoredOnly:
    """Stand where zeep expects a transport: read the contract folder, refuse everything else."""

    def __init__(self, folder: Path, who: str) -> None:
        self._folder = folder.resolve()
        self._who = who

    def load(self, url: str) -> bytes:
        path = Path(str(url)).resolve()
        if "://" in str(url) or not path.is_relative_to(self._folder) or not path.is_file():
            raise DeclarationError(f"{self._who}/contract: {url} is imported but not vendored; it is never fetched")
        return path.read_bytes()


def _read_document(wsdl: Path, who: str) -> Document:
    settings = Settings(strict=True, xml_huge_tree=False, forbid_entities=True, forbid_dtd=True, forbid_external=True)
    try:
        return Document(str(wsdl.resolve()), _VendoredOnly(wsdl.parent, who), settings=settings)
    except (zeep.exceptions.Error, etree.XMLSyntaxError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DeclarationError(f"{who}/contract/{wsdl.name}: cannot be read as WSDL: {str(error)[:200]}") from error


def _choose_binding(document: Document, wanted: str, place: str) -> Any:
    """Return the declared port's binding, else the first SOAP port's; a WSDL without ports still has bindings."""
    parts = list(document._definitions.values())  # those of imported files too, the main one first
    ports = {
        name: port.binding
        for part in parts
        for service in part.services.values()
        for name, port in service.ports.items()
    }
    named = ports or {binding.name.localname: binding for part in parts for binding in part.bindings.values()}
    soap = {name: binding for name, binding in named.items() if "soap" in type(binding).__name__.lower()}
    if not soap:
        raise DeclarationError(f"{place}: has no SOAP port")
    if wanted and wanted not in soap:
        raise DeclarationError(f"{place}: has no SOAP port {wanted!r}; there are {', '.join(soap)}")
    return soap[wanted] if wanted else next(iter(soap.values()))

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

from connectors.declared import Department
from connectors.soap_schema import SoapSchema
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
        self._binding = _read_binding(wsdl, self._who)
        self._inputs: dict[str, str] = {
            o.input.body.qname.text: name for name, o in self._binding.all().items() if o.input.body is not None
        }

    @property
    def operations(self) -> list[str]:
        """Return the operations' names, sorted."""
        return sorted(self._binding.all())

    def parameters(self, operation: str) -> list[str]:
        """Return the names of an operation's parameters, in the contract's order."""
        body = self._operation(operation).input.body
        return [name for name, _ in body.type.elements] if hasattr(body.type, "elements") else []

    def render(self, operation: str, values: Mapping[str, Any], header: etree._Element | None = None) -> SoapRequest:
        """Write one request; DeclarationError when the values do not fit the contract."""
        declared = self._operation(operation)
        try:
            written = declared.create(**values)
            self._binding._set_http_headers(written, declared)
        except (zeep.exceptions.Error, TypeError, ValueError) as error:
            raise DeclarationError(
                f"{self._who}: the request does not fit operation {operation}: {error}; "
                f"its parameters are {', '.join(self.parameters(operation))}"
            ) from error
        self._judge(written.content, operation)
        if header is not None:
            _add_header(written.content, header)
        body = etree.tostring(written.content, xml_declaration=True, encoding="utf-8")
        return SoapRequest(body, {str(name): str(value) for name, value in written.headers.items()})

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

    def _judge(self, envelope: etree._Element, operation: str) -> None:
        """Judge what zeep wrote: it leaves out or misspells values without a word."""
        child = envelope[-1][0] if len(envelope[-1]) else None
        if child is None or child.tag not in self.schema.elements:
            return  # rpc style: the wrapper is named by the operation, not by the schema
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


def _read_binding(wsdl: Path, who: str) -> Any:
    settings = Settings(strict=True, xml_huge_tree=False, forbid_entities=True, forbid_dtd=True, forbid_external=True)
    try:
        document = Document(str(wsdl.resolve()), _VendoredOnly(wsdl.parent, who), settings=settings)
    except (zeep.exceptions.Error, etree.XMLSyntaxError, AttributeError, KeyError) as error:
        raise DeclarationError(f"{who}/contract/{wsdl.name}: cannot be read as WSDL: {str(error)[:200]}") from error
    ports = [port for service in document.services.values() for port in service.ports.values()]
    soap = [port.binding for port in ports if "soap" in type(port.binding).__name__.lower()]
    if not soap:
        raise DeclarationError(f"{who}/contract/{wsdl.name}: has no SOAP port")
    return soap[0]


def _add_header(envelope: etree._Element, content: etree._Element) -> None:
    space = etree.QName(envelope).namespace
    header = envelope.find(f"{{{space}}}Header")
    if header is None:
        header = etree.Element(f"{{{space}}}Header")
        envelope.insert(0, header)
    header.append(content)

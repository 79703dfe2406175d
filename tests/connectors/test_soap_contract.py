"""zeep writes by the vendored contract alone, and what does not fit the contract never leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from soap_samples import ENVELOPE, TO_SOAP, WSDL

from connectors.declarations.declaration import Department
from connectors.soap.soap_contract import SoapContract
from schemas.errors import DeclarationError, DepartmentRefused

GOOD = {"since": "2024-01-01 00:00:00", "page": 1, "size": 1000}


@pytest.fixture
def contract(declare: Callable[..., Department]) -> SoapContract:
    return SoapContract(declare(*TO_SOAP, files={"roads.wsdl": WSDL}))


def test_a_request_is_written_by_the_contract(contract: SoapContract) -> None:
    request = contract.render("Query", GOOD, token=etree.Element("token"))
    root = etree.fromstring(request.body)
    assert [etree.QName(child).localname for child in root] == ["Header", "Body"]
    assert root.findtext(f"{{{ENVELOPE}}}Body/{{urn:roads}}Query/{{urn:roads}}page") == "1"
    assert root.find(f"{{{ENVELOPE}}}Header/token") is not None
    assert request.headers["SOAPAction"] == '"urn:roads/Query"'


@pytest.mark.parametrize(
    ("operation", "values", "message"),
    [
        ("Delete", GOOD, "no operation 'Delete' in the contract; there are Ask, Query"),
        ("Query", {**GOOD, "extra": "x"}, "does not fit operation Query.*its parameters are since, page, size"),
        ("Query", {"since": "x"}, "does not fit operation Query|breaks the contract"),
        ("Query", {**GOOD, "page": "first"}, "does not fit operation Query|breaks the contract"),
        ("Query", {**GOOD, "size": 9000}, "breaks the contract: element size"),
    ],
)
def test_a_request_that_breaks_the_contract_never_leaves(
    contract: SoapContract, operation: str, values: dict[str, object], message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        contract.render(operation, values)


def test_a_request_of_others_is_judged_by_the_schema(contract: SoapContract) -> None:
    body = etree.fromstring(contract.render("Query", GOOD).body)[0]
    assert contract.check_request(body[0]) == "Query"
    body[0][1].text = "37028319900307721X"
    with pytest.raises(DepartmentRefused, match="breaks the contract") as refusal:
        contract.check_request(body[0])
    assert "3702831990" not in str(refusal.value)
    with pytest.raises(DepartmentRefused, match="calls no operation"):
        contract.check_request(etree.Element("{urn:roads}QueryResponse"))


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:9/x.xsd", "file:///etc/passwd", "../../../secret.xsd", "/etc/passwd", "missing.xsd"]
)
def test_nothing_outside_the_contract_folder_is_read(
    declare: Callable[..., Department], tmp_path: Path, location: str
) -> None:
    (tmp_path / "secret.xsd").write_text("<x/>")
    wsdl = WSDL.replace(
        '<xs:import namespace="urn:roads:types"/>', f'<xs:import namespace="urn:x" schemaLocation="{location}"/>'
    )
    department = declare(*TO_SOAP, files={"roads.wsdl": wsdl})
    with pytest.raises(DeclarationError, match="is imported but not vendored; it is never fetched"):
        SoapContract(department)


def test_a_schema_file_beside_the_contract_is_read(declare: Callable[..., Department]) -> None:
    start, end = WSDL.index('<xs:schema targetNamespace="urn:roads:types"'), WSDL.index("</wsdl:types>")
    types = WSDL[start:end].replace("<xs:schema ", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ', 1)
    wsdl = (WSDL[:start] + WSDL[end:]).replace(
        'namespace="urn:roads:types"/>', 'namespace="urn:roads:types" schemaLocation="types.xsd"/>'
    )
    contract = SoapContract(declare(*TO_SOAP, files={"roads.wsdl": wsdl, "types.xsd": types}))
    assert contract.check_request(etree.fromstring(contract.render("Query", GOOD).body)[0][0]) == "Query"


@pytest.mark.parametrize("wsdl", ["<html/>", "not xml", '<!DOCTYPE x [<!ENTITY a "b">]>' + WSDL.partition("?>")[2]])
def test_a_file_that_is_no_wsdl_is_refused(declare: Callable[..., Department], wsdl: str) -> None:
    with pytest.raises(DeclarationError, match=r"contract/roads\.wsdl"):
        SoapContract(declare(*TO_SOAP, files={"roads.wsdl": wsdl}))


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:9/x.wsdl", "file:///etc/passwd", "../../../secret.wsdl", "/etc/passwd"]
)
def test_no_wsdl_outside_the_contract_folder_is_imported(
    declare: Callable[..., Department], tmp_path: Path, location: str
) -> None:
    (tmp_path / "secret.wsdl").write_text(WSDL)
    wsdl = WSDL.replace("<wsdl:types>", f'<wsdl:import namespace="urn:x" location="{location}"/><wsdl:types>')
    department = declare(*TO_SOAP, files={"roads.wsdl": wsdl})
    with pytest.raises(DeclarationError, match=r"never fetched|cannot be read as WSDL: ExternalReferenceForbidden"):
        SoapContract(department)
